import {execFileSync} from 'node:child_process';
import {cpSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {ensureServer} from '../../scripts/fetch-servers.mjs';
import {type Demo, startDemo} from '../../source/demo/start-demo.js';
import {builtProgram} from '../harness/program.js';
import {measureFootprint} from './footprint.js';
import {measureNeighbours} from './neighbours.js';
import {measureBytes} from './refresh-bytes.js';
import {measureScale} from './scale.js';
import {measureServerCost} from './server-cost.js';
import type {Finding, Setting} from './setting.js';
import {measureStartup} from './startup.js';

const {values: flags, positionals} = parseArgs({
	allowPositionals: true,
	options: {quick: {type: 'boolean', default: false}, only: {type: 'string'}, program: {type: 'string'}},
});
const named = positionals.length > 0 ? positionals : flags.only?.split(',');
const parts = named ?? ['startup', 'footprint', 'bytes', 'neighbours', 'cost', 'scale'];
const home = mkdtempSync(path.join(os.tmpdir(), 'redis-top-bench-'));
process.on('exit', () => rmSync(home, {recursive: true, force: true}));
// The bench runs a copy for minutes, because the build cache may be cleaned meanwhile.
const folder = path.join(home, 'program');
cpSync(await builtProgram(), folder, {recursive: true});
writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');

const setting: Setting = {
	command: {
		file: process.execPath,
		args: [flags.program === undefined ? path.join(folder, 'cli.js') : path.resolve(flags.program)],
	},
	keeperFile: path.join(folder, 'demo-keeper.js'),
	serverBinary: process.env.REDIS_TOP_SERVER || (await ensureServer()),
	home,
	isQuick: flags.quick,
	say(progress) {
		process.stderr.write(process.stderr.isTTY ? `\r\u{1B}[K${progress}` : `${progress}\n`);
	},
};

const serverVersion = execFileSync(setting.serverBinary, ['--version'], {encoding: 'utf8'});
console.log(
	`redis-top bench${flags.quick ? ', quick' : ''}: Node ${process.version}, ${serverVersion.split(' sha=', 1)[0]}, ${os.cpus().length} × ${os.cpus()[0]?.model.trim()}\n`,
);
console.log(`${'what'.padEnd(52)}${'figure'.padStart(12)}${'budget'.padStart(12)}${'ratio'.padStart(8)}   note`);

if (parts.includes('startup')) {
	print(await measureStartup(setting));
}

if (['footprint', 'bytes', 'neighbours'].some(part => parts.includes(part))) {
	let demo: Demo | undefined;
	try {
		setting.say('starting the demo');
		demo = await startDemo({serverBinary: setting.serverBinary, keeperFile: setting.keeperFile});
		print(parts.includes('footprint') ? await measureFootprint(setting, demo.target) : []);
		print(parts.includes('bytes') ? await measureBytes(setting, demo.target) : []);
		print(parts.includes('neighbours') ? await measureNeighbours(setting, demo.target) : []);
	} finally {
		await demo?.stop();
	}
}

if (parts.includes('cost')) {
	print(await measureServerCost(setting));
}

if (parts.includes('scale')) {
	print(await measureScale(setting));
}

process.exit(0);

function print(findings: readonly Finding[]): void {
	if (process.stderr.isTTY) {
		process.stderr.write('\r\u{1B}[K');
	}

	for (const {what, figure, unit, budget, note} of findings) {
		const ratio = figure === undefined || budget === undefined ? '' : ratioOf(figure, budget);
		console.log(
			[
				what.padEnd(52),
				(figure === undefined ? '-' : amount(figure, unit)).padStart(12),
				(budget === undefined ? '' : amount(budget, unit)).padStart(12),
				ratio.padStart(8),
				figure !== undefined && budget !== undefined && figure > budget ? ' ! ' : '   ',
				note ?? '',
			]
				.join('')
				.trimEnd(),
		);
	}
}

/** The figure as a share of its budget, as text; `-` for a budget of 0. */
function ratioOf(figure: number, budget: number): string {
	return budget === 0 ? (figure === 0 ? '0.00' : '-') : (figure / budget).toFixed(2);
}

function amount(value: number, unit: Finding['unit']): string {
	switch (unit) {
		case '%':
			return `${value.toFixed(value < 1 ? 4 : 2)} %`;
		case 'x':
			return `${value.toFixed(2)} ×`;
		case 'ms':
		case 'MB':
			return `${value.toFixed(1)} ${unit}`;
		case 'B':
		case 'µs/s':
			return `${value.toFixed(0)} ${unit}`;
	}
}
