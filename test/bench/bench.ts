import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {ensureHtop, ensureServer} from '../../scripts/fetch-servers.mjs';
import {type Demo, startDemo} from '../../source/demo/start-demo.js';
import {builtProgram} from '../harness/program.js';
import {ownWords, stop, usageProblem} from '../harness/script-words.js';
import {measureFleet} from './fleet.js';
import {measureFootprint} from './footprint.js';
import {measureNeighbours} from './neighbours.js';
import {measureRecording} from './recording.js';
import {measureBytes} from './refresh-bytes.js';
import {keepResults, print, printComparison, printHead} from './results.js';
import {measureScale} from './scale.js';
import {measureServerCost} from './server-cost.js';
import type {Finding, Setting} from './setting.js';
import {measureStartup} from './startup.js';

const allParts = ['startup', 'footprint', 'bytes', 'neighbours', 'cost', 'scale', 'record', 'fleet'];

const usage = `usage: npm run bench -- [PART…] [--quick] [--only PART,…] [--program FILE]
       npm run bench -- compare COMMIT [PART…] [--quick] [--only PART,…] [--rounds NUMBER]

Measures the program against its budgets. With compare, a commit's program is measured in turn with this one.

parts          ${allParts.join(', ')}; all where none is named
--quick        fewer and shorter measurements
--only         the parts, separated by commas
--program      the cli.cjs to measure, instead of this checkout's
--rounds       how often both programs are measured, 3 by default

Results are appended to bench/results.ndjson.`;

const {values: flags, positionals} = ownWords(usage, {
	allowPositionals: true,
	options: {
		quick: {type: 'boolean', default: false},
		only: {type: 'string'},
		program: {type: 'string'},
		// The program of another commit, which scripts/bench.mjs has built, and that commit.
		against: {type: 'string'},
		commit: {type: 'string'},
		rounds: {type: 'string', default: '3'},
	},
});
const parts = positionals.length > 0 ? positionals : (flags.only?.split(',') ?? allParts);
const unknown = parts.filter(part => !allParts.includes(part));
if (unknown.length > 0) {
	stop(usageProblem(usage, `bench has no part ${unknown.join(', ')}`));
}

if (!(Number(flags.rounds) >= 1)) {
	stop(usageProblem(usage, '--rounds takes a number from 1'));
}

const home = mkdtempSync(path.join(os.tmpdir(), 'redis-top-bench-'));
process.on('exit', () => rmSync(home, {recursive: true, force: true}));
// The bench runs a copy for minutes, because the build cache may be cleaned meanwhile.
const folder = path.join(home, 'program');
cpSync(await builtProgram(), folder, {recursive: true});
writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');

const setting: Setting = {
	command: {
		file: process.execPath,
		args: [flags.program === undefined ? path.join(folder, 'cli.cjs') : path.resolve(flags.program)],
	},
	keeperFile: path.join(folder, 'demo-keeper.js'),
	serverBinary: process.env.REDIS_TOP_SERVER || (await ensureServer()),
	htop: await ensureHtop().catch(() => undefined),
	home,
	isQuick: flags.quick,
	say(progress) {
		process.stderr.write(process.stderr.isTTY ? `\r\u{1B}[K${progress}` : `${progress}\n`);
	},
};

const server = execFileSync(setting.serverBinary, ['--version'], {encoding: 'utf8'}).split(' sha=', 1)[0] ?? '';
console.log(
	`redis-top bench${flags.quick ? ', quick' : ''}: Node ${process.version}, ${server}, ${os.cpus().length} × ${os.cpus()[0]?.model.trim()}\n`,
);
if (flags.against === undefined) {
	printHead();
	const findings: Finding[] = [];
	for await (const ofPart of measured(setting)) {
		print(ofPart);
		findings.push(...ofPart);
	}

	keepResults(findings, {server, isQuick: flags.quick});
} else {
	// Before the entry file was a CommonJS module, it was called cli.js.
	const entry = ['cli.cjs', 'cli.js'].map(name => path.join(flags.against ?? '', name)).find(existsSync);
	const before = {...setting, command: {...setting.command, args: entry === undefined ? [] : [entry]}};
	const rounds: Record<'now' | 'before', Finding[][]> = {now: [], before: []};
	for (let round = 1; round <= Number(flags.rounds); round++) {
		setting.say(`round ${round} of ${flags.rounds}`);
		rounds.now.push(await allOf(setting));
		rounds.before.push(await allOf(before));
	}

	printHead(true);
	const findings = printComparison(rounds.now, rounds.before);
	keepResults(findings, {server, isQuick: flags.quick, comparedWith: flags.commit});
}

process.exit(0);

async function allOf(program: Setting): Promise<Finding[]> {
	const findings: Finding[] = [];
	for await (const ofPart of measured(program)) {
		findings.push(...ofPart);
	}

	return findings;
}

/** Measures the chosen parts of one program. */
async function* measured(of: Setting): AsyncGenerator<readonly Finding[]> {
	if (parts.includes('startup')) {
		yield await measureStartup(of);
	}

	if (['footprint', 'bytes', 'neighbours'].some(part => parts.includes(part))) {
		let demo: Demo | undefined;
		try {
			of.say('starting the demo');
			demo = await startDemo({serverBinary: of.serverBinary, keeperFile: of.keeperFile});
			yield parts.includes('footprint') ? await measureFootprint(of, demo.target) : [];
			yield parts.includes('bytes') ? await measureBytes(of, demo.target) : [];
			yield parts.includes('neighbours') ? await measureNeighbours(of, demo.target) : [];
		} finally {
			await demo?.stop();
		}
	}

	if (parts.includes('cost')) {
		yield await measureServerCost(of);
	}

	if (parts.includes('scale')) {
		yield await measureScale(of);
	}

	if (parts.includes('record')) {
		yield await measureRecording(of);
	}

	if (parts.includes('fleet')) {
		yield await measureFleet(of);
	}
}
