import assert from 'node:assert/strict';
import test from 'node:test';
import {CloserLooks} from '../../source/poll/closer-looks.js';
import type {Sampled} from '../../source/poll/discovery.js';
import {pingBurst} from '../../source/poll/ping-burst.js';
import {WireFailure} from '../../source/wire/redis-port.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at, FakeServer, fakeNetwork, refusal, settingsOf} from '../harness/fake-port.js';
import {sampleOf} from '../harness/samples.js';

/** Runs a burst to a server whose Nth PING takes the time that `tripOf` returns; infinite: it gets no reply. */
async function burst(tripOf: (index: number) => number, server = new FakeServer({})) {
	const clock = new FakeClock();
	const open = fakeNetwork(clock, {'10.0.1.11:6379': server});
	let sent = 0;
	const done = pingBurst({
		settings: settingsOf('10.0.1.11:6379'),
		openPort(settings) {
			const port = open(settings);
			const ask = port.ask.bind(port);
			port.ask = async (commands, timeoutMs) => {
				const tripMs = tripOf(sent);
				sent += 1;
				if (tripMs === Number.POSITIVE_INFINITY) {
					await clock.sleep(timeoutMs);
					throw new WireFailure('no reply', 'TIMEOUT', true);
				}

				await clock.sleep(tripMs);
				return ask(commands, timeoutMs);
			};
			return port;
		},
		clock,
		signal: new AbortController().signal,
	});
	await clock.advance(2000);
	const sentSoon = sent;
	await clock.advance(18_000);
	return {pings: await done, server, sent, sentSoon};
}

test('a burst without late replies ends after about 40 PINGs on two connections, and closes them', async () => {
	const {pings, server} = await burst(() => 0);
	assert.ok(pings.length >= 30 && pings.length <= 42, String(pings.length));
	assert.equal(server.opened, 2);
	assert.equal(server.ports.size, 0);
	assert.deepEqual([...new Set(server.commands())], ['PING']);
	assert.ok(pings.every(({isOvertaken}) => !isOvertaken));
});

test('a reply that another one overtakes was late on the way, and the burst goes on until there are five', async () => {
	const {pings} = await burst(index => (index % 9 === 8 ? 205 : 0));
	const late = pings.filter(({roundTripMs}) => roundTripMs > 200);
	assert.equal(late.length, 5);
	assert.ok(late.every(({isOvertaken}) => isOvertaken));
	assert.ok(pings.filter(({roundTripMs}) => roundTripMs < 200).every(({isOvertaken}) => !isOvertaken));
});

test('a PING that gets no reply is late, and the other connection goes on until that is known', async () => {
	const {pings} = await burst(index => (index === 4 ? Number.POSITIVE_INFINITY : 0));
	const late = pings.filter(({roundTripMs}) => roundTripMs > 200);
	assert.equal(late.length, 1);
	assert.ok(late[0]?.isOvertaken);
	const last = await burst(index => (index === 34 ? 1000 : 0));
	assert.ok(last.pings.length > 60, `${last.pings.length} PINGs, although one was late among the last`);
	assert.ok(last.pings.some(({roundTripMs, isOvertaken}) => roundTripMs >= 1000 && isOvertaken));
});

test('replies that are late on both connections at once were held up by the server', async () => {
	const server = new FakeServer({});
	const clock = new FakeClock();
	const done = pingBurst({
		settings: settingsOf('10.0.1.11:6379'),
		openPort: fakeNetwork(clock, {'10.0.1.11:6379': server}),
		clock,
		signal: new AbortController().signal,
	});
	await clock.advance(300);
	for (let times = 0; times < 2; times++) {
		server.isFrozen = true;
		await clock.advance(400);
		server.thaw();
		await clock.advance(300);
	}

	await clock.advance(10_000);
	const late = (await done).filter(({roundTripMs}) => roundTripMs > 200);
	assert.ok(late.length >= 2, String(late.length));
	assert.ok(late.every(({isOvertaken}) => !isOvertaken));
});

test('a distant server gets fewer PINGs', async () => {
	const {pings} = await burst(() => 150);
	assert.ok(pings.length >= 8 && pings.length <= 12, String(pings.length));
});

