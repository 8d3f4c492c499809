import assert from 'node:assert/strict';
import test from 'node:test';
import {runPingLoop} from '../../source/poll/ping-loop.js';
import {FakeClock} from '../harness/fake-clock.js';
import {FakeServer, fakeNetwork, refusal, settingsOf} from '../harness/fake-port.js';

function pinged(server: FakeServer) {
	const clock = new FakeClock();
	const end = new AbortController();
	const roundTrips: Array<number | undefined> = [];
	const settings = settingsOf('10.0.1.11:6379');
	const openPort = fakeNetwork(clock, {'10.0.1.11:6379': server});
	const done = runPingLoop({
		settings,
		openPort,
		clock,
		signal: end.signal,
		intervalMs: () => 1000,
		report: roundTripMs => roundTrips.push(roundTripMs),
	});
	return {clock, end, roundTrips, done};
}

test('the loop sends PING only, once an interval, on one connection', async () => {
	const server = new FakeServer({});
	server.roundTripMs = 3;
	const {clock, roundTrips} = pinged(server);
	await clock.advance(3500);
	assert.deepEqual(roundTrips, [3, 3, 3, 3]);
	assert.deepEqual([...new Set(server.commands())], ['PING']);
	assert.equal(server.opened, 1);
});

test('an error reply to PING counts as an answer', async () => {
	const server = new FakeServer({});
	server.answer = () => refusal('LOADING Redis is loading the dataset in memory');
	const {clock, roundTrips} = pinged(server);
	await clock.advance(100);
	assert.deepEqual(roundTrips, [1]);
});

test('PING that the user may not send is tried once in ten minutes', async () => {
	const server = new FakeServer({});
	server.answer = () => refusal("NOPERM User m has no permissions to run the 'ping' command");
	const {clock, roundTrips} = pinged(server);
	await clock.advance(590_000);
	assert.deepEqual(roundTrips, [1]);
	await clock.advance(20_000);
	assert.deepEqual(roundTrips, [1, 1]);
});

test('a PING without a reply in time is a gap, and the loop goes on', async () => {
	const server = new FakeServer({});
	const {clock, roundTrips} = pinged(server);
	await clock.advance(500);
	server.isFrozen = true;
	await clock.advance(3000);
	assert.deepEqual(roundTrips, [1, undefined]);
	server.thaw();
	await clock.advance(2000);
	assert.equal(roundTrips.at(-1), 1);
	assert.ok(server.ports.size <= 1);
});

test('the loop tries refused credentials again only after fifteen seconds', async () => {
	const server = new FakeServer({});
	server.refusal = refusal('WRONGPASS invalid username-password pair or user is disabled.');
	const {clock, roundTrips} = pinged(server);
	await clock.advance(14_000);
	assert.equal(server.opened, 1);
	await clock.advance(2000);
	assert.equal(server.opened, 2);
	assert.deepEqual(roundTrips, []);
});

test('the loop ends with its signal and closes its connection', async () => {
	const server = new FakeServer({});
	const {clock, end, done} = pinged(server);
	await clock.advance(500);
	end.abort();
	await done;
	assert.equal(server.ports.size, 0);
});
