// Captures replies of real servers into test/fixtures/, for the tests of parsers and screens. Usage:
// `capture-fixtures.mjs [NAME…]`; without a name it captures all servers of fetch-servers.mjs. Replies differ from run
// to run in ids, ports and counts.
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import {bundle} from './bundle.mjs';
import {servers} from './fetch-servers.mjs';

const root = path.resolve(import.meta.dirname, '..');

/**
Names of settings that redis-top shows or evaluates. Passwords are among them, but a capture must never contain a
password.
*/
const configNames =
	'maxmemory maxmemory-policy maxclients save appendonly appendfsync dir slowlog-log-slower-than slowlog-max-len ' +
	'latency-tracking repl-backlog-size min-replicas-to-write client-output-buffer-limit timeout io-threads ' +
	'requirepass masterauth tls-key-file-pass';

/**
Loads the tests' harness, which starts the servers and sends them commands. The harness is TypeScript, so it is bundled
first.
*/
async function loadHarness(outdir) {
	const entryPoints = ['servers', 'eventually'].map(name => path.join(root, 'test', 'harness', `${name}.ts`));
	await bundle({entryPoints, outdir});
	const [{startServer}, {eventually}] = await Promise.all(
		['servers', 'eventually'].map(name => import(pathToFileURL(path.join(outdir, `${name}.js`)).href)),
	);
	return {startServer, eventually};
}

/** Removes from a reply what belongs to this machine: the servers' folders, their programs, the kernel. */
function scrub(text, folders) {
	return folders
		.reduce((scrubbed, folder) => scrubbed.replaceAll(folder, '/var/lib/server'), text)
		.replace(/^executable:.*(?=\r)/m, 'executable:/usr/bin/server')
		.replace(/^os:.*(?=\r)/m, 'os:Linux 6.1.0 x86_64');
}

async function captureServer(name, {startServer, eventually}) {
	const started = [];
	const start = async (...args) => {
		const server = await startServer({server: name, args});
		started.push(server);
		return server;
	};

	const startSentinel = async lines => {
		const server = await startServer({server: name, sentinel: lines});
		started.push(server);
		return server;
	};

	const save = (file, reply) => {
		const destination = path.join(root, 'test', 'fixtures', name, file);
		const text = typeof reply === 'string' ? reply : `${JSON.stringify(reply, undefined, '\t')}\n`;
		mkdirSync(path.dirname(destination), {recursive: true});
		const folders = started.map(({dir}) => dir);
		writeFileSync(destination, scrub(text, folders));
	};

	try {
		await captureReplicated(start, save, eventually);
		await captureRare(start, save, eventually);
		await captureCluster(start, save, eventually);
		await captureSentinel(start, save, eventually, lines => startSentinel(lines));
		save('errors.json', await captureErrors(start, eventually));
	} finally {
		await Promise.all(started.map(server => server.stop()));
	}
}

async function captureReplicated(start, save, eventually) {
	const primary = await start('--unixsocket', 'a b.sock', '--maxmemory', '256mb', '--maxmemory-policy', 'allkeys-lru');
	const replica = await start('--replicaof', '127.0.0.1', String(primary.port));
	await eventually('the replica to be in step', async () =>
		/state=online/.test(await primary.command('INFO', 'replication')) ? true : undefined,
	);
	await playLoad(primary);
	await primary.command('WAIT', '1', '10000');

	save('primary/info.txt', await primary.command('INFO'));
	save('primary/info-commandstats.txt', await primary.command('INFO', 'commandstats'));
	save('primary/info-everything.txt', await primary.command('INFO', 'everything'));
	save('primary/slowlog.json', await primary.command('SLOWLOG', 'GET', '32'));
	save('primary/client-list.txt', await primary.command('CLIENT', 'LIST'));
	save('primary/latency-histogram.json', await primary.command('LATENCY', 'HISTOGRAM'));
	save('primary/config.json', await primary.command('CONFIG', 'GET', ...configNames.split(' ')));
	save('replica/info.txt', await replica.command('INFO', 'everything'));
}

