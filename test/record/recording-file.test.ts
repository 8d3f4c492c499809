import assert from 'node:assert/strict';
import {mkdtempSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import type {Entry} from '../../source/record/entry.js';
import {frame, frameKinds, noNumbers} from '../../source/record/frame.js';
import {fromText, toText} from '../../source/record/plain-json.js';
import {Recording} from '../../source/record/recording.js';
import {RecordingFile} from '../../source/record/recording-file.js';
import {headerLine, RecordingProblem, recordingSchema} from '../../source/record/recording-header.js';
import {recordCluster, testHeader, writeRecording} from '../harness/recorded-cluster.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-recording-'));
const recorded = recordCluster({seconds: 130, programme: 'failover'});

/** Every entry of a file, in its order; empty for a file that is refused. */
function entriesIn(bytes: Buffer): readonly Entry[] {
	const file = new RecordingFile(writeRecording(path.join(folder, 'cut.rtr'), bytes));
	try {
		return file.blocks.flatMap((_, index) => file.block(index)?.entries ?? []);
	} finally {
		file.close();
	}
}

test('a recording that was cut anywhere reads as its beginning', async () => {
	const bytes = await recorded;
	const whole = entriesIn(bytes);
	const firstLine = bytes.indexOf(0x0a) + 1;
	assert.ok(whole.length > 700);
	fc.assert(
		fc.property(fc.integer({min: firstLine, max: bytes.length}), length => {
			const entries = entriesIn(bytes.subarray(0, length));
			assert.deepEqual(entries, whole.slice(0, entries.length));
		}),
		{numRuns: 60},
	);
	assert.ok(entriesIn(bytes.subarray(0, bytes.length - 1)).length > whole.length - 60);
});

test('a damaged byte never leads to another value, and never to an error', async () => {
	const bytes = await recorded;
	const whole = new Set(entriesIn(bytes).map(entry => JSON.stringify(entry)));
	const firstLine = bytes.indexOf(0x0a) + 1;
	fc.assert(
		fc.property(fc.integer({min: firstLine, max: bytes.length - 1}), fc.integer({min: 1, max: 255}), (at, change) => {
			const damaged = Buffer.from(bytes);
			damaged[at] = (damaged[at] ?? 0) ^ change;
			for (const entry of entriesIn(damaged)) {
				assert.ok(whole.has(JSON.stringify(entry)));
			}
		}),
		{numRuns: 40},
	);
});

test('a block is whole by itself: its state has the last reply to each command', async () => {
	const file = new RecordingFile(writeRecording(path.join(folder, 'whole.rtr'), await recorded));
	const [first, second] = [file.block(0), file.block(1)];
	const polls = (first?.entries ?? []).flatMap(entry => (entry.kind === 'poll' ? [entry.poll] : []));
	file.close();
	assert.ok(second !== undefined && second.state.replies.length === 6);
	for (const {address, poll} of second.state.replies) {
		const own = polls.filter(one => one.address === address);
		assert.equal(poll.elapsedMs, own.at(-1)?.elapsedMs);
		for (const {kind, command, reply} of poll.exchanges.flat()) {
			const asked = own.flatMap(({exchanges}) => exchanges.flat());
			const last = asked.findLast(one => one.command.join(' ') === command.join(' '));
			assert.deepEqual({kind, reply}, {kind: last?.kind, reply: last?.reply});
		}
	}
});

test('a file grows while it is read', async () => {
	const bytes = await recorded;
	const place = path.join(folder, 'growing.rtr');
	const half = Math.floor(bytes.length / 2);
	const recording = Recording.open([writeRecording(place, bytes.subarray(0, half))]);
	const before = recording.endedMs;
	assert.equal(recording.refresh(), false);
	writeFileSync(place, bytes.subarray(half), {flag: 'a'});
	assert.equal(recording.refresh(), true);
	assert.ok(recording.endedMs > before);
	recording.close();
});

test('kinds of frames and entries that a later version adds are skipped', async () => {
	const bytes = await recorded;
	const firstLine = bytes.indexOf(0x0a) + 1;
	const added = Buffer.alloc(25 + 3);
	added.writeUInt8(99, 0);
	added.writeUInt32LE(3, 1);
	const later = Buffer.concat([bytes.subarray(0, firstLine), added, bytes.subarray(firstLine)]);
	assert.deepEqual(entriesIn(later), entriesIn(bytes));
});

