import assert from 'node:assert/strict';
import {mkdtempSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {Replay} from '../../source/app/replay.js';
import {messageText} from '../../source/domain/message.js';
import {metrics} from '../../source/domain/metric.js';
import {Recording} from '../../source/record/recording.js';
import {findingText} from '../../source/rules/finding.js';
import type {MonitorState} from '../../source/state/monitor-state.js';
import {verdictOf} from '../../source/state/verdict.js';
import {verdictMessages} from '../../source/state/verdict-text.js';
import {recordCluster, writeRecording} from '../harness/recorded-cluster.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-replay-'));

/** All of a state that panels and rules read, as values that can be compared. */
const comparable = ({nodes, events, earlierEvents, findings, blindRules, cluster}: MonitorState) => ({
	nodes: [...nodes.values()].map(({series, ping, sample, thresholds: _, ...record}) => ({
		...record,
		ping: ping.lastMs,
		sample: sample && {...sample, info: sample.info.toText()},
		series: Object.fromEntries(metrics.map(({id}) => [id, series.get(id)?.latest(60)])),
	})),
	events,
	earlierEvents,
	findings,
	blindRules,
	verdicts: cluster?.verdicts,
});

/** What an operator reads of a state: what is wrong since when, what happened, how each node is and how old each reading. */
const told = ({findings, events, earlierEvents, nodes}: MonitorState) => ({
	earlierEvents,
	findings: findings
		.filter(({severity, clearedAtMs}) => severity !== 'info' && clearedAtMs === undefined)
		.map(finding => `${new Date(finding.sinceMs).toISOString()} ${finding.node} ${findingText(finding)}`)
		.sort(),
	events: events.map(({atMs, kind, node}) => `${atMs} ${kind} ${node}`).sort(),
	nodes: [...nodes.values()].map(({address, reach, role, failingSinceMs, sample, config, latency, slowlog}) => [
		...[address, reach, role, failingSinceMs],
		...[sample, config, latency, slowlog].map(reading => reading?.atMs),
	]),
});

const plain = (value: unknown): unknown =>
	JSON.parse(
		JSON.stringify(value, (_, item: unknown) => (item instanceof Map || item instanceof Set ? [...item] : item)),
	);

test('a replay connects to nothing, also before the first recorded reply', async () => {
	const bytes = await recordCluster({seconds: 3});
	const replay = new Replay(Recording.open([writeRecording(path.join(folder, 'first.rtr'), bytes)]));
	const noNodes = {...replay.get(), nodes: new Map()};
	const texts = verdictMessages(verdictOf(noNodes, replay.nowMs)).map(text => messageText(text));
	assert.match(texts[0] ?? '', /^no reply of .* is recorded yet$/);
});

test('replayed replies lead to the state that they led to live, at every second of an outage', async () => {
	const live: Array<readonly [number, unknown]> = [];
	const bytes = await recordCluster({
		seconds: 150,
		programme: 'node-dies',
		onSecond: (state, nowMs) => live.push([nowMs, plain(comparable(state))]),
	});
	const replay = new Replay(Recording.open([writeRecording(path.join(folder, 'outage.rtr'), bytes)]));
	for (const [second, [atMs, state]] of live.entries()) {
		replay.advance(atMs);
		// The first seconds bring every node; later every third second is enough.
		if (second > 10 && second % 3 !== 0) {
			continue;
		}

		assert.deepEqual(plain(comparable(replay.get())), state, new Date(atMs).toISOString());
	}

	assert.ok(live.length === 150 && replay.get().findings.length > 0);
	assert.ok((replay.get().earlierEvents?.length ?? 0) > 6);
});

test('a moment that is jumped to shows what was found there, since when, and the events before it', async () => {
	const bytes = await recordCluster({seconds: 400, programme: 'node-dies'});
	const recording = Recording.open([writeRecording(path.join(folder, 'jump.rtr'), bytes)]);
	const [through, replay] = [new Replay(recording), new Replay(recording)];
	for (const second of [12, 25, 95, 210, 399]) {
		const atMs = recording.beganMs + second * 1000;
		through.advance(atMs);
		replay.seek(atMs);
		assert.deepEqual(told(replay.get()), told(through.get()), String(second));
	}

	replay.seek(0);
	assert.equal(replay.nowMs, recording.beganMs);
	replay.seek(Number.MAX_SAFE_INTEGER);
	assert.equal(replay.nowMs, recording.endedMs);
	recording.close();
});

test('the next and previous polls and changes are found from any moment', async () => {
	const bytes = await recordCluster({seconds: 100, programme: 'node-dies'});
	const recording = Recording.open([writeRecording(path.join(folder, 'steps.rtr'), bytes)]);
	const replay = new Replay(recording);
	const [node] = [...replay.get().nodes.keys()];
	const fromMs = recording.beganMs + 50_000;
	const next = replay.pollFrom(fromMs, 1, node);
	assert.ok(next !== undefined && next > fromMs && next - fromMs <= 1000);
	assert.equal(replay.pollFrom(next + 1, -1, node), next);
	assert.equal(replay.pollFrom(recording.endedMs, 1), undefined);
	const opened = replay.changes.find(({what, severity}) => what === 'finding-opened' && severity !== 'info');
	assert.ok(opened !== undefined);
	assert.equal(replay.changeFrom(opened.atMs - 1, 1)?.atMs, opened.atMs);
	assert.ok((replay.changeFrom(opened.atMs, -1)?.atMs ?? 0) < opened.atMs);
	recording.close();
});

