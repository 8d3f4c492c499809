import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtemp, open, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import type {ConfigMistake} from '../../source/domain/config-evidence.js';
import type {LocalEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {type EvidenceRequest, gatherEvidence} from '../../source/host/gather-evidence.js';
import {parseInfo} from '../../source/parse/info.js';
import {freePort} from '../harness/free-port.js';
import {emptyHost} from '../harness/rule-cases.js';

const isLinux = process.platform === 'linux';

/** A config file with a mistake. */
async function configFor(t: TestContext): Promise<string> {
	const folder = await mkdtemp(path.join(tmpdir(), 'redis-top-ended-'));
	t.after(() => rm(folder, {recursive: true}));
	const file = path.join(folder, 'server.conf');
	await writeFile(file, 'timeout 5s\n');
	return file;
}

/** The mistake that is found for a server that has ended. */
const mistakeOf = async (rest: Partial<EvidenceRequest>): Promise<ConfigMistake | undefined> =>
	(await evidenceOf(rest)).configMistake;

/** What is found of a server that has ended. */
async function evidenceOf(rest: Partial<EvidenceRequest>): Promise<LocalEvidence> {
	const evidence = await gatherEvidence({
		endpoint: {kind: 'tcp', host: '127.0.0.1', port: await freePort()},
		info: undefined,
		config: undefined,
		nowMs: Date.now(),
		...rest,
	});
	assert.equal(evidence.kind, 'here');
	return evidence as LocalEvidence;
}

const infoOf = (file: string) => parseInfo(`# Server\r\nconfig_file:${file}\r\n`);
const before = (parts: Partial<LocalEvidence>) => ({atMs: Date.now() - 3000, value: {...emptyHost, ...parts}});
const ran = (hasOwnRoot: boolean) => ({processId: 999_999_999, hasOwnRoot}) as ProcessEvidence;

test('the config file that a server on this machine had is read when it has ended', {skip: !isLinux}, async t => {
	const file = await configFor(t);
	const found = await mistakeOf({info: infoOf(file), before: before({process: ran(false)})});
	assert.deepEqual([found?.path, found?.line, found?.text], [file, 1, 'timeout 5s']);
});

test('it is read again while the server is gone', {skip: !isLinux}, async t => {
	const file = await configFor(t);
	const configFile = {path: file, settings: new Map<string, string>()};
	assert.equal((await mistakeOf({info: infoOf(file), before: before({configFile})}))?.path, file);
});

test('the file that an earlier session learned of is read, too', {skip: !isLinux}, async t => {
	const file = await configFor(t);
	assert.equal((await mistakeOf({remembered: {config: file}}))?.path, file);
});

test('a server in a container had its config file elsewhere', {skip: !isLinux}, async t => {
	const file = await configFor(t);
	assert.equal(await mistakeOf({info: infoOf(file), before: before({process: ran(true)})}), undefined);
	assert.equal(await mistakeOf({info: infoOf(file), before: before({})}), undefined);
	assert.equal(await mistakeOf({info: infoOf(file)}), undefined, 'nobody looked while it ran');
});

test('where its config file names neither folder nor log, both follow from its start', {skip: !isLinux}, async t => {
	const file = await configFor(t);
	const gapsOf = async (parts: Partial<EvidenceRequest>) => {
		const {gaps, folder} = await evidenceOf(parts);
		assert.equal(folder, undefined);
		return new Map(gaps.map(({what, why}) => [what, why]));
	};

	const unknown = await gapsOf({});
	assert.equal(unknown.get('dir'), 'no process, no CONFIG GET dir and no config file name it');
	assert.equal(unknown.get("the server's log"), 'where it is written is not known');
	for (const parts of [{info: infoOf(file)}, {remembered: {config: file}}]) {
		const known = await gapsOf(parts);
		assert.equal(known.get('dir'), `${file} names none: it is the folder in which the server was started`);
		assert.equal(known.get("the server's log"), 'the server writes it to its standard output');
	}

	await writeFile(file, 'dir ./\n');
	const relative = await gapsOf({info: infoOf(file)});
	assert.equal(relative.get('dir'), `${file} names ./, which begins at the folder in which the server was started`);
});

test('the line that a start refused is read where the process that starts it writes', {skip: !isLinux}, async t => {
	const file = await configFor(t);
	await writeFile(file, 'port 6379\nrequirepass secret\n');
	const output = await open(`${file}.out`, 'w');
	t.after(() => output.close());
	const refusal = (line: string) =>
		`*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 2\n>>> '${line}'\nBad directive or wrong number of arguments\n`;
	const script = 'console.error(process.argv[2]); setInterval(() => {}, 60_000)';
	const starter = spawn(process.execPath, ['-e', script, file, 'started'], {stdio: ['ignore', output.fd, 'pipe']});
	t.after(() => starter.kill());
	await new Promise(resolve => {
		starter.stderr?.once('data', resolve);
	});
	await output.write(refusal('requirepass secret'));
	const found = await mistakeOf({remembered: {config: file}});
	assert.deepEqual(
		[found?.path, found?.line, found?.text, found?.refusedBy],
		[file, 2, 'requirepass', 'Redis 7.0.15'],
		'nothing secret is shown',
	);
	assert.ok(Math.abs((found?.refusedAtMs ?? 0) - Date.now()) < 60_000);
	await output.write(refusal('another line'));
	assert.equal(await mistakeOf({remembered: {config: file}}), undefined, 'the file was corrected since');
});
