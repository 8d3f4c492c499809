import assert from 'node:assert/strict';
import os from 'node:os';
import process from 'node:process';
import test from 'node:test';
import {systemClock} from '../../source/domain/clock.js';
import {failureText, type PollOutcome} from '../../source/domain/sample.js';
import {Fleet} from '../../source/poll/fleet.js';
import {openPort} from '../../source/wire/ioredis-port.js';
import {eventually} from '../harness/eventually.js';
import {pollLive, settingsFor} from '../harness/live.js';
import {callsOf} from '../harness/server-words.js';
import {serverBinaries, startServer, type TestServer} from '../harness/servers.js';

const failureIn = (outcome: PollOutcome | undefined) => (outcome?.kind === 'failed' ? outcome.failure : undefined);
const runIdIn = (outcome: PollOutcome | undefined) => (outcome?.kind === 'sampled' ? outcome.sample.runId : undefined);

/** An address of this machine that others can use: protected mode knows 127.0.0.1 for a friend. */
const publicHost = Object.values(os.networkInterfaces())
	.flatMap(addresses => addresses ?? [])
	.find(({family, internal}) => family === 'IPv4' && !internal)?.address;

/** The ids of redis-top's connections, as the server has them. */
const connectionOf = async (server: TestServer): Promise<string> =>
	[...String(await server.command('CLIENT', 'LIST')).matchAll(/^id=(\d+) .* name=redis-top /gm)]
		.map(([, id]) => id)
		.join();

