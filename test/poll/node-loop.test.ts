import assert from 'node:assert/strict';
import {getEventListeners} from 'node:events';
import test from 'node:test';
import type {PollOutcome} from '../../source/domain/sample.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {greetingFailure} from '../../source/poll/greeting-failure.js';
import {NodeLoop} from '../../source/poll/node-loop.js';
import type {PollInterest} from '../../source/poll/poll-demand.js';
import type {Greeting} from '../../source/wire/raw-probe.js';
import {FakeClock, settle} from '../harness/fake-clock.js';
import {at, FakeServer, fakeNetwork, refusal, settingsOf} from '../harness/fake-port.js';

const address = '10.0.1.11:6379';
const sections = (runId = 'run-1') => ({Server: {redis_version: '7.2.4', run_id: runId}});

function looped(server: FakeServer, intervalMs = 1000, clock = new FakeClock(), lagMs = 0, intervalsBetween = 1) {
	const end = new AbortController();
	const outcomes: Array<{readonly outcome: PollOutcome; readonly intervalMs: number; readonly elapsedMs: number}> = [];
	const interests = new Set<PollInterest>();
	const loop = new NodeLoop({
		answeringPort: async () => undefined,
		address: at(address),
		settings: settingsOf(address),
		openPort: fakeNetwork(clock, {[address]: server}),
		clock,
		signal: end.signal,
		intervalMs: () => intervalMs,
		intervalsBetween: () => intervalsBetween,
		demand: () => ({isFocused: true, interests, isByHand: false}),
		connectInTurn: async connect => connect(),
		lagMs: () => lagMs,
		report: (outcome, inForceMs) => outcomes.push({outcome, intervalMs: inForceMs, elapsedMs: clock.elapsed()}),
	});
	const done = loop.run();
	/** What came since the last look: `run id`, or the failure's code. */
	let seen = 0;
	const news = () => {
		const fresh = outcomes.slice(seen).map(({outcome}) => summary(outcome));
		seen = outcomes.length;
		return fresh;
	};

	return {clock, end, loop, outcomes, interests, done, news};
}

const summary = (outcome: PollOutcome) =>
	outcome.kind === 'sampled' ? String(outcome.sample.runId) : outcome.failure.code;

test("the loop polls once an interval, on one connection, at the node's own offset", async () => {
	const server = new FakeServer(sections());
	const {clock, outcomes} = looped(server);
	await clock.advance(10_000);
	const gaps = outcomes.slice(2).map(({elapsedMs}, index) => elapsedMs - (outcomes[index + 1]?.elapsedMs ?? 0));
	assert.ok(outcomes.length >= 9 && outcomes.length <= 11, `${outcomes.length} polls`);
	assert.deepEqual([...new Set(gaps.map(Math.round))], [1000]);
	assert.deepEqual([server.opened, server.mostInFlight], [1, 1]);
});

test('the first two polls are at least half an interval apart', async () => {
	for (let startMs = 0; startMs < 1000; startMs += 50) {
		const {clock, outcomes} = looped(new FakeServer(sections()), 1000, new FakeClock(1_700_000_000_000 + startMs));
		await clock.advance(3000);
		const [first, second] = outcomes;
		assert.ok(first !== undefined && second !== undefined && second.elapsedMs - first.elapsedMs >= 500);
	}
});

test('a hung server has one reply pending and gets one small request on another connection; the node is stale until it replies', async () => {
	const server = new FakeServer(sections());
	const {clock, news, outcomes} = looped(server);
	await clock.advance(2500);
	news();
	server.isFrozen = true;
	const before = server.asked.length;
	await clock.advance(4500);
	const during = news();
	assert.ok(during.length >= 2, 'a gap for every interval');
	assert.deepEqual([...new Set(during)], ['TIMEOUT']);
	const last = outcomes.at(-1)?.outcome;
	assert.equal(last?.kind === 'failed' && last.failure.state, 'stale');
	assert.deepEqual(server.asked.slice(before + 1), [[['INFO', 'cpu']]]);
	assert.equal(last?.kind === 'failed' && last.failure.kind, undefined, 'it answers no small request either');
	server.thaw();
	await clock.advance(1500);
	assert.deepEqual([...new Set(news())], ['run-1']);
	assert.deepEqual([server.opened, server.closed, server.mostInFlight], [2, 1, 2]);
});