/**
Sends the primary commands of many kinds: hits and misses, keys that expire, errors, slow commands, named clients,
hostile arguments.
*/
async function playLoad(primary) {
	for (let index = 0; index < 200; index++) {
		await primary.command('SET', `user:${index}`, 'x'.repeat(100), ...(index % 4 === 0 ? ['EX', 1000 + index] : []));
		await primary.command('GET', index % 2 === 0 ? `user:${index}` : `nobody:${index}`);
		await primary.command('HSET', 'profile', `field${index}`, index);
	}

	await primary.command('LPUSH', 'user:1', 'wrong type');
	await primary.command('INCR', 'user:1');
	await primary.command('NO-SUCH-COMMAND');
	await primary.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0', 'masterauth', 'fixture-secret');
	await primary.command('SLOWLOG', 'RESET');
	await primary.command('GET', 'name with \u001b[31mcolour\u001b[0m and a\nline break');
	await primary.command('SET', 'user\u202enimda', '\u200b');
	await primary.command('RPUSH', 'list', ...Array.from({length: 40}, (_, index) => `element ${index}`));
	await primary.command('SET', 'long', 'y'.repeat(500));
	await primary.command('EVAL', 'for i = 1, 200000 do end return 1', '0');
	await primary.command('CONFIG', 'SET', 'slowlog-log-slower-than', '10000');

	const worker = await primary.connect();
	await worker.command('CLIENT', 'SETNAME', 'worker-1:queue=mail');
	await worker.command('CLIENT', 'SETINFO', 'LIB-NAME', 'lib(v=1)');
	await worker.command('CLIENT', 'SETINFO', 'LIB-VER', '1.2.3');
	void worker.command('BLPOP', 'no-list', '0').catch(() => undefined);
	const subscriber = await primary.connect();
	await subscriber.command('SUBSCRIBE', 'news');
	const local = await primary.connect({path: path.join(primary.dir, 'a b.sock')});
	await local.command('CLIENT', 'SETNAME', 'größe');
	await local.command('SELECT', '3');
	await local.command('SET', 'other', 'database');
}

/**
Captures replies to the commands that redis-top sends only about once a minute: denied commands, modules, latency
events, large commands, and a running function.
*/
async function captureRare(start, save, eventually) {
	const server = await start('--latency-monitor-threshold', '1', '--busy-reply-threshold', '1');
	await server.command(
		'ACL',
		'SETUSER',
		'limited',
		'on',
		'>pass',
		'-@all',
		'+get',
		'+publish',
		'~app:*',
		'resetchannels',
	);
	const limited = await server.connect();
	await limited.command('CLIENT', 'SETNAME', 'worker-1');
	await limited.command('AUTH', 'limited', 'wrong');
	await limited.command('AUTH', 'limited', 'pass');
	await limited.command('SET', 'app:1', 'value');
	await limited.command('GET', 'name with \u001b[31mcolour\u001b[0m and a\nline break');
	await limited.command('PUBLISH', 'news', 'text');
	save('rare/acl-log.json', await server.command('ACL', 'LOG', '10'));
	save('rare/modules.json', await server.command('MODULE', 'LIST'));
	save('rare/info-modules.txt', await server.command('INFO', 'modules'));
	await server.command('EVAL', "for i = 1, 20000 do redis.call('ping') end", '0');
	save('rare/latency-latest.json', await server.command('LATENCY', 'LATEST'));
	if (!(await server.command('COMMAND', 'INFO', 'commandlog')).includes(null)) {
		await server.command(
			'CONFIG',
			'SET',
			'commandlog-request-larger-than',
			'200',
			'commandlog-reply-larger-than',
			'200',
		);
		await server.command('SET', 'long\u202e', 'y'.repeat(500));
		await server.command('GET', 'long\u202e');
		for (const log of ['slow', 'large-request', 'large-reply']) {
			save(`rare/commandlog-${log}.json`, await server.command('COMMANDLOG', 'GET', '128', log));
		}
	}

	save('rare/function-stats-idle.json', await server.command('FUNCTION', 'STATS'));
	const endless = "redis.register_function{function_name='endless', callback=function() while true do end end}";
	await server.command('FUNCTION', 'LOAD', `#!lua name=busy\n${endless}`);
	const caller = await server.connect();
	const ended = caller.command('FCALL', 'endless', '0');
	await eventually('BUSY', async () => errorOf(await server.command('PING')));
	save('rare/function-stats-busy.json', await server.command('FUNCTION', 'STATS'));
	await server.command('FUNCTION', 'KILL');
	await ended;
}