for (const name of serverBinaries().keys()) {
	test(`${name}: a server that is killed and started again is polled again with the same password`, async () => {
		const args = ['--requirepass', 'secret'];
		const server = await startServer({server: name, args});
		const settings = settingsFor(server, {password: 'secret'});
		const polling = pollLive(settings);
		try {
			const before = await eventually('a sample', () => runIdIn(polling.outcomes.at(-1)));
			process.kill(server.pid, 'SIGKILL');
			await eventually('a failure', () => failureIn(polling.outcomes.at(-1)));
			await server.exited;
			const again = await startServer({server: name, args, port: server.port});
			try {
				const after = await eventually('a sample of the new process', () => runIdIn(polling.outcomes.at(-1)));
				assert.notEqual(after, before);
				const codes = polling.outcomes.flatMap(outcome => failureIn(outcome)?.layer ?? []);
				assert.ok(!codes.includes('auth'), 'the password was never called wrong');
			} finally {
				await again.stop();
			}
		} finally {
			await polling.stop();
			await server.stop();
		}
	});

	test(`${name}: a frozen server is stale with one request pending, and later up on the same connection`, async () => {
		const server = await startServer({server: name});
		const polling = pollLive(settingsFor(server, {timeoutMs: 300}));
		try {
			await eventually('a sample', () => runIdIn(polling.outcomes.at(-1)));
			const connection = await connectionOf(server);
			process.kill(server.pid, 'SIGSTOP');
			await eventually('silence', () => failureIn(polling.outcomes.at(-1))?.state === 'stale' || undefined);
			process.kill(server.pid, 'SIGCONT');
			await eventually('a sample', () => runIdIn(polling.outcomes.at(-1)));
			assert.deepEqual([...new Set(polling.outcomes.flatMap(outcome => failureIn(outcome)?.code ?? []))], ['TIMEOUT']);
			// A small request went over another connection, which ends then.
			await eventually(
				'the same connection alone',
				async () => (await connectionOf(server)) === connection || undefined,
			);
			// Each sample, the reply that was pending, and one poll that may be under way.
			await polling.stop();
			const asked = (await callsOf(server)).get('info') ?? 0;
			const samples = polling.outcomes.filter(({kind}) => kind === 'sampled').length;
			assert.ok(asked <= samples + 2, `${asked} polls, ${samples} samples`);
		} finally {
			process.kill(server.pid, 'SIGCONT');
			await polling.stop();
			await server.stop();
		}
	});

	test(`${name}: a refusal by maxclients names maxclients as the reason`, async () => {
		const server = await startServer({server: name, args: ['--maxclients', '4']});
		const guests = await Promise.all([1, 2, 3, 4].map(() => server.connect()));
		const polling = pollLive(settingsFor(server));
		try {
			const failure = await eventually('a failure', () => failureIn(polling.outcomes.at(-1)));
			assert.match(failureText(failure), /maxclients/);
			assert.equal(failure.state, 'refusing');
			for (const guest of guests) {
				guest.close();
			}

			await eventually('a sample', () => runIdIn(polling.outcomes.at(-1)));
		} finally {
			await polling.stop();
			await server.stop();
		}
	});

	test(`${name}: a refusal by protected mode names it as the reason`, {
		skip: publicHost === undefined && 'no address but loopback',
	}, async () => {
		const server = await startServer({
			server: name,
			args: ['--bind', `127.0.0.1 ${publicHost}`, '--protected-mode', 'yes'],
		});
		const polling = pollLive(settingsFor({host: publicHost as '127.0.0.1', port: server.port}));
		try {
			const failure = await eventually('a failure', () => failureIn(polling.outcomes.at(-1)));
			assert.deepEqual([failure.code, failure.state], ['DENIED', 'refusing']);
			assert.match(failureText(failure), /protected mode/);
		} finally {
			await polling.stop();
			await server.stop();
		}
	});

	test(`${name}: a user of few rights gets the allowed data, and a blind spot for the rest`, async () => {
		const server = await startServer({server: name});
		await server.command('ACL', 'SETUSER', 'least', 'on', '>pw', '-@all', '+ping', '+info');
		const polling = pollLive(settingsFor(server, {username: 'least', password: 'pw'}));
		try {
			const {blind} = await eventually('blind spots', () => {
				const last = polling.outcomes.at(-1);
				return last?.kind === 'sampled' && last.blind.length >= 4 ? last : undefined;
			});
			assert.deepEqual(blind.map(({command, kind, grant}) => `${kind} ${command} ${grant}`).sort(), [
				'denied CLIENT LIST +client|list',
				...(name.startsWith('valkey') ? ['denied COMMANDLOG GET +commandlog|get'] : []),
				'denied CONFIG GET +config|get',
				'denied LATENCY HISTOGRAM +latency|histogram',
				'denied SLOWLOG GET +slowlog|get',
			]);
			await eventually('five more polls', () => polling.outcomes.length > 8 || undefined);
			const log = (await server.command('ACL', 'LOG', '100')) as unknown[][];
			const counts = log.map(entry => Number(entry[entry.indexOf('count') + 1]));
			assert.ok(
				counts.length >= 4 && counts.every(count => count <= 2),
				`denied commands are not tried again: ${counts}`,
			);
		} finally {
			await polling.stop();
			await server.stop();
		}
	});

	test(`${name}: the primary is found from its replica alone, and both are polled`, async () => {
		const primary = await startServer({server: name});
		const replica = await startServer({server: name, args: ['--replicaof', `127.0.0.1 ${primary.port}`]});
		const end = new AbortController();
		const seen = new Map<string, string>();
		const fleet = new Fleet({
			targets: [settingsFor(replica)],
			openPort,
			clock: systemClock,
			signal: end.signal,
			intervalMs: 100,
			report: report => {
				if (report.kind === 'outcome' && report.outcome.kind === 'sampled') {
					seen.set(report.outcome.address, report.outcome.sample.info.text('replication', 'role') ?? '');
				}
			},
		});
		fleet.start();
		try {
			await eventually('both', () => (seen.size === 2 ? true : undefined));
			assert.deepEqual(
				seen,
				new Map([
					[`127.0.0.1:${replica.port}`, 'slave'],
					[`127.0.0.1:${primary.port}`, 'master'],
				]),
			);
		} finally {
			end.abort();
			await replica.stop();
			await primary.stop();
		}
	});
}

test('a password set on a polled server without one is NOAUTH at once, and removing it ends the failure', async () => {
	const server = await startServer();
	const polling = pollLive(settingsFor(server));
	try {
		await eventually(
			'two samples',
			() => polling.outcomes.filter(({kind}) => kind === 'sampled').length > 1 || undefined,
		);
		const client = await server.connect();
		await client.command('CONFIG', 'SET', 'requirepass', 'secret');
		const before = polling.outcomes.length;
		await client.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
		await eventually('a failure', () => failureIn(polling.outcomes.at(-1)));
		const failures = () => polling.outcomes.slice(before).flatMap(outcome => failureIn(outcome) ?? []);
		await eventually('several failures', () => failures().length > 2 || undefined);
		assert.deepEqual([...new Set(failures().map(({code}) => code))], ['NOAUTH']);
		await client.command('CONFIG', 'SET', 'requirepass', '');
		await eventually('a sample', () => runIdIn(polling.outcomes.at(-1)));
	} finally {
		await polling.stop();
		await server.stop();
	}
});