test('a monitor that was started again goes on with first samples, and the time between shows what was last known', async () => {
	const firstMs = Date.UTC(2026, 10, 23, 14, 0, 0);
	const secondMs = firstMs + 120_000;
	const first = await recordCluster({seconds: 60, startMs: firstMs, header: {session: 'one'}});
	const second = await recordCluster({seconds: 60, startMs: secondMs, header: {session: 'two'}});
	const recording = Recording.open([
		writeRecording(path.join(folder, 'two.rtr'), second),
		writeRecording(path.join(folder, 'one.rtr'), first),
	]);
	const replay = new Replay(recording);
	const seen = () => [...replay.get().nodes.values()][0];
	replay.advance(firstMs + 90_000);
	assert.equal(seen()?.sample?.atMs, recording.pollTimes(firstMs, firstMs + 60_000, seen()?.address).at(-1));
	replay.advance(secondMs + 50);
	assert.ok((seen()?.sample?.atMs ?? 0) >= secondMs);
	assert.equal(seen()?.values.get('operations'), undefined);
	replay.advance(secondMs + 10_000);
	assert.equal(replay.get().nodes.size, 6);
	assert.ok((seen()?.values.get('operations') ?? 0) > 0);
	const events = replay.get().events.filter(({kind}) => kind === 'restarted');
	assert.deepEqual(events, []);
	replay.seek(firstMs + 90_000);
	assert.equal(replay.nowMs, firstMs + 90_000);
	assert.ok((seen()?.sample?.atMs ?? 0) < firstMs + 61_000);
	recording.close();
});

test('of two monitors that recorded the same nodes at the same time, the polls of one count', async () => {
	const one = await recordCluster({seconds: 40, header: {session: 'one'}});
	const both = Recording.open([
		writeRecording(path.join(folder, 'one.rtr'), one),
		writeRecording(path.join(folder, 'other.rtr'), await recordCluster({seconds: 40, header: {session: 'other'}})),
	]);
	const alone = Recording.open([writeRecording(path.join(folder, 'alone.rtr'), one)]);
	const [joined, single] = [new Replay(both), new Replay(alone)];
	for (const replay of [joined, single]) {
		replay.advance(alone.endedMs);
	}

	assert.deepEqual(plain(comparable(joined.get()).nodes), plain(comparable(single.get()).nodes));
	both.close();
	alone.close();
});

test('nodes of a monitor whose recording ended earlier leave the list of a joined one', async () => {
	const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);
	const [first, second] = [
		await recordCluster({seconds: 40, startMs, header: {session: 'one'}, firstPort: 7100}),
		await recordCluster({seconds: 120, startMs, header: {session: 'two'}}),
	];
	const recording = Recording.open([
		writeRecording(path.join(folder, 'ended.rtr'), first),
		writeRecording(path.join(folder, 'longer.rtr'), second),
	]);
	const replay = new Replay(recording);
	replay.advance(startMs + 38_000);
	assert.equal(replay.get().nodes.size, 12);
	replay.advance(startMs + 100_000);
	assert.equal(replay.get().nodes.size, 6);
	const gone = replay.get().events.filter(({kind}) => kind === 'node-dismissed');
	assert.equal(gone.length, 6);
	assert.match(messageText(gone[0]?.text ?? ''), /is in no recording from here on/);
	recording.close();
});

test('a damaged block is bridged by the state of the next one', async () => {
	const bytes = Buffer.from(await recordCluster({seconds: 200}));
	const file = writeRecording(path.join(folder, 'damaged.rtr'), bytes);
	const whole = Recording.open([file]);
	const place = whole.sessions[0]?.blocks[1]?.place;
	assert.ok(place !== undefined);
	const {endedMs} = whole;
	whole.close();
	bytes.fill(0x55, place.state.offset + 30, place.state.offset + 60);
	const recording = Recording.open([writeRecording(file, bytes)]);
	const replay = new Replay(recording);
	replay.advance(endedMs);
	assert.equal(replay.get().nodes.size, 6);
	assert.ok([...replay.get().nodes.values()].every(({sample}) => (sample?.atMs ?? 0) > endedMs - 2000));
	recording.close();
});

test('after a jump the half hour before is taken in, and what is shown stays the same but for longer charts', async () => {
	const bytes = await recordCluster({seconds: 400, programme: 'full-memory'});
	const recording = Recording.open([writeRecording(path.join(folder, 'deep.rtr'), bytes)]);
	const replay = new Replay(recording);
	replay.seek(recording.beganMs + 380_000);
	const readings = () => [...replay.get().nodes.values()].map(({series}) => series.get('usedMemory')?.taken ?? 0);
	const [before, shown] = [readings(), told(replay.get())];
	const {nowMs} = replay;
	assert.equal(await replay.deepen(), true);
	assert.equal(replay.nowMs, nowMs);
	assert.ok(
		readings().every((taken, index) => taken > 300 && taken > 2 * (before[index] ?? 0)),
		String(readings()),
	);
	assert.deepEqual(told(replay.get()), shown);
	assert.equal(await replay.deepen(), false);
	const deepening = replay.deepen();
	replay.seek(recording.beganMs + 200_000);
	assert.equal(await deepening, false);
	recording.close();
});
