import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, chownSync, closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import type {HostEvidence, LocalEvidence} from '../../source/domain/host-evidence.js';
import {gatherEvidence} from '../../source/host/gather-evidence.js';
import {KnownProcesses} from '../../source/host/known-processes.js';
import {parseInfo} from '../../source/parse/info.js';
import {folderFor, oneServer, serverFor} from '../e2e/monitor.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {RespClient} from '../harness/resp-client.js';

const isLinux = process.platform === 'linux';
const nowMs = Date.now();

const gather = (port: number, config?: ReadonlyMap<string, string>, infoText?: string): Promise<HostEvidence> =>
	gatherEvidence({
		endpoint: {kind: 'tcp', host: '127.0.0.1', port},
		info: infoText === undefined ? undefined : parseInfo(infoText),
		config,
		nowMs,
	});

function here(evidence: HostEvidence): LocalEvidence {
	assert.equal(evidence.kind, 'here');
	return evidence as LocalEvidence;
}

test("a server at another machine's address has no evidence here", {skip: !isLinux}, async () => {
	const evidence = await gatherEvidence({
		endpoint: {kind: 'tcp', host: '192.0.2.1', port: 6379},
		info: undefined,
		config: undefined,
		nowMs,
	});
	assert.equal(evidence.kind, 'elsewhere');
});

test('evidence of a running server has its process, socket, folder, log and the kernel', {skip: !isLinux}, async t => {
	const folder = folderFor(t);
	const logfile = path.join(folder, 'server.log');
	const server = await serverFor(t, {args: ['--logfile', logfile]});
	const evidence = here(
		await gather(
			server.port,
			new Map([
				['dir', server.dir],
				['logfile', logfile],
			]),
		),
	);
	const {process: found, listeners, servers, folder: data, kernel, log} = evidence;
	assert.equal(found?.processId, server.pid);
	assert.match(servers.find(({processId}) => processId === server.pid)?.name ?? '', /^(?:redis|valkey)-server$/);
	assert.ok(found?.state === 'sleeping' || found?.state === 'running', found?.state);
	assert.ok((found?.residentBytes ?? 0) > 1_000_000);
	assert.ok((found?.openFiles ?? 0) > 3);
	assert.ok((found?.openFilesLimit ?? 0) > 3);
	assert.equal(found?.hasOwnRoot, false);
	assert.equal(found?.workingFolder, server.dir);
	assert.deepEqual(
		listeners.map(({address, port, processId}) => ({address, port, processId})),
		[{address: '127.0.0.1', port: server.port, processId: server.pid}],
	);
	const self = servers.find(({processId}) => processId === server.pid);
	assert.ok(self?.listens.some(({port}) => port === server.port));
	assert.equal(data?.path, server.dir);
	assert.ok((data?.freeBytes ?? 0) > 0);
	assert.equal(data?.isWritable, true);
	assert.equal(data?.isReadOnlyMount, false);
	assert.notEqual(kernel.overcommitMemory, undefined);
	assert.ok((kernel.maximumBacklog ?? 0) > 0);
	assert.ok((kernel.totalMemoryBytes ?? 0) > 0);
	assert.ok((kernel.processorTime?.total ?? 0) > 0);
	assert.equal(evidence.configFile, undefined);
	assert.equal(log?.source, logfile);
	assert.match(log?.lines.join('\n') ?? '', /Ready to accept connections|Server initialized/);
	// What is missing has a reason.
	assert.ok(evidence.gaps.every(({what, why}) => what !== '' && why !== ''));
});

test('a stopped process has the state stopped, and its queue of connections grows', {skip: !isLinux}, async t => {
	const server = await serverFor(t);
	process.kill(server.pid, 'SIGSTOP');
	const waiting = await RespClient.connect({port: server.port});
	t.after(() => waiting.close());
	await eventually('a stopped process with a queue', async () => {
		const {process: found, listeners} = here(await gather(server.port));
		return found?.state === 'stopped' && (listeners[0]?.queued ?? 0) > 0 ? true : undefined;
	});
});

test('evidence of a port without a listener names the servers on other ports', {skip: !isLinux}, async t => {
	const server = await serverFor(t);
	const evidence = here(await gather(await freePort()));
	assert.equal(evidence.process, undefined);
	assert.deepEqual(evidence.listeners, []);
	assert.ok(evidence.servers.some(({listens}) => listens.some(({port}) => port === server.port)));
	assert.ok(evidence.gaps.some(({what}) => what === 'dir'));
});