/** Runs a burst in which the Nth connection stands only after some milliseconds; undefined: never. */
async function opening(...afterMs: ReadonlyArray<number | undefined>) {
	const clock = new FakeClock();
	const server = new FakeServer({});
	const open = fakeNetwork(clock, {'10.0.1.11:6379': server});
	const closed: number[] = [];
	let made = 0;
	const done = pingBurst({
		settings: settingsOf('10.0.1.11:6379'),
		openPort(settings) {
			const port = open(settings);
			const index = made;
			made += 1;
			const [openNow, close] = [port.open.bind(port), port.close.bind(port)];
			port.open = async () => {
				const waitMs = afterMs[index];
				await (waitMs === undefined ? clock.sleep(2000) : clock.sleep(waitMs));
				if (waitMs === undefined) {
					throw new Error('connect ETIMEDOUT');
				}

				return openNow();
			};
			port.close = () => {
				closed.push(index);
				close();
			};
			return port;
		},
		clock,
		signal: new AbortController().signal,
	});
	await clock.advance(10_000);
	return {pings: await done, made, closed: closed.toSorted(), server};
}

test('a connection that does not stand soon gets a substitute, and all are closed', async () => {
	const lost = await opening(0, undefined, 0, 0);
	assert.ok(lost.pings.length >= 30, String(lost.pings.length));
	assert.deepEqual([lost.made, lost.closed, lost.server.ports.size], [4, [0, 1, 2, 3], 0]);
	const quick = await opening(0, 100);
	assert.deepEqual([quick.made, quick.closed], [2, [0, 1]]);
	const none = await opening();
	assert.deepEqual([none.made, none.pings, none.closed], [8, [], [0, 1, 2, 3, 4, 5, 6, 7]]);
	const late = await opening(undefined, undefined, undefined, undefined, undefined, 0, 0, 0);
	assert.ok(late.pings.length >= 30, `${late.pings.length} PINGs over the connections that stand at last`);
});

test('PINGs follow each other more quickly once a reply was late on the way', async () => {
	const {sentSoon} = await burst(index => (index === 4 ? 205 : 0));
	assert.ok(sentSoon > 100, `${sentSoon} PINGs in two seconds, of 80 with the usual pause`);
});

test('a server that refuses PING or connections gets one PING at most on each connection', async () => {
	const denied = new FakeServer({});
	denied.answer = () => refusal("NOPERM User m has no permissions to run the 'ping' command");
	assert.deepEqual((await burst(() => 0, denied)).pings, []);
	assert.equal(denied.commands().length, 2);
	const down = new FakeServer({});
	down.kill();
	assert.deepEqual((await burst(() => 0, down)).pings, []);
});

test('a node gets a burst when it has first answered, and for late replies at most each half minute, and none on this machine', async () => {
	const clock = new FakeClock();
	const [near, far] = [new FakeServer({}), new FakeServer({})];
	const looked: string[] = [];
	const looks = new CloserLooks({
		openPort: fakeNetwork(clock, {'127.0.0.1:6379': near, '10.0.1.11:6379': far}),
		clock,
		signal: new AbortController().signal,
		report: address => looked.push(address),
	});
	const settings = settingsOf('10.0.1.11:6379');
	const answered = (address: string, roundTripMs = 0.4) =>
		looks.answered(
			{kind: 'sampled', address: at(address), sample: {...sampleOf({}, 0), roundTripMs}} as unknown as Sampled,
			settingsOf(address),
			false,
		);
	answered('127.0.0.1:6379');
	answered('10.0.1.11:6379');
	assert.ok(looks.isRunning);
	await clock.advance(5000);
	assert.ok(!looks.isRunning);
	answered('10.0.1.11:6379');
	await clock.advance(5000);
	assert.deepEqual(looked, ['10.0.1.11:6379']);
	looks.pingAgain(at('10.0.1.11:6379'), settings);
	await clock.advance(5000);
	looks.pingAgain(at('10.0.1.11:6379'), settings);
	await clock.advance(20_000);
	assert.equal(looked.length, 2);
	await clock.advance(5000);
	answered('10.0.1.11:6379', 300);
	await clock.advance(5000);
	assert.equal(looked.length, 3);
	assert.equal(near.opened, 0);
});
