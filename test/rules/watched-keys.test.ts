import type {WatchedGroup, WatchedKey} from '../../source/derive/watched-keys.js';
import {keyBacklog, keyGroupStuck} from '../../source/rules/watched-keys.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const group = (parts: Partial<WatchedGroup> = {}): WatchedGroup => ({
	groupName: 'workers',
	consumers: 2,
	pending: 1,
	lag: 500,
	lastDeliveredId: '1-0',
	stillSinceMs: 0,
	stillMs: 90_000,
	...parts,
});

const key = (parts: Partial<WatchedKey> = {}): WatchedKey => ({
	key: 'jobs',
	type: 'stream',
	length: 500,
	trail: [],
	growthPerSecond: 0,
	groups: [],
	...parts,
});

const watching = (...keys: readonly WatchedKey[]): FactsParts => ({
	record: {watched: {atMs: 0, value: {keys, runId: undefined}}},
});

testRule(keyGroupStuck, [
	[
		'nothing is delivered while entries wait',
		watching(key({groups: [group(), group({groupName: 'audit', lag: 9000})]})),
		'warning',
		/^delivers nothing to the group audit of jobs, for 1m30s, 9\.00k entries wait, and 1 more$/,
	],
	[
		'a group without consumers',
		watching(key({groups: [group({consumers: 0})]})),
		'warning',
		/500 entries wait: it has no consumer$/,
	],
	['it stands still for less than a minute', watching(key({groups: [group({stillMs: 59_000})]})), 'clear'],
	['it is at the end of the stream', watching(key({groups: [group({lag: 0})]})), 'clear'],
	['the lag is not told, and the stream does not grow', watching(key({groups: [group({lag: undefined})]})), 'clear'],
	[
		'the lag is not told, and the stream grows',
		watching(key({growthPerSecond: 2, groups: [group({lag: undefined})]})),
		'warning',
		/- entries wait/,
	],
	['no key is watched', {}, 'absent', /--watch-key/],
	['TYPE is denied', {record: {blind: [{command: 'TYPE', kind: 'denied', why: 'NOPERM', grant: '+type'}]}}, 'denied'],
]);

testRule(keyBacklog, [
	[
		'a long list that grows',
		watching(key({type: 'list', length: 25_000, growthPerSecond: 40}), key({length: 11_000, growthPerSecond: 1})),
		'warning',
		/^has a growing backlog in jobs, 25\.0k entries, \+40\/s, and 1 more$/,
	],
	['a long list that shrinks', watching(key({type: 'list', length: 25_000, growthPerSecond: -40})), 'clear'],
	['a short list that grows', watching(key({type: 'list', length: 10_000, growthPerSecond: 40})), 'clear'],
	[
		'its growth is not known yet',
		watching(key({length: 25_000, growthPerSecond: undefined})),
		'pending',
		/needs two readings/,
	],
	['a short list whose growth is not known yet', watching(key({length: 25, growthPerSecond: undefined})), 'clear'],
	[
		'a list in another database',
		watching(key({key: 'db3:jobs', type: 'list', length: 25_000, growthPerSecond: 40})),
		'warning',
		/^has a growing backlog in db3:jobs/,
	],
	['no key is watched', {}, 'absent'],
]);
