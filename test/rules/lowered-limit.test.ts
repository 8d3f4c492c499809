import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {memEvict, memEvictStorm, memOom} from '../../source/rules/memory-eviction.js';
import {memMax} from '../../source/rules/memory-limit.js';
import type {NodeRule} from '../../source/rules/rule.js';
import {firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, factsOf} from '../harness/rule-cases.js';

const mebibyte = 1024 * 1024;
const {nowMs} = factsOf({});

/** A server over its limit of 20 MB that evicts keys, or refuses writes with `noeviction`. */
const lowered = (policy: string, parts: Omit<FactsParts, 'info' | 'earlier'>): FactsParts => ({
	info: {
		stats: {evicted_keys: policy === 'noeviction' ? 0 : 2000},
		keyspace: {db0: 'keys=40000,expires=0,avg_ttl=0'},
		memory: {maxmemory: 20 * mebibyte, used_memory: 21 * mebibyte, maxmemory_policy: policy},
		errorstats: {errorstat_OOM: 'count=9'},
	},
	earlier: {stats: {evicted_keys: 0}, errorstats: {errorstat_OOM: 'count=1'}},
	...parts,
});

const written = (value: string): Partial<FactsParts> => ({
	host: {configFile: {path: '/etc/redis.conf', settings: new Map([['maxmemory', value]])}},
});

const watched = (before: number): Partial<FactsParts> => ({
	past: [before, 20 * mebibyte].map((maxmemory): Sections => ({memory: {maxmemory}})),
});

/** Seen before a restart of so many seconds ago. */
const restarted = (agoSeconds: number, beforeMebibytes: number): Partial<FactsParts> => ({
	watch: {
		restartedAtMs: nowMs - agoSeconds * 1000,
		settingsBeforeRestart: new Map([['maxmemory', String(beforeMebibytes * mebibyte)]]),
	},
});

const rules: ReadonlyArray<readonly [NodeRule, string]> = [
	[memEvict, 'allkeys-lru'],
	[memEvictStorm, 'allkeys-lru'],
	[memOom, 'noeviction'],
	[memMax, 'noeviction'],
];

const cases: ReadonlyArray<readonly [string, Partial<FactsParts>, string, string]> = [
	['the config file has it', written('200mb'), 'maxmemory 20.0M, 200M in its config file', '200mb'],
	['redis-top saw the change', watched(200 * mebibyte), 'maxmemory lowered from 200M to 20.0M', '200mb'],
	['the settings before its restart', restarted(60, 200), 'restart lowered maxmemory, 200M before', '200mb'],
	['it was a number of whole gigabytes', watched(2048 * mebibyte), 'maxmemory lowered from 2.00G to 20.0M', '2gb'],
	['it was no number of whole units', watched(300_000_001), 'maxmemory lowered from 286M to 20.0M', '300000001'],
	['there was no limit', watched(0), 'maxmemory set to 20.0M, no limit before', '0'],
];

for (const [rule, policy] of rules) {
	for (const [name, parts, reason, before] of cases) {
		test(`${rule.id}: the first step and the dialog set a lowered limit back: ${name}`, () => {
			const firing = firingOf(rule, lowered(policy, parts));
			assert.equal(messageText(firing.reason ?? ''), reason);
			assert.match(messageText(firing.next[0]?.text ?? ''), new RegExp(`CONFIG SET maxmemory ${before} +# `));
			assert.equal(firing.action, 'set-maxmemory');
			assert.deepEqual(firing.remedy, {value: before});
		});
	}

	test(`${rule.id}: a limit that nobody lowered has no way back`, () => {
		const firing = firingOf(rule, lowered(policy, written('20mb')));
		assert.equal(firing.remedy, undefined);
		assert.ok(firing.next.every(({text}) => !messageText(text).includes('as before')));
	});
}

test('a restart long ago, or with the same limit, has lowered nothing', () => {
	for (const parts of [restarted(700, 200), restarted(60, 20), restarted(60, 10)]) {
		assert.equal(firingOf(memOom, lowered('noeviction', parts)).remedy, undefined);
	}
});

