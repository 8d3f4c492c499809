import assert from 'node:assert/strict';
import test, {type TestContext} from 'node:test';
import {type MadeUpReply, standIn} from '../../harness/stand-in.js';
import {act, assertProved, type Target, vetoes} from '../workbench.js';

/*
No server with HOTKEYS was there: a stand-in answers as the documentation of Redis 8.6 says.
https://redis.io/docs/latest/commands/hotkeys-get/
*/

type Session = {
	readonly isTracking: boolean;
	readonly startedAtMs: number;
	readonly ratio: number;
	readonly ms: number;
};

const resultOf = ({isTracking, startedAtMs, ratio, ms}: Session): MadeUpReply => [
	[
		'tracking-active',
		isTracking ? 1 : 0,
		'sample-ratio',
		ratio,
		'selected-slots',
		[],
		'collection-start-time-unix-ms',
		startedAtMs,
		'collection-duration-ms',
		ms,
		'total-cpu-time-user-ms',
		23,
		'by-cpu-time-us',
		['cart:42', 900, 'user:1', 100],
		'by-net-bytes',
		['page:home', 70_000],
	],
];

const info = [
	'# Server',
	'redis_version:8.6.0',
	`run_id:${'a'.repeat(40)}`,
	'redis_mode:standalone',
	'process_id:0',
	'# Replication',
	'role:master',
	'connected_slaves:0',
].join('\r\n');

/** A server of Redis 8.6 with a session; one that is started ends after it was looked at twice. */
async function serverWith(t: TestContext, first?: Session): Promise<Target & {readonly sent: readonly string[]}> {
	let session = first;
	let looks = 0;
	const sent: string[] = [];
	const answer = (words: readonly string[]): MadeUpReply | undefined => {
		switch (words.slice(0, 2).join(' ').toUpperCase()) {
			case 'INFO':
				return info;
			case 'PING':
				return {status: 'PONG'};
			case 'TIME':
				return ['1790000000', '0'];
			case 'ACL WHOAMI':
				return 'default';
			case 'ACL DRYRUN':
				return {status: 'OK'};
			case 'COMMAND INFO':
				return [['hotkeys', -2, [], 0, 0, 0]];
			case 'HOTKEYS GET': {
				looks += 1;
				if (session?.isTracking === true && session !== first && looks > 2) {
					session = {...session, isTracking: false};
				}

				return session === undefined ? null : resultOf(session);
			}

			case 'HOTKEYS START':
				sent.push(words.join(' '));
				if (session?.isTracking === true) {
					return {error: 'ERR hotkeys tracking session already in progress'};
				}

				looks = 0;
				session = {isTracking: true, startedAtMs: 1_790_000_000_000, ratio: 10, ms: 3000};
				return {status: 'OK'};
			default:
				return undefined;
		}
	};

	const port = await standIn(t, answer);
	return {port, sent, command: async (...words) => answer(words.map(String)) as never};
}

test('a session is started with an end, waited for, and proved by its hottest keys', async t => {
	const server = await serverWith(t);
	assertProved(
		await act(t, server, 'hotkeys-start', '3'),
		/^counted for 3s: cart:42 has 90% of their time, user:1 has 10% of their time, page:home most bytes$/,
	);
	assert.deepEqual(server.sent, ['HOTKEYS START METRICS 2 CPU NET COUNT 10 SAMPLE 10 DURATION 3']);
});

test('a session that runs is left alone, and the results of another are discarded only when told so', async t => {
	const running = {isTracking: true, startedAtMs: 1000, ratio: 1, ms: 700_000};
	assert.deepEqual(await vetoes(t, await serverWith(t, running), 'hotkeys-start', '3'), [
		'a session runs already, for 11m40s; redis-top ends none that runs | final',
	]);
	assert.deepEqual(await vetoes(t, await serverWith(t, {...running, isTracking: false}), 'hotkeys-start', '3'), [
		'a session of 11m40s has left results, which a new one discards | discard 3 hot keys',
	]);
	const ours = {isTracking: false, startedAtMs: 1000, ratio: 10, ms: 15_000};
	assert.deepEqual(await vetoes(t, await serverWith(t, ours), 'hotkeys-start', '3'), []);
});

test('a session lasts half a minute at most', async t => {
	const server = await serverWith(t);
	await assert.rejects(act(t, server, 'hotkeys-start', '31'), /a whole number from 1 to 30/);
	assert.deepEqual(server.sent, []);
});
