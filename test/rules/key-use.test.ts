import type {KeySizeReading} from '../../source/derive/key-size-growth.js';
import type {HotKeys} from '../../source/domain/hot-keys.js';
import type {KeySizeRow} from '../../source/domain/key-sizes.js';
import {hkForgotten, keyGiant} from '../../source/rules/key-use.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const row = (type: KeySizeRow['type'], bins: Readonly<Record<number, number>>): KeySizeRow => ({
	database: 0,
	type,
	unit: type === 'strings' ? 'bytes' : 'items',
	bins: Object.entries(bins).map(([least, keys]) => ({least: Number(least), keys})),
});

const sizes = (now: readonly KeySizeRow[], first = now, isTold = true): FactsParts => {
	const value: KeySizeReading = {now: {isTold, rows: now}, first: {atMs: 0, value: {isTold, rows: first}}};
	return {record: {keySizes: {atMs: 0, value}}};
};

testRule(keyGiant, [
	['small keys', sizes([row('hashes', {8: 5, 524288: 1}), row('strings', {33554432: 1})]), 'clear'],
	[
		'a hash of a million fields',
		sizes([row('hashes', {8: 5, 1048576: 1})]),
		'info',
		/^holds a hash of at least a million items, the largest has 1\.05M items or more$/,
	],
	[
		'one that passed a million while redis-top looks',
		sizes([row('zsets', {2097152: 3})], [row('zsets', {2097152: 2})]),
		'info',
		/^holds 3 sorted sets of at least a million items, the largest has 2\.10M items or more, and one more since redis-top looks$/,
	],
	[
		'a large string',
		sizes([row('strings', {67108864: 2})]),
		'info',
		/^holds 2 strings of at least 64 MB, the largest has 64\.0M/,
	],
	['a server without keysizes', sizes([], [], false), 'absent', /Redis 8\.0 has it/],
	['not read', {}, 'pending', /read while panel K is open/],
	['refused', {record: {blind: [{command: 'INFO keysizes', kind: 'denied', why: 'NOPERM', grant: '+info'}]}}, 'denied'],
]);

// The replies behind these facts are made up: no server with HOTKEYS was there.
const session = (parts: Partial<HotKeys>): FactsParts => ({
	info: {server: {redis_version: '8.6.0'}},
	record: {
		hotKeys: {
			atMs: 0,
			value: {
				isTracking: undefined,
				startedAtMs: undefined,
				durationMs: undefined,
				sampleRatio: undefined,
				byCpu: [],
				byBytes: [],
				byRequests: [],
				...parts,
			},
		},
	},
});

testRule(hkForgotten, [
	['tracks for a minute', session({isTracking: true, durationMs: 60_000}), 'clear'],
	[
		'tracks for an hour',
		session({isTracking: true, durationMs: 3_600_000, sampleRatio: 5}),
		'warning',
		/^has tracked hot keys for 1h00m, one of 5 commands$/,
	],
	['a session that ended', session({isTracking: false, durationMs: 3_600_000}), 'clear'],
	['Valkey counts without a session', session({}), 'clear'],
	['not asked yet', {info: {server: {redis_version: '8.6.0'}}}, 'pending'],
	['a version without it', {info: {server: {redis_version: '8.0.2'}}}, 'absent', /Redis 8\.6/],
	[
		'a Valkey without it',
		{info: {server: {redis_version: '7.2.4', valkey_version: '9.1.0', server_name: 'valkey'}}},
		'absent',
	],
]);