test('data above the limit soon after a start were loaded: the limit was larger before', () => {
	const reason = (uptime: number, usedMebibytes: number, loaded = 9000) => {
		const parts = lowered('noeviction', {});
		const info: Sections = {
			...parts.info,
			server: {uptime_in_seconds: uptime},
			memory: {...parts.info?.['memory'], used_memory: usedMebibytes * mebibyte},
			persistence: {rdb_last_load_keys_loaded: loaded},
			keyspace: {db0: 'keys=10000,expires=0,avg_ttl=0'},
		};
		return messageText(firingOf(memOom, {...parts, info}).reason ?? '');
	};
	assert.equal(reason(4, 30), 'loaded more than its maxmemory 20.0M');
	assert.equal(reason(4, 30, 0), 'the policy is noeviction', 'a script wrote it');
	assert.equal(reason(4, 30, 100), 'the policy is noeviction');
	assert.equal(reason(4, 21), 'the policy is noeviction');
	assert.equal(reason(4000, 30), 'the policy is noeviction');
});

test('a promoted replica that holds more than its limit has loaded nothing: its limit was never raised', () => {
	const own = '1'.repeat(40);
	const parts = (role: 'primary' | 'replica', usedMebibytes: number, former = '2'.repeat(40)): FactsParts => {
		const over = lowered('noeviction', {record: {role}});
		return {
			...over,
			info: {
				...over.info,
				server: {uptime_in_seconds: 30},
				stats: {...over.info?.['stats'], total_net_repl_input_bytes: 5 * mebibyte},
				replication: {master_replid: own, master_replid2: former, second_repl_offset: 900},
				memory: {...over.info?.['memory'], used_memory: usedMebibytes * mebibyte},
				persistence: {rdb_last_load_keys_loaded: 30_000},
			},
		};
	};
	const firing = firingOf(memOom, parts('primary', 30));
	assert.equal(messageText(firing.reason ?? ''), 'promoted, and maxmemory is only 20.0M');
	assert.match(
		messageText(firing.next[0]?.text ?? ''),
		/CONFIG SET maxmemory 38mb +# its data and a quarter, if the machine has room; the limit of/,
	);
	assert.deepEqual(firing.remedy, {value: '38mb'});
	assert.equal(
		messageText(firingOf(memMax, parts('primary', 30)).reason ?? ''),
		'promoted, and maxmemory is only 20.0M',
	);
	assert.equal(messageText(firingOf(memOom, parts('primary', 21)).reason ?? ''), 'the policy is noeviction');
	assert.equal(
		messageText(firingOf(memOom, parts('primary', 30, '0'.repeat(40))).reason ?? ''),
		'the policy is noeviction',
		'nobody promoted it: it was made a primary with another history',
	);
	assert.equal(firingOf(memMax, parts('replica', 30)).reason, undefined, 'a replica takes what its primary has');
});

test('nobody is told to look for what grew where the limit was lowered', () => {
	for (const rule of [memEvict, memEvictStorm]) {
		const texts = firingOf(rule, lowered('allkeys-lru', written('200mb'))).next.map(({text}) => messageText(text));
		assert.ok(
			texts.every(text => !/bigkeys|what grew|find the writer/.test(text)),
			texts.join('\n'),
		);
	}
});

test('mem.max: the evictions come first where the limit was lowered, and its own level where nothing is evicted', () => {
	const line = (policy: string) => {
		const {problem, detail, reason} = firingOf(memMax, lowered(policy, watched(200 * mebibyte)));
		return `${messageText(problem)}, ${messageText(detail ?? '')}: ${messageText(reason ?? '')}`;
	};

	assert.match(
		line('allkeys-lru'),
		/^evicts keys at 2\.00k\/s, memory at 105% of maxmemory, .*: maxmemory lowered from/,
	);
	assert.match(line('noeviction'), /^memory at 105% of maxmemory, limit 20\.0M, .*: maxmemory lowered from/);
});