/** Captures the replies of the first of three Sentinels that monitor a primary with two replicas. */
async function captureSentinel(start, save, eventually, startSentinel) {
	const primary = await start();
	for (let index = 0; index < 2; index++) {
		await start('--replicaof', '127.0.0.1', String(primary.port));
	}

	await eventually('both replicas', async () =>
		/slave1:.*state=online/.test(await primary.command('INFO', 'replication')) ? true : undefined,
	);
	const lines = [
		`sentinel monitor mymaster 127.0.0.1 ${primary.port} 2`,
		'sentinel down-after-milliseconds mymaster 2000',
	];
	const [first] = await Promise.all([0, 1, 2].map(() => startSentinel(lines)));
	await eventually('the sentinels to know each other and the replicas', async () =>
		(await first.command('SENTINEL', 'SENTINELS', 'mymaster')).length === 2 &&
		(await first.command('SENTINEL', 'REPLICAS', 'mymaster')).filter(row => row.includes('ok')).length === 2 &&
		/^OK 3/.test(await first.command('SENTINEL', 'CKQUORUM', 'mymaster'))
			? true
			: undefined,
	);
	save('sentinel/info.txt', await first.command('INFO'));
	save('sentinel/masters.json', await first.command('SENTINEL', 'MASTERS'));
	save('sentinel/replicas.json', await first.command('SENTINEL', 'REPLICAS', 'mymaster'));
	save('sentinel/sentinels.json', await first.command('SENTINEL', 'SENTINELS', 'mymaster'));
	save('sentinel/quorum.txt', await first.command('SENTINEL', 'CKQUORUM', 'mymaster'));
}

async function captureCluster(start, save, eventually) {
	const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
	const nodes = await Promise.all([0, 1, 2, 3].map(() => start(...settings)));
	const [first, second, third, replica] = nodes;
	const idOf = node => node.command('CLUSTER', 'MYID');
	save('cluster/nodes-alone.txt', await first.command('CLUSTER', 'NODES'));

	const ranges = [
		[0, 5460],
		[5461, 10922],
		[10923, 16383],
	];
	for (const [index, range] of ranges.entries()) {
		await nodes[index].command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
		await nodes[index].command('CLUSTER', 'ADDSLOTSRANGE', ...range);
	}

	for (const node of nodes.slice(1)) {
		await first.command('CLUSTER', 'MEET', '127.0.0.1', node.port);
	}

	const firstId = await idOf(first);
	await eventually('the replica to be taken', async () =>
		(await replica.command('CLUSTER', 'REPLICATE', firstId)) === 'OK' ? true : undefined,
	);
	for (const node of nodes) {
		await eventually('the cluster to be whole', async () => {
			const isOk = /cluster_state:ok/.test(await node.command('CLUSTER', 'INFO'));
			const lines = (await node.command('CLUSTER', 'NODES')).trim().split('\n');
			const isWhole = lines.length === 4 && lines.every(line => / connected/.test(line)) && /slave/.test(lines.join());
			return isOk && isWhole ? true : undefined;
		});
	}

	await first.command('CLUSTER', 'SETSLOT', '5000', 'MIGRATING', await idOf(second));
	await first.command('CLUSTER', 'SETSLOT', '6000', 'IMPORTING', await idOf(second));
	save('cluster/nodes.txt', await first.command('CLUSTER', 'NODES'));
	save('cluster/info.txt', await first.command('CLUSTER', 'INFO'));
	await eventually('links both ways', async () =>
		(await first.command('CLUSTER', 'LINKS')).length === 6 ? true : undefined,
	);
	save('cluster/links.json', await first.command('CLUSTER', 'LINKS'));
	save('cluster/server-info.txt', await first.command('INFO'));

	await third.stop();
	await eventually('the lost node to be marked', async () =>
		/ master,fail /.test(await first.command('CLUSTER', 'NODES')) ? true : undefined,
	);
	save('cluster/nodes-failed.txt', await first.command('CLUSTER', 'NODES'));
	save('cluster/info-failed.txt', await first.command('CLUSTER', 'INFO'));
}

