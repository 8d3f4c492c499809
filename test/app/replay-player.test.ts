import assert from 'node:assert/strict';
import {appendFileSync, mkdtempSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {Replay} from '../../source/app/replay.js';
import {nextSpeed, ReplayPlayer, replaySpeeds} from '../../source/app/replay-player.js';
import {frameHeader, frameHeaderBytes, frameKinds} from '../../source/record/frame.js';
import {Recording} from '../../source/record/recording.js';
import type {ReplayView} from '../../source/state/view-state.js';
import {FakeClock} from '../harness/fake-clock.js';
import {recordCluster, writeRecording} from '../harness/recorded-cluster.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-player-'));
const bytes = await recordCluster({seconds: 100, programme: 'node-dies'});
const file = writeRecording(path.join(folder, 'outage.rtr'), bytes);

/** The bytes of a recording without its frames of a kind. */
function withoutKind(recording: Buffer, kind: number): Buffer {
	let at = recording.indexOf('\n') + 1;
	const kept = [recording.subarray(0, at)];
	for (;;) {
		const header = frameHeader(recording.subarray(at));
		if (header === undefined) {
			return Buffer.concat(kept);
		}

		const end = at + frameHeaderBytes + header.length;
		if (header.kind !== kind) {
			kept.push(recording.subarray(at, end));
		}

		at = end;
	}
}

/** A recording with the version of another redis-top in its header. */
function ofVersion(version: string, recording: Buffer): Buffer {
	const at = recording.indexOf('\n');
	const header = {...JSON.parse(recording.subarray(0, at).toString()), version};
	return Buffer.concat([Buffer.from(JSON.stringify(header)), recording.subarray(at)]);
}

/** A player on a clock that is moved by hand. */
function played(at = file) {
	const clock = new FakeClock();
	const replay = new Replay(Recording.open([at]));
	const {beganMs, endedMs} = replay.recording;
	const shown: {atMs: number; view: ReplayView | undefined} = {atMs: 0, view: undefined};
	const player = new ReplayPlayer({
		replay,
		clock,
		onChange(atMs, view) {
			shown.atMs = atMs;
			shown.view = view;
		},
	});
	const seconds = () => Math.round((shown.atMs - beganMs) / 1000);
	return {clock, replay, player, shown, seconds, beganMs, endedMs};
}

test('the speeds go from 1 to 600, one at a time, and stay at their ends', () => {
	const up = replaySpeeds.map(speed => nextSpeed(speed, 1));
	assert.deepEqual(up, [2, 5, 10, 30, 60, 120, 300, 600, 600]);
	assert.deepEqual(
		replaySpeeds.map(speed => nextSpeed(speed, -1)),
		[1, 1, 2, 5, 10, 30, 60, 120, 300],
	);
	assert.equal(nextSpeed(45, 1), 60);
});

test('it begins held, plays at its speed, and holds again', async () => {
	const {clock, player, seconds, shown} = played();
	const end = new AbortController();
	const running = player.run(end.signal);
	await clock.advance(5000);
	assert.equal(seconds(), 0);
	player.togglePlay();
	await clock.advance(4000);
	assert.equal(seconds(), 4);
	player.stepSpeed(1);
	player.stepSpeed(1);
	assert.equal(shown.view?.speed, 5);
	await clock.advance(4000);
	assert.equal(seconds(), 24);
	player.togglePlay();
	await clock.advance(4000);
	assert.equal(seconds(), 24);
	end.abort();
	await running;
});

test('at the end it holds, and goes on when more was written', async () => {
	const growing = path.join(folder, 'growing.rtr');
	const cut = Math.floor(bytes.length * 0.6);
	writeFileSync(growing, bytes.subarray(0, cut));
	const {clock, replay, player, shown, endedMs} = played(growing);
	const end = new AbortController();
	const running = player.run(end.signal);
	player.goTo('-1s');
	player.togglePlay();
	await clock.advance(10_000);
	assert.equal(shown.atMs, endedMs);
	appendFileSync(growing, bytes.subarray(cut));
	await clock.advance(6000);
	assert.ok(replay.recording.endedMs > endedMs && shown.view?.endedMs === replay.recording.endedMs);
	assert.ok(shown.atMs > endedMs);
	end.abort();
	await running;
});