test('a server that is held up again and again is known by its late replies', async () => {
	const server = new FakeServer(sections());
	const {clock, news, outcomes} = looped(server);
	await clock.advance(2500);
	const connections = server.opened;
	for (let round = 0; round < 3; round++) {
		server.isFrozen = true;
		await clock.advance(3500);
		assert.ok(news().includes('TIMEOUT'), 'each poll is late');
		server.thaw();
		// The pause is long enough for the pending poll alone.
		await clock.advance(server.roundTripMs + 1);
		const sampled = outcomes.at(-1)?.outcome;
		assert.equal(sampled?.kind, 'sampled', 'its late reply is a sample');
		assert.ok(sampled?.kind === 'sampled' && sampled.sample.roundTripMs > 1000);
	}

	assert.ok(server.opened <= connections + 1, 'the polls keep their connection');
});

test('after five intervals without a reply the connection is closed and opened again', async () => {
	const server = new FakeServer(sections());
	const {clock, news} = looped(server);
	await clock.advance(2500);
	server.isFrozen = true;
	await clock.advance(20_000);
	assert.ok(server.closed >= 1 && server.ports.size <= 1, 'no pile of connections');
	assert.ok(server.opened <= 5, `${server.opened} connections in 20 s`);
	news();
	server.thaw();
	await clock.advance(10_000);
	assert.equal(news().at(-1), 'run-1');
});

test('a server that ends and returns as another process is polled again', async () => {
	const server = new FakeServer(sections());
	const {clock, news} = looped(server);
	await clock.advance(2500);
	assert.equal(news().at(-1), 'run-1');
	server.kill();
	await clock.advance(30_000);
	const lost = news();
	assert.deepEqual([...new Set(lost)], ['ECONNREFUSED']);
	assert.ok(lost.length >= 6 && lost.length <= 12, `${lost.length} attempts in 30 s: every 5 s in the end`);
	server.start(sections('run-2'));
	await clock.advance(6000);
	assert.equal(news().at(-1), 'run-2');
	assert.equal(server.ports.size, 1);
});

test('refused credentials are reported, and tried again only after fifteen seconds', async () => {
	const server = new FakeServer(sections());
	server.refusal = refusal('WRONGPASS invalid username-password pair or user is disabled.');
	const {clock, news, outcomes} = looped(server);
	await clock.advance(14_000);
	assert.deepEqual(news(), ['WRONGPASS']);
	const failed = outcomes[0]?.outcome;
	assert.ok(failed?.kind === 'failed');
	assert.deepEqual([failed.failure.layer, failed.failure.state], ['auth', 'refusing']);
	await clock.advance(2000);
	assert.deepEqual(news(), ['WRONGPASS']);
	server.refusal = undefined;
	await clock.advance(15_000);
	assert.equal(news().at(-1), 'run-1');
});

test('a refused INFO keeps the connection, and the outcome has the reason', async () => {
	const server = new FakeServer(sections());
	server.answer = command =>
		command[0] === 'INFO' ? refusal('BUSY Redis is busy running a script. You can only call SCRIPT KILL …') : undefined;
	const {clock, news, outcomes} = looped(server);
	await clock.advance(5000);
	assert.deepEqual([...new Set(news())], ['BUSY']);
	const failed = outcomes[0]?.outcome;
	assert.equal(failed?.kind === 'failed' && failed.failure.state, 'busy');
	server.answer = () => undefined;
	await clock.advance(6000);
	assert.equal(news().at(-1), 'run-1');
	assert.equal(server.opened, 1);
});

test('a slow server is polled less often, and each outcome has the interval in force', async () => {
	const server = new FakeServer(sections());
	server.roundTripMs = 1;
	const {clock, outcomes} = looped(server);
	await clock.advance(3000);
	server.roundTripMs = 600;
	await clock.advance(40_000);
	const isSlowed = () => {
		const {outcome} = outcomes.at(-1) ?? {};
		return outcome?.kind === 'sampled' && outcome.isSlowed === true;
	};
	assert.equal(outcomes.at(-1)?.intervalMs, 8000);
	assert.ok(isSlowed());
	server.roundTripMs = 1;
	await clock.advance(120_000);
	assert.equal(outcomes.at(-1)?.intervalMs, 1000);
	assert.ok(!isSlowed());
});

test("replies delayed by redis-top's own event loop do not count as a slow server", async () => {
	const server = new FakeServer(sections());
	server.roundTripMs = 1;
	const {clock, outcomes} = looped(server, 1000, new FakeClock(), 400);
	await clock.advance(3000);
	server.roundTripMs = 600;
	await clock.advance(40_000);
	assert.equal(outcomes.at(-1)?.intervalMs, 1000);
});

test('a long round trip alone does not count as a slow server', async () => {
	const server = new FakeServer(sections());
	server.roundTripMs = 600;
	const {clock, outcomes} = looped(server);
	await clock.advance(20_000);
	assert.equal(outcomes.at(-1)?.intervalMs, 1000);
});