test('what is kept between two gatherings hides no server that came, left or moved to another port', {
	skip: !isLinux,
}, async t => {
	const known = new KnownProcesses();
	const listeners = async (port: number) =>
		here(
			await gatherEvidence({
				endpoint: {kind: 'tcp', host: '127.0.0.1', port},
				info: undefined,
				config: undefined,
				known,
				nowMs,
			}),
		).listeners.map(({processId}) => processId);
	const first = await serverFor(t);
	assert.deepEqual(await listeners(first.port), [first.pid]);
	const second = await serverFor(t);
	assert.deepEqual(await listeners(first.port), [first.pid]);
	assert.deepEqual(await listeners(second.port), [second.pid]);
	const moved = await freePort();
	await second.command('CONFIG', 'SET', 'port', String(moved));
	assert.deepEqual(await listeners(second.port), []);
	assert.deepEqual(await listeners(moved), [second.pid]);
	process.kill(first.pid, 'SIGKILL');
	await eventually('no listener', async () => ((await listeners(first.port)).length === 0 ? true : undefined));
});

test("evidence of a port of another program has that program's name", {skip: !isLinux}, async t => {
	const {port, child} = await listenElsewhere(t);
	const {process: found, listeners} = here(await gather(port));
	assert.equal(found, undefined);
	assert.equal(listeners[0]?.processId, child.pid);
	assert.match(listeners[0]?.processName ?? '', /node|MainThread/);
});

async function listenElsewhere(t: TestContext): Promise<{port: number; child: ChildProcess}> {
	const port = await freePort();
	const child = spawn(process.execPath, ['-e', `require('net').createServer().listen(${port}, '127.0.0.1')`]);
	t.after(() => child.kill('SIGKILL'));
	await eventually('a listener', async () =>
		RespClient.connect({port}).then(
			client => {
				client.close();
				return true;
			},
			() => undefined,
		),
	);
	return {port, child};
}

test('a dead process that its parent did not reap is a zombie', {skip: !isLinux}, async t => {
	const {program} = await oneServer();
	const port = await freePort();
	const folder = folderFor(t);
	const args = [program, '--port', String(port), '--save', '', '--dir', folder];
	// The shell becomes a program that doesn't wait for its children.
	const parent = spawn('sh', ['-c', '"$@" & exec sleep 60', 'sh', ...args], {stdio: 'ignore'});
	t.after(() => parent.kill('SIGKILL'));
	const info = await eventually('the server', async () => {
		const client = await RespClient.connect({port}).catch(() => undefined);
		const text = await client?.command('INFO', 'server');
		client?.close();
		return typeof text === 'string' && text.includes('process_id') ? text : undefined;
	});
	process.kill(Number(/process_id:(\d+)/.exec(info)?.[1]), 'SIGKILL');
	await eventually('a zombie', async () =>
		here(await gather(port, undefined, info)).process?.state === 'zombie' ? true : undefined,
	);
});

test('a folder that the server may not write to is not writable', {
	skip: !isLinux || process.getuid?.() !== 0,
}, async t => {
	const folder = folderFor(t);
	const data = path.join(folder, 'data');
	mkdirSync(data);
	chmodSync(folder, 0o755);
	chmodSync(data, 0o755);
	const {program} = await oneServer();
	const port = await freePort();
	// Root without the right to override owner and mode: another user may not reach the program.
	chownSync(data, 65_534, 65_534);
	const limited = ['--bounding-set=-dac_override', '--inh-caps=-dac_override', program];
	const child = spawn('setpriv', [...limited, '--port', String(port), '--save', '', '--dir', data], {stdio: 'ignore'});
	t.after(() => child.kill('SIGKILL'));
	const seen = await eventually('the server', async () => {
		const evidence = here(await gather(port));
		return evidence.process === undefined ? undefined : evidence;
	});
	assert.equal(seen.folder?.isWritable, false);
	assert.equal(seen.folder?.rights, '65534:65534 755');
});

test("the server's log shows why the server ended", {skip: !isLinux}, async t => {
	const folder = folderFor(t);
	writeFileSync(
		path.join(folder, 'redis.log'),
		'7:M 24 Nov 2026 11:22:33.123 # Out Of Memory allocating 81920000 bytes!\n',
	);
	const {log} = here(
		await gather(
			await freePort(),
			new Map([
				['dir', folder],
				['logfile', 'redis.log'],
			]),
		),
	);
	assert.deepEqual(
		log?.remarks.map(({id, severity}) => [id, severity]),
		[['out-of-memory', 'critical']],
	);
});