test('a file that can not be replayed is refused in one line that names it and says why', () => {
	const refused = (name: string, bytes: Buffer | undefined): string => {
		const file = path.join(folder, name);
		if (bytes !== undefined) {
			writeFileSync(file, bytes);
		}

		try {
			Recording.open([file]);
		} catch (error) {
			assert.ok(error instanceof RecordingProblem);
			return error.message.replace(file, 'FILE');
		}

		return 'opened';
	};

	assert.equal(refused('missing.rtr', undefined), 'FILE does not exist');
	assert.equal(refused('empty.rtr', Buffer.alloc(0)), 'FILE is no recording of redis-top');
	assert.equal(refused('text.rtr', Buffer.from('{"schema":1}\n')), 'FILE is no recording of redis-top');
	assert.equal(
		refused('newer.rtr', headerLine(testHeader({schema: recordingSchema.replace(/\d+$/, '3')}))),
		'FILE has the schema redis-top/recording@3: a newer redis-top reads it',
	);
	assert.equal(refused('header.rtr', headerLine(testHeader())), 'FILE holds no sample yet');
	const foreign = Buffer.concat([
		headerLine(testHeader()),
		frame(frameKinds.state, {raw: Buffer.from('what another version wrote'), numbers: noNumbers}, Buffer.alloc(0), {
			firstMs: 1000,
			lastMs: 2000,
		}),
	]);
	assert.equal(refused('foreign.rtr', foreign), "FILE can't be read: it is damaged, or of another version");
});

test('the time between two sessions, and before and after them, is a pause from the least length on', async () => {
	const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);
	const first = await recordCluster({seconds: 20, startMs, header: {session: 'one'}});
	const second = await recordCluster({seconds: 20, startMs: startMs + 80_000, header: {session: 'two'}});
	const recording = Recording.open([
		writeRecording(path.join(folder, 'one.rtr'), first),
		writeRecording(path.join(folder, 'two.rtr'), second),
	]);
	const seconds = (leastMs: number) =>
		recording
			.pauses(startMs, startMs + 140_000, leastMs)
			.map(({fromMs, toMs}) => [Math.round((fromMs - startMs) / 1000), Math.round((toMs - startMs) / 1000)]);
	assert.deepEqual(seconds(30_000), [
		[20, 80],
		[100, 140],
	]);
	assert.deepEqual(seconds(50_000), [[20, 80]]);
	recording.close();
});

test('a session that another has outlasted by more than a minute is not read for a moment after that', async () => {
	const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);
	const sessions = [
		await recordCluster({seconds: 20, startMs, header: {session: 'one'}}),
		await recordCluster({seconds: 20, startMs: startMs + 30_000, header: {session: 'two'}}),
		await recordCluster({seconds: 120, startMs: startMs + 60_000, header: {session: 'three'}}),
	];
	const recording = Recording.open(
		sessions.map((bytes, index) => writeRecording(path.join(folder, `restarted-${index}.rtr`), bytes)),
	);
	const readAt = (seconds: number) => {
		const cursor = recording.from(startMs + seconds * 1000);
		const read = new Set<string>();
		for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
			read.add(step.session.id);
		}

		return [...read];
	};

	assert.deepEqual(readAt(0), ['one', 'two', 'three']);
	assert.deepEqual(readAt(40), ['one', 'two', 'three']);
	assert.deepEqual(readAt(100), ['one', 'two', 'three'], 'the third has not been alone for a minute');
	assert.deepEqual(readAt(170), ['three']);
	recording.close();
});

test('the seconds in which a monitor was started again are a pause, however short', async () => {
	const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);
	const first = await recordCluster({seconds: 20, startMs, header: {session: 'one'}});
	const second = await recordCluster({seconds: 20, startMs: startMs + 26_000, header: {session: 'two'}});
	const recording = Recording.open([
		writeRecording(path.join(folder, 'before.rtr'), first),
		writeRecording(path.join(folder, 'after.rtr'), second),
	]);
	const pauses = recording.pauses(startMs, startMs + 46_000, 30_000);
	assert.deepEqual(
		pauses.map(({fromMs, toMs}) => [Math.round((fromMs - startMs) / 1000), Math.round((toMs - startMs) / 1000)]),
		[[20, 26]],
	);
	recording.close();
});

test('maps, sets and errors are read again, and a text that looks like their mark is a text', () => {
	const value = {
		text: '{"$map":[1]}',
		map: new Map([['a', new Set([1])]]),
		error: new Error('x'),
		plain: [1, 'b', null],
	};
	assert.deepEqual(fromText(toText(value)), value);
	assert.deepEqual(fromText(toText(['"$map"', 1])), ['"$map"', 1]);
});