test('a poll by hand runs at once and includes the expensive requests', async () => {
	const server = new FakeServer({...sections(), Clients: {connected_clients: 9000}});
	const {clock, loop, interests} = looped(server, 10_000);
	interests.add('clients');
	await clock.advance(21_000);
	assert.ok(!server.commands().includes('CLIENT LIST'));
	const before = server.asked.length;
	loop.pollNow(true);
	await clock.advance(300);
	assert.equal(server.asked.length, before + 1);
	assert.ok(server.commands().includes('CLIENT LIST'));
	await clock.advance(30_000);
	assert.equal(server.commands().filter(command => command === 'CLIENT LIST').length, 1);
});

test('a poll asked for while one runs follows it after a pause', async () => {
	const server = new FakeServer(sections());
	const {clock, loop, outcomes} = looped(server, 10_000);
	server.roundTripMs = 20;
	await clock.advance(10);
	loop.pollNow(true);
	loop.pollNow(false);
	await clock.advance(1000);
	assert.equal(outcomes.length, 2);
	const [first, second] = outcomes;
	assert.ok(first !== undefined && second !== undefined && second.elapsedMs - first.elapsedMs >= 180);
	for (let press = 0; press < 50; press++) {
		loop.pollNow(true);
		await clock.advance(20);
	}

	assert.ok(outcomes.length <= 8, `${outcomes.length - 2} polls in a second of R`);
	assert.equal(server.mostInFlight, 1);
});

test('the loop ends with its signal, while it sleeps and while a reply is pending', async () => {
	for (const isFrozen of [false, true]) {
		const server = new FakeServer(sections());
		const {clock, end, done} = looped(server);
		await clock.advance(2500);
		server.isFrozen = isFrozen;
		await clock.advance(4000);
		end.abort();
		await done;
		assert.equal(server.ports.size, 0);
	}
});

test('many polls leave no listener on the signal', async () => {
	const {clock, end, outcomes} = looped(new FakeServer(sections()));
	await clock.advance(60_000);
	assert.ok(outcomes.length > 50);
	await settle();
	assert.ok(getEventListeners(end.signal, 'abort').length <= 2);
});

test('plain INFO is the first command of a new connection, and the rest follows in the same poll', async () => {
	const server = new FakeServer({...sections(), Commandstats: {cmdstat_get: 'calls=10,usec=100'}});
	const {clock, interests, news} = looped(server);
	interests.add('slowlog');
	await clock.advance(2500);
	assert.match(server.commands().findLast(command => command.startsWith('INFO')) ?? '', /^INFO server /);
	server.kill();
	await clock.advance(6000);
	server.start(server.sections);
	news();
	const before = server.asked.length;
	await clock.advance(6000);
	assert.ok(news().includes('run-1'));
	assert.deepEqual(
		server.asked.slice(before, before + 2).map(commands => commands.map(words => words.slice(0, 2).join(' '))),
		[
			['INFO', 'INFO commandstats'],
			['SLOWLOG GET', 'LATENCY LATEST'],
		],
	);
	assert.match(server.commands().at(-1) ?? '', /^INFO server |^SLOWLOG/);
});

test('a server that starts to require a password is polled again on a new connection', async () => {
	const server = new FakeServer(sections());
	const {clock, news} = looped(server);
	await clock.advance(2500);
	news();
	server.answer = () => refusal('NOAUTH Authentication required.');
	await clock.advance(6000);
	assert.deepEqual([...new Set(news())], ['NOAUTH']);
	const {opened} = server;
	assert.ok(opened > 1);
	server.answer = () => undefined;
	await clock.advance(6000);
	assert.deepEqual([...new Set(news())], ['run-1']);
});

test('a proxy that closes the connection on INFO with sections gets INFO without any', async () => {
	const server = new FakeServer(sections());
	const {clock, news} = looped(server);
	server.answer = command => {
		if (command[0] === 'INFO' && command.length > 2) {
			for (const port of [...server.ports]) {
				port.lose();
			}
		}

		return undefined;
	};
	await clock.advance(15_000);
	news();
	await clock.advance(15_000);
	assert.deepEqual([...new Set(news())], ['run-1']);
});