test('steps, moments and findings are gone to; what does not exist is said', () => {
	const {replay, player, shown, seconds, beganMs, endedMs} = played();
	assert.match(player.goTo('noon') ?? '', /^noon is no moment/);
	assert.match(player.goTo('2020-01-01') ?? '', /lies outside of the recording: /);
	assert.equal(player.goTo('-40s'), undefined);
	assert.equal(endedMs - shown.atMs, 40_000);
	const [node] = [...replay.get().nodes.keys()];
	const before = shown.atMs;
	assert.equal(player.stepSample(1, node), undefined);
	assert.ok(shown.atMs > before && shown.atMs - before <= 1000);
	player.stepBy(-600_000);
	assert.equal(shown.atMs, beganMs);
	assert.equal(player.stepSample(-1, node), 'no sample before this one');
	player.toEnd();
	assert.equal(shown.atMs, endedMs);
	replay.scan.work(Number.POSITIVE_INFINITY);
	assert.equal(player.stepChange(1), 'no finding, event or action after this moment');
	player.stepBy(-600_000);
	player.togglePlay();
	const told: string[] = [];
	for (let count = 0; count < 40 && !/critical: .*clu\.node_fail/.test(told.at(-1) ?? ''); count++) {
		told.push(player.stepChange(1));
	}

	assert.match(told.at(-1) ?? '', /^14:00:\d\dZ critical: \S+ .* \(clu\.node_fail\)$/);
	assert.equal(shown.view?.isPlaying, false);
	assert.ok(seconds() > 0 && replay.get().findings.some(({rule}) => rule === 'clu.node_fail'));
	assert.ok(shown.view?.spans.some(({severity}) => severity === 'critical'));
});

test('f finds what was not noted, once the recording was looked through; until then it says how far that was done', async () => {
	// Another version's monitor that noted no finding: its recording has the same replies without changes.
	const withoutChanges = path.join(folder, 'without-changes.rtr');
	writeFileSync(withoutChanges, ofVersion('0.0.1', withoutKind(bytes, frameKinds.changes)));
	const {replay, player, shown, clock} = played(withoutChanges);
	assert.deepEqual(replay.changes, []);
	assert.match(player.stepChange(1), /^no finding, event or action after this moment; looked until \S+Z so far$/);
	const end = new AbortController();
	let told = 0;
	const looking = replay.scan.run(clock, end.signal, () => {
		told++;
		player.renew();
	});
	for (let turn = 0; turn < 5000 && !replay.scan.isDone; turn++) {
		await clock.advance(20);
	}

	assert.ok(replay.scan.isDone && told > 0);
	const found = player.stepChange(1);
	assert.match(found, /^\d\d:\d\d:\d\dZ (?:warning|critical): 127\.0\.0\.1:2100\d /);
	assert.ok(replay.changes.some(({severity}) => severity === 'critical'));
	assert.ok((shown.view?.spans.length ?? 0) > 0);
	assert.ok(replay.get().findings.some(({severity, clearedAtMs}) => severity !== 'info' && clearedAtMs === undefined));
	end.abort();
	await looking;
});

test('looked through, a recording has the findings that its monitor noted, and its events and actions', () => {
	const {replay} = played();
	const noted = replay.changes;
	replay.scan.work(Number.POSITIVE_INFINITY);
	const told = (changes: typeof noted) =>
		changes.filter(({what}) => what === 'finding-opened').map(({atMs, id, node}) => `${atMs} ${id} ${node}`);
	assert.deepEqual(told(replay.changes), told(noted));
	assert.deepEqual(
		replay.changes.filter(({what}) => what === 'event'),
		noted.filter(({what}) => what === 'event'),
	);
});

test('the next file of a folder that is still written continues the one before', async () => {
	const hours = mkdtempSync(path.join(os.tmpdir(), 'redis-top-hours-'));
	const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);
	const first = await recordCluster({seconds: 60, startMs});
	const second = await recordCluster({seconds: 60, startMs: startMs + 60_000});
	writeRecording(path.join(hours, '1.rtr'), first);
	const {clock, replay, player, shown, endedMs} = played(hours);
	const end = new AbortController();
	const running = player.run(end.signal);
	player.toEnd();
	player.togglePlay();
	// The first line of a file may be half written.
	writeFileSync(path.join(hours, '2.rtr'), second.subarray(0, 20));
	await clock.advance(3000);
	assert.equal(shown.atMs, endedMs);
	writeRecording(path.join(hours, '2.rtr'), second);
	await clock.advance(30_000);
	assert.ok(shown.atMs > endedMs + 20_000);
	assert.ok([...replay.get().nodes.values()].every(({sample}) => (sample?.atMs ?? 0) > endedMs));
	end.abort();
	await running;
});

test('D in a replay writes the half hour before the moment, which opens as the same moment', async () => {
	const {replay, beganMs} = played();
	replay.seek(beganMs + 90_000);
	const part = path.join(folder, 'part.rtr');
	await replay.save(part);
	await assert.rejects(replay.save(part), /can't record into .*part\.rtr: it exists already/);
	const copy = new Replay(Recording.open([part]));
	assert.ok(copy.recording.endedMs >= replay.nowMs && copy.recording.endedMs < replay.nowMs + 6000);
	copy.seek(replay.nowMs);
	const told = (of: Replay) => [
		[...of.get().nodes.values()].map(({address, reach, sample}) => [address, reach, sample?.atMs]),
		of
			.get()
			.findings.filter(({clearedAtMs}) => clearedAtMs === undefined)
			.map(({rule, node}) => `${rule} ${node}`)
			.sort(),
	];
	assert.deepEqual(told(copy), told(replay));
});
