import assert from 'node:assert/strict';
import {appendFileSync, mkdtempSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {Replay} from '../../source/app/replay.js';
import {nextSpeed, ReplayPlayer, replaySpeeds} from '../../source/app/replay-player.js';
import {Recording} from '../../source/record/recording.js';
import type {ReplayView} from '../../source/state/view-state.js';
import {FakeClock} from '../harness/fake-clock.js';
import {recordCluster, writeRecording} from '../harness/recorded-cluster.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-player-'));
const bytes = await recordCluster({seconds: 100, programme: 'node-dies'});
const file = writeRecording(path.join(folder, 'outage.rtr'), bytes);

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
	assert.equal(player.stepChange(1), 'no finding, event or action after this moment');
	player.stepBy(-600_000);
	player.togglePlay();
	const told: string[] = [];
	for (let count = 0; count < 40 && !told.at(-1)?.includes('critical clu.node_fail'); count++) {
		told.push(player.stepChange(1));
	}

	assert.match(told.at(-1) ?? '', /^14:00:\d\dZ critical clu\.node_fail: /);
	assert.equal(shown.view?.isPlaying, false);
	assert.ok(seconds() > 0 && replay.get().findings.some(({rule}) => rule === 'clu.node_fail'));
	assert.ok(shown.view?.spans.some(({severity}) => severity === 'critical'));
});