const greetings: ReadonlyArray<readonly [Greeting, isTls: boolean, code: string | undefined, password?: string]> = [
	[{kind: 'spoke', text: '-ERR max number of clients reached', wasUnasked: true}, false, 'ERR'],
	[{kind: 'spoke', text: '-DENIED Redis is running in protected mode', wasUnasked: true}, false, 'DENIED'],
	[{kind: 'spoke', text: '-ERR max number of clients reached', wasUnasked: true}, true, 'ERR'],
	[{kind: 'spoke', text: '+PONG', wasUnasked: false}, false, undefined],
	[{kind: 'spoke', text: '-LOADING Redis is loading', wasUnasked: false}, false, 'LOADING'],
	[{kind: 'spoke', text: '-NOAUTH Authentication required.', wasUnasked: false}, false, 'NOAUTH'],
	[{kind: 'spoke', text: '-DENIED no', wasUnasked: true}, false, 'DENIED', 'secret'],
	// The probe carries no password: a server that came back meanwhile would be called one that wants another.
	[{kind: 'spoke', text: '-NOAUTH Authentication required.', wasUnasked: false}, false, undefined, 'secret'],
	[{kind: 'spoke', text: '+PONG', wasUnasked: false}, true, 'TLS_TO_PLAIN'],
	[{kind: 'spoke', text: '-NOAUTH Authentication required.', wasUnasked: false}, true, 'TLS_TO_PLAIN'],
	[{kind: 'spoke', text: 'HTTP/1.1 400 Bad Request', wasUnasked: false}, false, 'PROTOCOL'],
	[{kind: 'spoke', text: 'SSH-2.0-OpenSSH', wasUnasked: true}, true, 'PROTOCOL'],
	[{kind: 'speaks-tls'}, false, 'PLAIN_TO_TLS'],
	[{kind: 'speaks-tls'}, true, undefined],
	[{kind: 'closed', afterPing: true}, false, 'CLOSED'],
	[{kind: 'silent'}, false, 'TIMEOUT'],
	[{kind: 'unreachable', code: 'ECONNREFUSED'}, false, 'ECONNREFUSED'],
];

for (const [greeting, isTls, code, password] of greetings) {
	const how = `${isTls ? 'with' : 'without'} TLS${password === undefined ? '' : ', with a password'}`;
	test(`the greeting ${JSON.stringify(greeting)} ${how} gives ${code ?? 'nothing new'}`, () => {
		const failure = greetingFailure(greeting, isTls, password !== undefined);
		assert.equal(failure?.code, code);
		assert.ok(failure?.problem !== 'cannot be reached');
	});
}

test('a probe that gets no answer either keeps what the failure says of the host', () => {
	const failure = socketFailure('ETIMEDOUT', 'connect ETIMEDOUT; arp: silent');
	assert.equal(greetingFailure({kind: 'unreachable', code: 'ETIMEDOUT'}, true, false, failure), failure);
	assert.equal(
		greetingFailure({kind: 'unreachable', code: 'ECONNREFUSED'}, true, false, failure)?.code,
		'ECONNREFUSED',
	);
});

const turnsOf = ({outcomes}: ReturnType<typeof looped>) =>
	outcomes.map(({outcome}) =>
		outcome.kind === 'sampled' ? [outcome.skipped ?? 0, outcome.every ?? 1] : outcome.failure.code,
	);

test('a node of many is polled every fifth interval after a few answers, and its outcomes count the skipped ones', async () => {
	const among = looped(new FakeServer(sections()), 1000, new FakeClock(), 0, 5);
	await among.clock.advance(30_000);
	const [first, second, third, fourth, ...others] = turnsOf(among);
	assert.deepEqual(
		[first, second, third],
		[
			[0, 1],
			[0, 1],
			[0, 5],
		],
	);
	assert.ok(Array.isArray(fourth) && Number(fourth[0]) <= 4 && fourth[1] === 5);
	assert.ok(others.length >= 3 && others.length <= 5);
	assert.deepEqual(new Set(others.map(String)), new Set(['4,5']));
	among.clock.advance(1000);
	among.loop.pollNow(false);
	await among.clock.advance(500);
	const woken = turnsOf(among).at(-1);
	assert.ok(Array.isArray(woken) && Number(woken[0]) < 4, 'only what really went by was left out');
});

test('a node polled every fifth interval is lost as soon as its connection ends, and then polled every interval', async () => {
	const server = new FakeServer(sections());
	const among = looped(server, 1000, new FakeClock(), 0, 20);
	await among.clock.advance(8000);
	const before = among.outcomes.length;
	server.kill();
	await among.clock.advance(300);
	assert.deepEqual(turnsOf(among).slice(before), ['ECONNREFUSED']);
	server.start(sections('run-2'));
	await among.clock.advance(6000);
	const after = turnsOf(among)
		.slice(before)
		.filter(turn => Array.isArray(turn));
	assert.deepEqual(after, [
		[0, 1],
		[0, 1],
		[0, 20],
	]);
});
