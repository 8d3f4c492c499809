import assert from 'node:assert/strict';
import {test} from 'node:test';
import {drainSeconds, isBehind, type WatchedReading, watchedReading} from '../../source/derive/watched-keys.js';
import type {StreamGroup, WatchedFacts} from '../../source/domain/watched-key.js';

const group = (parts: Partial<StreamGroup> = {}): StreamGroup => ({
	groupName: 'workers',
	consumers: 1,
	pending: 0,
	lag: 5,
	lastDeliveredId: '1-0',
	...parts,
});

/** Readings ten seconds apart, each with the facts of the key `jobs`. */
const after = (...facts: readonly WatchedFacts[]): WatchedReading | undefined =>
	facts.reduce<WatchedReading | undefined>(
		(kept, one, index) => watchedReading(kept, new Map([['jobs', one]]), {elapsedMs: index * 10_000, runId: 'run-1'}),
		undefined,
	);

const first = (reading: WatchedReading | undefined) => {
	const [key] = reading?.keys ?? [];
	assert.ok(key);
	return key;
};

test('the growth of a length is that of the last two minutes, and the time to drain follows from it', () => {
	const shrinking = first(after({type: 'list', length: 300}, {length: 200}, {length: 100}));
	assert.equal(shrinking.growthPerSecond, -10);
	assert.equal(drainSeconds(shrinking), 10);
	assert.equal(drainSeconds(first(after({type: 'list', length: 100}, {length: 200}))), undefined);
	assert.equal(first(after({type: 'list', length: 100})).growthPerSecond, undefined);
	const long = first(after(...Array.from({length: 30}, (_, index) => ({type: 'list', length: index}))));
	assert.equal(long.trail.length, 13);
});

test('a poll that reads one part of a key keeps the others', () => {
	const key = first(after({type: 'stream', length: 7}, {groups: [group()]}, {type: 'stream'}));
	assert.deepEqual([key.type, key.length, key.groups.length], ['stream', 7, 1]);
});

test('a key of another type begins again', () => {
	const key = first(after({type: 'stream', length: 7, groups: [group()]}, {type: 'none'}));
	assert.deepEqual([key.type, key.length, key.groups.length, key.growthPerSecond], ['none', undefined, 0, undefined]);
});

test('a group stands still while nothing is delivered to it', () => {
	const still = first(after({groups: [group()]}, {groups: [group({lag: 9})]}, {groups: [group({lag: 12})]}));
	assert.equal(still.groups[0]?.stillMs, 20_000);
	const moving = first(after({groups: [group()]}, {groups: [group({lastDeliveredId: '2-0'})]}));
	assert.equal(moving.groups[0]?.stillMs, 0);
});

test('a group is behind by its lag, else by the growth of its stream', () => {
	const growing = first(after({type: 'stream', length: 1}, {length: 9}));
	const steady = first(after({type: 'stream', length: 1}, {length: 1}));
	assert.equal(isBehind(group({lag: 1}), steady), true);
	assert.equal(isBehind(group({lag: 0}), growing), false);
	assert.equal(isBehind(group({lag: undefined}), growing), true);
	assert.equal(isBehind(group({lag: undefined}), steady), false);
});

test('another process begins again, and names are printable', () => {
	const other = watchedReading(after({type: 'list', length: 5}), new Map([['\u{1b}x', {length: 1}]]), {
		elapsedMs: 0,
		runId: 'run-2',
	});
	assert.deepEqual(
		other.keys.map(({key}) => key),
		['\\x1bx'],
	);
});
