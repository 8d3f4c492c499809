import assert from 'node:assert/strict';
import test from 'node:test';
import type {CloserLook} from '../../source/domain/closer-look.js';
import {CloserLooks} from '../../source/poll/closer-looks.js';
import type {Sampled} from '../../source/poll/discovery.js';
import {WireFailure} from '../../source/wire/redis-port.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at, FakeServer, fakeNetwork, refusal, settingsOf} from '../harness/fake-port.js';
import {sampleOf} from '../harness/samples.js';

const runId = 'a'.repeat(40);
const address = '10.0.1.11:6379';
const refused = new WireFailure('connect ECONNREFUSED', 'ECONNREFUSED', false);

/** A node that answers a poll each second. `seconds` polls on; `fail` is a poll that failed. */
function watched(isFocused = true) {
	const clock = new FakeClock();
	const server = new FakeServer({Server: {run_id: runId, uptime_in_seconds: 60}});
	server.answer = ([name]) => (name === 'PING' ? 'PONG' : undefined);
	const looks: CloserLook[] = [];
	const watch = new CloserLooks({
		openPort: fakeNetwork(clock, {[address]: server}),
		clock,
		signal: new AbortController().signal,
		report: (_, look) => looks.push(look),
	});
	const place = {isFocused, isSmall: true, isWanted: false, isTarget: false};
	const clients = {connected_clients: 10, maxclients: 10_000};
	const take = (id: string, used: number) => {
		const sample = {...sampleOf({server: {run_id: id}, clients: {...clients, connected_clients: used}}), runId: id};
		const outcome = {kind: 'sampled', address: at(address), sample} as unknown as Sampled;
		watch.take(outcome, settingsOf(address), place);
	};
	const seconds = async (count: number, id = runId, used = 10) => {
		for (let second = 0; second < count; second += 1) {
			take(id, used);
			await clock.advance(1000);
		}
	};
	const fail = () =>
		watch.take({kind: 'failed', address: at(address)} as unknown as Sampled, settingsOf(address), place);
	const missed = () => looks.map(look => (look.kind === 'new-connections' ? look.latest.missed : -1));
	const last = () => looks.findLast(look => look.kind === 'new-connections')?.latest.failure?.code;
	return {server, seconds, fail, missed, last};
}

test('a node in focus gets a new connection every ten seconds, another one every thirty', async () => {
	for (const [isFocused, opened] of [
		[true, 5],
		[false, 2],
	] as const) {
		const {server, seconds, missed} = watched(isFocused);
		await seconds(65);
		assert.equal(server.opened, opened);
		assert.equal(server.ports.size, 0);
		assert.deepEqual(missed(), []);
	}
});

test('a connection that does not get in is tried again after three seconds, until one gets in', async () => {
	const {server, seconds, missed, last} = watched();
	await seconds(2);
	server.refusal = refused;
	await seconds(12);
	assert.deepEqual(missed(), [1, 2]);
	assert.equal(last(), 'ECONNREFUSED');
	server.refusal = undefined;
	await seconds(4);
	assert.deepEqual(missed(), [1, 2, 0]);
});

test('a refused login is tried again after 15 seconds only', async () => {
	const {server, seconds, missed, last} = watched();
	server.refusal = refusal('WRONGPASS invalid username-password pair or user is disabled.');
	await seconds(23);
	assert.deepEqual(missed(), [1]);
	await seconds(4);
	assert.deepEqual(missed(), [1, 2]);
	assert.equal(last(), 'WRONGPASS');
});

test('a password that is wanted now is seen on a connection without one', async () => {
	const {server, seconds, last} = watched();
	server.answer = () => refusal('NOAUTH Authentication required.');
	await seconds(12);
	assert.equal(last(), 'NOAUTH');
});

test('a server that loads or denies PING has let the connection in', async () => {
	for (const words of [
		'LOADING Redis is loading the dataset in memory',
		"NOPERM User u has no permissions to run 'ping'",
	]) {
		const {server, seconds, missed} = watched();
		server.answer = () => refusal(words);
		await seconds(25);
		assert.deepEqual(missed(), []);
	}
});

test('a poll that fails, a restart and full maxclients start the count again', async () => {
	const {server, seconds, fail, missed} = watched();
	server.refusal = refused;
	await seconds(12);
	assert.deepEqual(missed(), [1]);
	fail();
	assert.deepEqual(missed(), [1, 0]);
	await seconds(12);
	assert.deepEqual(missed(), [1, 0, 1]);
	await seconds(9, 'b'.repeat(40));
	assert.deepEqual(missed(), [1, 0, 1, 0]);
	await seconds(30, 'b'.repeat(40), 9990);
	assert.deepEqual(missed(), [1, 0, 1, 0]);
});
