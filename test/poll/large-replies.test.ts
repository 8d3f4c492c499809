import assert from 'node:assert/strict';
import test from 'node:test';
import type {PollOutcome} from '../../source/domain/sample.js';
import {NodeLoop} from '../../source/poll/node-loop.js';
import {WireFailure} from '../../source/wire/redis-port.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at, FakeServer, fakeNetwork, settingsOf} from '../harness/fake-port.js';

/** The loop of one node, with what it reports: `up`, or the failure's text. */
function looped(address: string) {
	const clock = new FakeClock();
	const server = new FakeServer({Server: {redis_version: '7.2.4', run_id: 'run-1'}});
	const end = new AbortController();
	const outcomes: PollOutcome[] = [];
	const loop = new NodeLoop({
		answeringPort: async () => undefined,
		address: at(address),
		settings: settingsOf(address),
		openPort: fakeNetwork(clock, {[address]: server}),
		clock,
		signal: end.signal,
		intervalMs: () => 1000,
		demand: () => ({isFocused: true, interests: new Set(), isByHand: false}),
		connectInTurn: async connect => connect(),
		report: outcome => outcomes.push(outcome),
	});
	void loop.run();
	const last = () => {
		const outcome = outcomes.at(-1);
		return outcome?.kind === 'failed' ? [outcome.failure.code, outcome.failure.kind, outcome.failure.state] : 'up';
	};

	const smallRequests = () => server.commands().filter(command => command === 'INFO cpu').length;
	return {clock, server, last, smallRequests, end, outcomes};
}

const lost = ['TIMEOUT', 'LARGE_REPLIES', 'stale'];

test('small replies that come while large ones stay away are told, until a large one comes', async () => {
	const {clock, server, last, smallRequests, end} = looped('10.0.1.11:6379');
	await clock.advance(2500);
	assert.equal(last(), 'up');
	server.losesLarge = true;
	await clock.advance(4500);
	assert.deepEqual(last(), lost);
	await clock.advance(30_000);
	assert.deepEqual(last(), lost, 'on the connections that follow too');
	assert.equal(smallRequests(), 1, 'one request has shown it');
	server.thaw();
	await clock.advance(8000);
	assert.equal(last(), 'up');
	server.isFrozen = true;
	await clock.advance(4500);
	assert.deepEqual(last(), ['TIMEOUT', undefined, 'stale'], 'a later silence is another one');
	end.abort();
});

test('the same with the first request of all', async () => {
	const {clock, server, last, end} = looped('10.0.1.11:6379');
	server.losesLarge = true;
	await clock.advance(4500);
	assert.deepEqual(last(), lost);
	end.abort();
});

test('a large reply that comes soon after the small one was late only', async () => {
	const {clock, server, last, smallRequests, end} = looped('10.0.1.11:6379');
	await clock.advance(2500);
	server.losesLarge = true;
	while (smallRequests() === 0) {
		await clock.advance(50);
	}

	await clock.advance(500);
	server.thaw();
	await clock.advance(100);
	server.isFrozen = true;
	await clock.advance(4000);
	assert.deepEqual(last(), ['TIMEOUT', undefined, 'stale']);
	end.abort();
});

test('a way that loses large packets soon after the server was hung is told as well', async () => {
	const {clock, server, last, end} = looped('10.0.1.11:6379');
	await clock.advance(2500);
	server.isFrozen = true;
	await clock.advance(6000);
	server.thaw();
	await clock.advance(4000);
	assert.equal(last(), 'up');
	server.losesLarge = true;
	await clock.advance(4500);
	assert.deepEqual(last(), lost);
	end.abort();
});

test('no packet to this machine itself is too large, and a hung server is asked at most once a minute', async () => {
	const local = looped('127.0.0.1:6379');
	local.server.losesLarge = true;
	await local.clock.advance(20_000);
	assert.deepEqual([local.last(), local.smallRequests()], [['TIMEOUT', undefined, 'stale'], 0]);
	local.end.abort();
	const hung = looped('10.0.1.11:6379');
	hung.server.isFrozen = true;
	await hung.clock.advance(50_000);
	assert.equal(hung.smallRequests(), 1);
	hung.end.abort();
});

/** New connections get no answer. What was sent on old ones is confirmed by the other machine's kernel, or it is not. */
function drop(server: FakeServer, isConfirming: boolean): void {
	server.isFrozen = true;
	server.isConfirming = isConfirming;
	server.refusal = new WireFailure('connect ETIMEDOUT', 'ETIMEDOUT', false);
}

for (const address of ['10.0.1.11:6379', '127.0.0.1:6379']) {
	test(`a firewall that begins to drop all packets to ${address} is told within three seconds`, async () => {
		const {clock, server, last, end} = looped(address);
		await clock.advance(2500);
		drop(server, false);
		await clock.advance(3000);
		assert.deepEqual(last(), ['ETIMEDOUT', undefined, 'down']);
		await clock.advance(20_000);
		assert.deepEqual(last(), ['ETIMEDOUT', undefined, 'down']);
		server.refusal = undefined;
		server.isConfirming = true;
		server.thaw();
		await clock.advance(10_000);
		assert.equal(last(), 'up');
		server.isFrozen = true;
		await clock.advance(4500);
		assert.deepEqual(last(), ['TIMEOUT', undefined, 'stale'], 'a later silence is another one');
		end.abort();
	});
}

test('a hung server whose clients wait to be accepted is not told as a firewall while a reply is pending', async () => {
	const {clock, server, outcomes, end} = looped('10.0.1.11:6379');
	await clock.advance(2500);
	drop(server, true);
	const before = outcomes.length;
	await clock.advance(5000);
	assert.ok(outcomes.length > before);
	assert.ok(outcomes.slice(before).every(outcome => outcome.kind === 'sampled' || outcome.failure.code === 'TIMEOUT'));
	end.abort();
});
