import assert from 'node:assert/strict';
import {mkdtempSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {Replay} from '../../source/app/replay.js';
import type {Exchange} from '../../source/domain/sample.js';
import {findRequest} from '../../source/poll/requests.js';
import type {RecordedStep} from '../../source/record/recorded-session.js';
import {Recording} from '../../source/record/recording.js';
import {recordCluster, writeRecording} from '../harness/recorded-cluster.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-joined-'));

const partMs = 5000;

function stepsOf(recording: Recording, isQuiet?: (atMs: number) => boolean): RecordedStep[] {
	const cursor = recording.from(recording.beganMs, isQuiet);
	const steps: RecordedStep[] = [];
	for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
		steps.push(step);
	}

	return steps;
}

const pollsOf = (steps: readonly RecordedStep[]) =>
	steps.flatMap(({entry}) => (entry?.kind === 'poll' ? [entry.poll] : []));

const textOf = ({command, reply}: Exchange): string =>
	`${command.join(' ')}: ${reply instanceof Error ? reply.message : String(reply)}`;

test('in quiet times the polls of a node are joined: the last replies to each command, the sum of costs, in order', async () => {
	const recording = Recording.open([
		writeRecording(path.join(folder, 'quiet.rtr'), await recordCluster({seconds: 100})),
	]);
	const [all, fewer] = [stepsOf(recording), stepsOf(recording, () => true)];
	const [polls, joined] = [pollsOf(all), pollsOf(fewer)];
	assert.ok(joined.length * 4 < polls.length, `${joined.length} of ${polls.length}`);
	assert.deepEqual(
		fewer.map(({atMs}) => atMs),
		fewer.map(({atMs}) => atMs).toSorted((one, other) => one - other),
	);
	const commands = (some: typeof polls) => some.reduce((sum, {cost}) => sum + cost.commands, 0);
	assert.equal(commands(joined), commands(polls));
	for (const poll of joined) {
		const during = polls.filter(
			({address, elapsedMs}) =>
				address === poll.address && elapsedMs <= poll.elapsedMs && elapsedMs > poll.elapsedMs - partMs,
		);
		assert.equal(poll.skipped ?? 0, (poll.every ?? 1) - 1);
		const last = new Map(during.flatMap(({exchanges}) => exchanges.flat()).map(one => [one.command.join(' '), one]));
		for (const exchange of poll.exchanges.flat()) {
			assert.equal(textOf(exchange), textOf(last.get(exchange.command.join(' ')) ?? exchange));
		}

		const [first] = poll.exchanges.flat();
		assert.equal(first && findRequest(first.kind)?.everyMs, 'every poll');
	}

	recording.close();
});

test('every poll counts where the recording is not quiet, and for a reader that keeps what it reads', async () => {
	const recording = Recording.open([
		writeRecording(path.join(folder, 'partly.rtr'), await recordCluster({seconds: 60})),
	]);
	const fromMs = recording.beganMs + 20_000;
	const isQuiet = (atMs: number) => atMs < fromMs || atMs > fromMs + 10_000;
	const within = (steps: readonly RecordedStep[]) =>
		pollsOf(steps).filter(({atMs}) => atMs >= fromMs && atMs <= fromMs + 10_000);
	const whole = within(stepsOf(recording));
	assert.ok(whole.length > 50);
	assert.deepEqual(within(stepsOf(recording, isQuiet)), whole);
	recording.close();
});

test('a replay with joined polls finds what a whole one finds, and since when', async () => {
	for (const programme of ['node-dies', 'full-memory'] as const) {
		const recording = Recording.open([
			writeRecording(path.join(folder, `${programme}.rtr`), await recordCluster({seconds: 400, programme})),
		]);
		const found = (isJoined: boolean) => {
			const replay = new Replay(recording, {isJoined});
			const opened = new Map<string, number>();
			while (!replay.isAtEnd) {
				replay.advance(replay.nowMs + 1000);
				for (const {rule, node, severity, sinceMs, clearedAtMs} of replay.get().findings) {
					if (severity !== 'info') {
						opened.set(`${rule} ${node} since`, sinceMs);
						opened.set(`${rule} ${node} until`, clearedAtMs ?? 0);
					}
				}
			}

			return [...opened].toSorted();
		};
		const whole = found(false);
		assert.ok(whole.length > 0);
		assert.deepEqual(found(true), whole, programme);
		recording.close();
	}
});

test('the scan of a recording finds the same changes as the monitor that recorded it', async () => {
	const recording = Recording.open([
		writeRecording(path.join(folder, 'scan.rtr'), await recordCluster({seconds: 400, programme: 'node-dies'})),
	]);
	const {scan} = new Replay(recording);
	scan.work(Number.POSITIVE_INFINITY);
	assert.ok(scan.isDone);
	const told = (changes: ReturnType<Recording['changes']>) =>
		changes
			.filter(({what, severity}) => what.startsWith('finding') && severity !== 'info')
			.map(({what, id, node, finding}) => `${what} ${id} ${node} ${finding?.sinceMs}`)
			.sort();
	const noted = told(recording.changes());
	assert.ok(noted.length > 0);
	assert.deepEqual(told(scan.merged([])), noted);
	recording.close();
});