/**
Captures error replies, each under the command or state that provokes it. The texts differ between Redis and Valkey; the
first words are the same.
*/
async function captureErrors(start, eventually) {
	const errors = {};
	const note = (name, reply) => {
		if (!(reply instanceof Error)) {
			throw new Error(`no error came for ${name} but ${JSON.stringify(reply)}`);
		}

		errors[name] = reply.message;
	};

	const server = await start();
	note('unknownCommand', await server.command('NO-SUCH-COMMAND', 'argument'));
	note('unknownSubcommand', await server.command('CLIENT', 'NO-SUCH'));
	note('authWithoutPassword', await server.command('AUTH', 'hunter2'));
	note('clusterDisabled', await server.command('CLUSTER', 'INFO'));
	note('debugDisabled', await server.command('DEBUG', 'SLEEP', '0'));
	await server.command('ACL', 'SETUSER', 'limited', 'on', '>pass', '-@all', '+ping');
	const limited = await server.connect();
	await limited.command('AUTH', 'limited', 'pass');
	note('noPermission', await limited.command('CONFIG', 'GET', 'maxmemory'));
	note('wrongPassword', await limited.command('AUTH', 'limited', 'wrong'));
	await server.command('CONFIG', 'SET', 'maxmemory', '1');
	note('outOfMemory', await server.command('SET', 'key', 'value'));
	await server.command('CONFIG', 'SET', 'maxmemory', '0', 'min-replicas-to-write', '1');
	note('noReplicas', await server.command('SET', 'key', 'value'));
	await server.command('CONFIG', 'SET', 'min-replicas-to-write', '0', 'busy-reply-threshold', '1');
	const scripter = await server.connect();
	const ended = scripter.command('EVAL', 'while true do end', '0');
	note('busy', await eventually('BUSY', async () => errorOf(await server.command('PING'))));
	await server.command('SCRIPT', 'KILL');
	await ended;
	await server.command('CONFIG', 'SET', 'maxclients', '1');
	errors.maxClients = (await firstLine(server.port)).slice(1);

	const guarded = await start('--requirepass', 'secret');
	note('noAuth', await guarded.command('PING'));

	const replica = await start('--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'no');
	note('readOnly', await start('--replicaof', '127.0.0.1', '1').then(other => other.command('SET', 'key', 'value')));
	note('primaryDown', await replica.command('GET', 'key'));

	const alone = await start('--cluster-enabled', 'yes');
	note('clusterDown', await alone.command('GET', 'key'));

	const saving = await start('--save', '3600', '1', '--rdb-key-save-delay', '0');
	rmSync(saving.dir, {recursive: true});
	await saving.command('SET', 'key', 'value');
	await saving.command('BGSAVE');
	note('saveFailed', await eventually('MISCONF', async () => errorOf(await saving.command('SET', 'key', 'value'))));
	errors.loading = await captureLoading(start, eventually);
	return errors;
}

const errorOf = reply => (reply instanceof Error ? reply : undefined);

/**
Captures a server that takes long to load its data set. `key-load-delay` is a setting for the tests of Redis itself.
*/
async function captureLoading(start, eventually) {
	const source = await start('--save', '3600', '1');
	for (let index = 0; index < 500; index++) {
		await source.command('SET', `key:${index}`, 'z'.repeat(200));
	}

	await source.command('CONFIG', 'SET', 'rdbcompression', 'no');
	await source.command('SAVE');
	const slow = ['--key-load-delay', '20000', '--loading-process-events-interval-bytes', '1024'];
	const server = await start('--dir', source.dir, ...slow);
	const error = await eventually('LOADING', async () => errorOf(await server.command('PING')));
	await server.command('CONFIG', 'SET', 'key-load-delay', '0').catch(() => undefined);
	return error.message;
}

/** Resolves with the first line that a server sends without a request. */
function firstLine(port) {
	return new Promise((resolve, reject) => {
		let text = '';
		const socket = net.connect({host: '127.0.0.1', port});
		socket.on('data', chunk => {
			text += String(chunk);
		});
		socket.on('error', reject);
		socket.on('close', () => resolve(text.split('\r\n')[0]));
	});
}

const names = process.argv.length > 2 ? process.argv.slice(2) : servers.map(({name}) => name);
const outdir = mkdtempSync(path.join(os.tmpdir(), 'redis-top-capture-'));
try {
	const harness = await loadHarness(outdir);
	for (const name of names) {
		await captureServer(name, harness);
		process.stdout.write(`test/fixtures/${name}\n`);
	}
} finally {
	rmSync(outdir, {recursive: true, force: true});
}
