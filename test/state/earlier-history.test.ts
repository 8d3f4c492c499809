import assert from 'node:assert/strict';
import test from 'node:test';
import {EarlierHistory} from '../../source/state/earlier-history.js';
import {type RecordParts, recordFrom, sampledAtMs} from '../harness/records.js';

const server = (uptime: number, parts: RecordParts = {}) =>
	recordFrom({info: {server: {uptime_in_seconds: uptime}}, ...parts});
const logOf = (...seconds: readonly number[]): RecordParts => ({
	slowlog: {
		atMs: sampledAtMs,
		value: {
			entries: seconds.map(second => ({
				id: second,
				atMs: sampledAtMs - second * 1000,
				durationMicroseconds: 20_000,
				arguments: ['GET'],
				clientAddress: undefined,
				clientName: undefined,
			})),
			lost: 0,
			perMinute: 0,
		},
	},
});
const told = (history: EarlierHistory) =>
	history.events.map(({atMs, kind, node}) => [(sampledAtMs - atMs) / 1000, kind, node]);

test('each source of a node is read once, and events are the newest first', () => {
	const history = new EarlierHistory(sampledAtMs);
	assert.equal(history.note(server(100)), true);
	assert.equal(history.note(server(101)), false);
	assert.equal(history.note(server(100, logOf(30, 200))), true);
	const {events} = history;
	assert.equal(history.note(server(100, logOf(10, 30, 200))), false);
	assert.equal(history.events, events);
	const node = '10.0.1.11:6379';
	assert.deepEqual(told(history), [
		[30, 'slow-command', node],
		[100, 'started', node],
		[200, 'slow-command', node],
	]);
});

test('what a recording noted takes the place of what is known of its nodes, and of no other', () => {
	const history = new EarlierHistory(sampledAtMs);
	history.note(server(100));
	history.note(server(50, {address: '10.0.1.12:6379'}));
	const noted = new EarlierHistory(sampledAtMs);
	noted.note(server(100, logOf(30)));
	assert.equal(history.restore(noted.events), true);
	assert.deepEqual(told(history), [
		[30, 'slow-command', '10.0.1.11:6379'],
		[50, 'started', '10.0.1.12:6379'],
		[100, 'started', '10.0.1.11:6379'],
	]);
	assert.equal(history.note(server(100, logOf(70))), false);
});

test('a monitor that was started again knows as earlier what the recording already shows: that is left out', () => {
	const later = new EarlierHistory(sampledAtMs + 60_000);
	later.note(server(100, {...logOf(-30, 30), atMs: sampledAtMs}));
	assert.equal(later.events.length, 3);
	const history = new EarlierHistory(sampledAtMs);
	history.restore(later.events);
	assert.deepEqual(
		history.events.map(({atMs}) => (sampledAtMs - atMs) / 1000),
		[30, 100],
	);
});