test('a removed folder is gone, which is a fact and no gap', {skip: !isLinux}, async t => {
	const server = await serverFor(t);
	const config = new Map([
		['dir', server.dir],
		['logfile', ''],
	]);
	renameSync(server.dir, `${server.dir}-before`);
	const moved = here(await gather(server.port, config));
	assert.equal(moved.folder?.isMissing, undefined);
	rmSync(`${server.dir}-before`, {recursive: true});
	const {folder, gaps} = here(await gather(server.port, config));
	assert.equal(folder?.isMissing, true);
	assert.equal(folder?.path, `${server.dir}-before`);
	assert.ok(gaps.every(({what}) => what !== 'dir'));
});

test('the process, the log and its last line are still known after a crash', {skip: !isLinux}, async t => {
	const {program} = await oneServer();
	const port = await freePort();
	const folder = folderFor(t);
	const output = path.join(folder, 'out');
	const file = openSync(output, 'w');
	const args = ['--port', String(port), '--save', '', '--dir', folder];
	const child = spawn(program, args, {stdio: ['ignore', file, file]});
	closeSync(file);
	t.after(() => child.kill('SIGKILL'));
	const config = new Map([
		['dir', folder],
		['logfile', ''],
	]);
	const before = await eventually('the server', async () => {
		const evidence = here(await gather(port, config));
		return evidence.process === undefined || evidence.log === undefined ? undefined : evidence;
	});
	assert.equal(before.log?.source, output);
	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	await ended;
	const after = here(
		await gatherEvidence({
			endpoint: {kind: 'tcp', host: '127.0.0.1', port},
			info: undefined,
			config,
			before: {atMs: nowMs, value: before},
			nowMs,
		}),
	);
	assert.equal(after.process, undefined);
	assert.equal(after.earlierProcess?.processId, before.process?.processId);
	assert.equal(after.log?.source, output);
	assert.notEqual(after.log?.lines.length, 0);
	// Its log alone names the process too.
	const fresh = here(await gather(port, new Map([...config, ['logfile', output]])));
	assert.equal(fresh.earlierProcess?.processId, before.process?.processId);
	// An earlier session knows the path of the log, although this one has had no reply.
	const endpoint = {kind: 'tcp', host: '127.0.0.1', port} as const;
	const asked = {endpoint, info: undefined, config: undefined, nowMs};
	assert.equal(here(await gatherEvidence(asked)).log, undefined);
	const recalled = here(await gatherEvidence({...asked, remembered: {log: output}}));
	assert.equal(recalled.log?.source, output);
	assert.equal(recalled.earlierProcess?.processId, before.process?.processId);
});

test('an empty output is not the log of a server whose logfile is not known yet', {skip: !isLinux}, async t => {
	const {program} = await oneServer();
	const port = await freePort();
	const folder = folderFor(t);
	const output = openSync(path.join(folder, 'out'), 'w');
	const args = ['--port', String(port), '--save', '', '--dir', folder, '--logfile', path.join(folder, 'log')];
	const child = spawn(program, args, {stdio: ['ignore', output, output]});
	closeSync(output);
	t.after(() => child.kill('SIGKILL'));
	const evidence = await eventually('the server', async () => {
		const seen = here(await gather(port));
		return seen.process === undefined ? undefined : seen;
	});
	assert.equal(evidence.log, undefined);
	assert.ok(evidence.gaps.some(({what}) => what === "the server's log"));
});

test('the connections of a full server are told by the process that holds them', {skip: !isLinux}, async t => {
	const server = await serverFor(t);
	const script = `const s = []; for (let i = 0; i < 5; i++) s.push(require('node:net').connect(${server.port}, '127.0.0.1'));
		Promise.all(s.map(each => require('node:events').once(each, 'connect'))).then(() => console.log('connected'));`;
	const client = spawn(process.execPath, ['-e', script], {stdio: ['ignore', 'pipe', 'ignore']});
	t.after(() => client.kill('SIGKILL'));
	await once(client.stdout, 'data');
	const endpoint = {kind: 'tcp' as const, host: '127.0.0.1', port: server.port};
	const request = {endpoint, info: undefined, config: undefined, nowMs};
	const {connectionHolders = []} = here(await gatherEvidence({...request, isFull: true}));
	const held = connectionHolders.find(({processId}) => processId === client.pid);
	assert.deepEqual([held?.host, held?.connections], ['127.0.0.1', 5]);
	assert.equal(here(await gatherEvidence(request)).connectionHolders, undefined);
});
