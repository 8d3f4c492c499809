import assert from 'node:assert/strict';
import test from 'node:test';
import {keyDrop} from '../../source/derive/key-drop.js';
import {keyDropped} from '../../source/rules/keyspace.js';
import type {Sections} from '../harness/records.js';
import {factsOf, testRule} from '../harness/rule-cases.js';
import {sampleOf} from '../harness/samples.js';

const nowMs = factsOf({}).nowMs;

const keys = (count: number, rest: Sections = {}): Sections => ({
	keyspace: count === 0 ? {} : {db0: `keys=${count},expires=0,avg_ttl=0`},
	...rest,
});
const dropped = {from: 20_000, to: 0, byRestart: false, byFlush: true, atMs: nowMs - 5000};
testRule(keyDropped, [
	['no drop', {info: keys(100)}, 'clear'],
	['by a flush', {info: keys(0), watch: {keyDrop: dropped}}, 'critical', /by a flush/],
	[
		'by a restart',
		{info: keys(0), watch: {keyDrop: {...dropped, byRestart: true, byFlush: undefined}}},
		'critical',
		/restart/,
	],
	['they are back', {info: keys(15_000), watch: {keyDrop: dropped}}, 'clear'],
	['no news any more', {info: keys(0), watch: {keyDrop: {...dropped, atMs: nowMs - 700_000}}}, 'clear'],
]);

const expired = (count: number): Sections => ({stats: {expired_keys: count, evicted_keys: 0}});
const flushes: Sections = {commandstats: {cmdstat_flushall: 'calls=1,usec=5'}};
const drops: ReadonlyArray<readonly [string, Sections, Sections, string | undefined]> = [
	['most of them', keys(9000), keys(100), 'drop'],
	['all of them', keys(9000), keys(0), 'drop'],
	['by FLUSHALL', keys(9000, {commandstats: {cmdstat_get: 'calls=1'}}), keys(0, flushes), 'flush'],
	['by a restart', keys(9000), keys(0, {server: {run_id: 'b'}}), 'restart'],
	['a restart that still loads', keys(9000), keys(0, {server: {run_id: 'b'}, persistence: {loading: 1}}), undefined],
	['they expired', keys(9000, expired(0)), keys(100, expired(8900)), undefined],
	['a few of few', keys(900), keys(1), undefined],
	['a third', keys(9000), keys(6000), undefined],
	['not said before', {}, keys(0), undefined],
];
for (const [name, before, after, expected] of drops) {
	test(`keys gone between two samples: ${name}`, () => {
		const drop = keyDrop(sampleOf(before), sampleOf(after, 1000));
		const how = drop && (drop.byRestart ? 'restart' : drop.byFlush === true ? 'flush' : 'drop');
		assert.equal(how, expected);
	});
}
