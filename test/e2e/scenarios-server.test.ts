import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import type {Check} from '../../source/report/check/check.js';
import {makeCertificates} from '../harness/certificates.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import type {TestServer} from '../harness/servers.js';
import {addressOf, at, folderFor, infoOf, serverFor} from './monitor.js';
import {checked, expectCheck, problems, twoVersions, whileRepeating} from './scenario.js';

const quick = ['-i', '600ms', '--timeout', '600ms'];
const look = (server: TestServer) => [...at(server), ...quick];
const debugging = ['--enable-debug-command', 'local'];

/** Opens connections that send nothing. */
async function holdConnections(t: TestContext, port: number, count: number): Promise<void> {
	await Promise.all(
		Array.from({length: count}, async () => {
			const socket = connect(port, '127.0.0.1');
			socket.on('error', () => undefined);
			t.after(() => socket.destroy());
			return new Promise(resolve => socket.once('connect', resolve));
		}),
	);
}

const fill = "for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'k' .. i, string.rep('x', 100)) end return 1";

test('1 nothing listens on the port', async t => {
	expectCheck(await checked(t, ['-p', String(await freePort()), ...quick]), {
		status: 'critical',
		verdict: /refuses connections: nothing listens/,
		rules: ['conn.refused critical'],
	});
});

test('15 TLS: a plain connection, an unknown authority, and a correct connection', async t => {
	const certificates = makeCertificates();
	if (certificates === undefined) {
		t.skip('no openssl');
		return;
	}

	t.after(() => certificates.remove());
	const port = await freePort();
	const server = await serverFor(t, {args: certificates.serverArgs(port)});
	const tls = ['-p', String(port), ...quick, '--tls'];
	for (const [args, verdict] of [
		[['-p', String(port), ...quick], /speaks TLS on this port: give --tls/],
		[tls, /certificate/],
		[[...look(server), '--tls'], /does not speak TLS on this port/],
	] as const) {
		const check = await checked(t, args);
		assert.match(check.verdict, verdict);
		assert.equal(check.exitCode, 2, check.verdict);
	}

	const trusted = await checked(t, [...tls, '--cacert', path.join(certificates.dir, 'ca.crt')]);
	assert.equal(trusted.nodes[0]?.state, 'up');
	assert.deepEqual([trusted.status, problems(trusted)], ['ok', []]);
});

test('24 the kernel killed this server and another process because memory was full', {
	skip: process.platform !== 'linux',
}, async t => {
	const server = await serverFor(t);
	const log = path.join(folderFor(t), 'kernel.log');
	const killed = (agoSeconds: number, name: string) =>
		`3,1,${Math.round((os.uptime() - agoSeconds) * 1_000_000)},-;Out of memory: Killed process 4711 (${name}) total-vm:1kB\n SUBSYSTEM=memory\n`;
	// A supervisor would start a killed server again within seconds.
	writeFileSync(log, `6,0,0,-;Linux version 6.1.0\n${killed(6, 'redis-server')}${killed(30, 'java')}`);
	const env = {REDIS_TOP_KERNEL_LOG: log};
	expectCheck(await checked(t, look(server), env), {
		status: 'warning',
		verdict: /was killed by the kernel and started again/,
		rules: ['os.oomscore warning'],
	});
	for (const others of [killed(30, 'java'), killed(90, 'redis-server')]) {
		writeFileSync(log, others);
		const other = await checked(t, look(server), env);
		assert.equal(other.status, 'ok', problems(other).join());
	}
});

for (const {name, program} of await twoVersions()) {
	const start = (t: TestContext, ...args: readonly string[]) => serverFor(t, {server: program, args});

	test(`2 a frozen process: ${name}`, {skip: process.platform !== 'linux'}, async t => {
		const server = await start(t);
		process.kill(server.pid, 'SIGSTOP');
		expectCheck(await checked(t, look(server)), {
			status: 'critical',
			verdict: /is not responding: its process is stopped \(SIGSTOP\)/,
			rules: ['conn.unresponsive critical'],
		});
	});

	test(`2b a command that holds the thread for as long as check looks: ${name}`, async t => {
		const server = await start(t, ...debugging);
		await server.command('PING');
		const held = server.command('DEBUG', 'SLEEP', '60').catch(() => {});
		expectCheck(await checked(t, look(server)), {
			status: 'critical',
			verdict: /is not responding/,
			rules: ['conn.unresponsive critical'],
		});
		process.kill(server.pid, 'SIGKILL');
		await held;
	});

	test(`3 a server that loads its data, after a restart: ${name}`, async t => {
		const server = await start(t, ...debugging, '--rdbcompression', 'no');
		await server.command('DEBUG', 'POPULATE', 200_000, 'k', 10);
		await server.command('SAVE');
		const loading = await serverFor(t, {
			server: program,
			dir: server.dir,
			args: ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'],
		});
		const check = await checked(t, look(loading));
		expectCheck(check, {status: 'critical', verdict: /is loading, \d+%/, rules: ['srv.loading critical']});
		assert.deepEqual(check.nodes[0]?.state, 'loading');
	});

	test(`4 a full server that may evict nothing; 5 then it may evict every key: ${name}`, async t => {
		const server = await start(t, '--maxmemory', '3mb', '--maxmemory-policy', 'noeviction');
		await server.command('EVAL', fill, 0, 20_000);
		await whileRepeating(
			() => server.command('SET', 'a', 'b'),
			async () => {
				const check = await checked(t, look(server));
				expectCheck(check, {
					status: 'critical',
					verdict: /refuses writes \(OOM\).*: the policy is noeviction/,
					rules: ['mem.oom critical', 'mem.max critical'],
				});
				const caused = check.findings.find(({rule}) => rule === 'mem.max');
				assert.match(caused?.causedBy ?? '', /^mem\.oom/);
			},
		);
		await server.command('CONFIG', 'SET', 'maxmemory', '64mb');
		await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
		await server.command('EVAL', fill, 0, 400_000);
		let next = 0;
		const load = () =>
			server.command(
				'EVAL',
				"for i = 1, 2000 do redis.call('SET', ARGV[1] .. i, ARGV[2]) end",
				0,
				next++,
				'y'.repeat(200),
			);
		await whileRepeating(load, async () => {
			await eventually(
				'it evicts',
				async () => Number((await infoOf(server, 'stats')).get('evicted_keys')) > 0 || undefined,
			);
			expectCheck(await checked(t, look(server)), {
				status: 'critical',
				verdict: /evicts keys at /,
				rules: ['mem.evict_storm critical'],
			});
		});
	});

	test(`9 no room for another client: ${name}`, async t => {
		const server = await start(t, '--maxclients', '12');
		await server.command('PING');
		await holdConnections(t, server.port, 11);
		const refused = await checked(t, look(server));
		expectCheck(refused, {
			status: 'critical',
			verdict: /maxclients|max number of clients/,
			rules: ['conn.refusing critical'],
		});
	});

	test(`10 a missing, a wrong and a needless password; 11 few rights: ${name}`, async t => {
		const server = await start(t, '--requirepass', 's3cret');
		const client = await server.connect();
		await client.command('AUTH', 's3cret');
		await client.command('ACL', 'SETUSER', 'least', 'on', '>pw', '-@all', '+ping', '+info');
		expectCheck(await checked(t, look(server)), {
			status: 'critical',
			verdict: /password/,
			rules: ['conn.auth critical'],
		});
		expectCheck(await checked(t, look(server), {REDISCLI_AUTH: 'wrong'}), {
			status: 'critical',
			verdict: /password/,
			rules: ['conn.auth critical'],
		});
		const least = await checked(t, [...look(server), '--user', 'least'], {REDISCLI_AUTH: 'pw'});
		expectCheck(least, {status: 'ok', verdict: /nothing is wrong/, rules: []});
		assert.ok(least.findings.some(({rule, severity}) => rule === 'conn.noperm' && severity === 'info'));
		assert.ok(least.blind.some(({fix}) => fix === 'ACL SETUSER least +config|get'));
	});

	test(`13 a busy script: ${name}`, async t => {
		const server = await start(t, '--busy-reply-threshold', '300');
		const client = await server.connect();
		void client.command('EVAL', 'while true do end', 0).catch(() => undefined);
		await eventually(
			'BUSY',
			async () =>
				/^BUSY/.test(String((await server.command('PING')) as Error & string).replace(/^Error: /, '')) || undefined,
		);
		expectCheck(await checked(t, look(server)), {
			status: 'critical',
			verdict: /SCRIPT KILL/,
			rules: ['srv.busy critical'],
		});
		await server.command('SCRIPT', 'KILL');
	});

	test(`13 a busy function, which is named: ${name}`, async t => {
		const server = await start(t, '--busy-reply-threshold', '100');
		const endless = "redis.register_function{function_name='endless', callback=function() while true do end end}";
		await server.command('FUNCTION', 'LOAD', `#!lua name=busy\n${endless}`);
		const client = await server.connect();
		void client.command('FCALL', 'endless', 0).catch(() => undefined);
		await eventually('BUSY', async () => /BUSY/.test(String(await server.command('PING'))) || undefined);
		const file = path.join(folderFor(t), 'soon.toml');
		writeFileSync(file, '[thresholds]\nfn.engine.seconds = "100ms"\n');
		expectCheck(await checked(t, [...look(server), '--config', file]), {
			status: 'critical',
			verdict: /is busy with the function endless, for/,
			rules: ['fn.engine critical', 'srv.busy critical'],
		});
		await server.command('FUNCTION', 'KILL');
	});

	test(`check also evaluates what is polled once a minute: ${name}`, async t => {
		const folder = folderFor(t);
		const config = path.join(folder, 'server.conf');
		writeFileSync(config, 'appendonly no\nmaxmemory-policy noeviction\nsave ""\nlatency-monitor-threshold 20\n');
		const server = await serverFor(t, {server: program, config});
		const of = (check: Check, rule: string) => check.findings.filter(found => found.rule === rule);
		const calm = await checked(t, look(server));
		assert.deepEqual([...of(calm, 'per.drift'), ...of(calm, 'lat.event')], []);
		assert.equal(of(calm, 'sec.default_all')[0]?.severity, 'info');
		await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
		if (name.startsWith('valkey')) {
			await server.command('CONFIG', 'SET', 'commandlog-reply-larger-than', '1000');
			await server.command('SETRANGE', 'big', 5000, 'end');
			await server.command('GET', 'big');
		}

		const spin =
			'local t = redis.call("TIME") repeat local n = redis.call("TIME") until (n[1] - t[1]) * 1e6 + n[2] - t[2] > 150000';
		await server.command('EVAL', spin, 0);
		const drifted = await checked(t, look(server));
		assert.match(of(drifted, 'lat.event')[0]?.title ?? '', /^stood still for .*: command$/);
		assert.deepEqual(of(drifted, 'net.big_reply').length, name.startsWith('valkey') ? 1 : 0);
		// Evidence about the server's files is read on Linux only.
		if (process.platform === 'linux') {
			assert.match(of(drifted, 'per.drift')[0]?.title ?? '', /: maxmemory-policy allkeys-lru, not noeviction$/);
		}
	});

	test(`14 slow commands: ${name}`, async t => {
		const server = await start(t);
		// Two in a hundred calls are slow, so that the 99th percentile is one of them.
		const spin = 'for i = 1, tonumber(ARGV[1]) do local x = i % 7 end return 1';
		const quickOnes = async () => Promise.all(Array.from({length: 150}, () => server.command('EVAL', spin, 0, 1)));
		let iterations = 1e6;
		const slowOnes = async () => {
			const startedAt = performance.now();
			await server.command('EVAL', spin, 0, Math.ceil(iterations));
			// The number of iterations is set so that the script takes about 40 ms on any machine.
			iterations *= 40 / Math.max(6, performance.now() - startedAt);
		};
		const load = async () => {
			await quickOnes();
			await slowOnes();
			await slowOnes();
			await slowOnes();
			await slowOnes();
		};
		for (let index = 0; index < 6; index++) {
			await load();
		}

		await whileRepeating(load, async () => {
			expectCheck(await checked(t, look(server)), {
				// The status is a warning on an idle machine. Otherwise the processor is at its limit, which is
				// critical.
				status: /warning|critical/,
				verdict:
					/EVAL (?:from \S+ )?takes .* to |ran EVAL for|slow commands in the last minute|busy|short of processor time/,
				rules: ['lat.p99', 'lat.slowlog_new warning'],
			});
		});
	});

	test(`18 paused clients: ${name}`, async t => {
		const server = await start(t);
		const client = await server.connect();
		await client.command('CLIENT', 'PAUSE', 60_000, 'WRITE');
		const writer = await server.connect();
		void writer.command('SET', 'a', 'b').catch(() => undefined);
		expectCheck(await checked(t, look(server)), {
			status: 'critical',
			verdict: /pauses writes \(CLIENT PAUSE\)/,
			rules: ['srv.paused critical'],
		});
	});

	test(`20 a client that never reads is disconnected: ${name}`, async t => {
		const folder = folderFor(t);
		const logFile = path.join(folder, 'log');
		const server = await start(t, '--client-output-buffer-limit', 'normal 1mb 512kb 2', '--logfile', logFile);
		await server.command('SETRANGE', 'big', 900_000, 'x');
		const cutOff = () => readFileSync(logFile, 'utf8').match(/output buffer limits/g)?.length ?? 0;
		const deaf = async () => {
			const before = cutOff();
			const client = await server.connect();
			client.pause();
			client.write('GET big\r\n'.repeat(20));
			await eventually('it is cut off', () => cutOff() > before || undefined);
		};
		await whileRepeating(deaf, async () => {
			await eventually('one is cut off', () => cutOff() > 0 || undefined);
			const check = await checked(t, look(server));
			assert.ok(problems(check).includes('cli.obuf_kill warning'), problems(check).join());
			assert.ok(check.exitCode >= 1);
		});
	});

	test(`21 a crash: ${name}`, async t => {
		const server = await start(t, ...debugging);
		const before = await checked(t, look(server));
		assert.equal(before.status, 'ok', problems(before).join());
		await server.command('DEBUG', 'SEGFAULT').catch(() => undefined);
		await server.exited;
		expectCheck(await checked(t, look(server)), {
			status: 'critical',
			verdict: new RegExp(`^${addressOf(server)} refuses connections`),
			rules: ['conn.refused critical'],
		});
	});
}
