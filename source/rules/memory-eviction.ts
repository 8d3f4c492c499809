import {type Message, message} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {count, percent} from '../text/units.js';
import {backlogMemory} from './backlog-memory.js';
import {clientMemory} from './client-memory.js';
import {evictionCause} from './eviction-cause.js';
import {infoEvidence} from './evidence.js';
import {limitShare, loweredLimit} from './limit-facts.js';
import {limitBelowEmpty} from './limit-without-unit.js';
import {dataUnlikeOthers, limitUnlikeOthers, policyUnlikeOthers} from './memory-peers.js';
import {errors, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';
import {scriptMemory} from './script-memory.js';
import {failingConsumers} from './stopped-consumers.js';
import {topWriter, type Writer} from './writers.js';

/** Time for which keys are evicted before that is a warning, in milliseconds. */
const patienceMs = 60_000;

export const memEvict = rule({
	id: 'mem.evict',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `evicted_keys` keeps rising for a minute. Where redis-top has just begun to look, two samples suffice if the server has evicted as many keys before as a minute of this brings.',
		since: 'any',
		falsePositives: [
			'A cache is meant to evict keys. The rule does not apply to a target with `role = "cache"`; `mem.evict_storm` does.',
		],
	},
	raiseAfterMs: patienceMs,
	countsAtOnce: true,
	clearAfter: 10,
	appliesTo: facts => !facts.settings.isCache,
	needs: {evicted: rate('stats', 'evicted_keys')},
	evaluate({evicted}, facts, _limits, heldMs) {
		if (evicted === 0) {
			return clear;
		}

		const total = facts.number('stats', 'evicted_keys') ?? 0;
		const isNew = facts.nowMs - facts.memory.foundAtMs < patienceMs;
		const hits = facts.record.values.get('hits');
		const misses = facts.record.values.get('misses');
		const missed =
			hits === undefined || misses === undefined || hits + misses === 0 ? undefined : misses / (hits + misses);
		const cause = evictionCause(facts, evicted);
		const figures = missed === undefined ? undefined : `${percent(missed)} of reads miss`;
		return fires('warning', {
			isCertain: isNew && heldMs > 0 && total * 1000 >= evicted * patienceMs,
			problem: cause.problem,
			detail: cause.detail ?? figures,
			reason: cause.reason,
			culprit: cause.culprit,
			effect: 'keys-evicted',
			evidence: [
				{name: 'evictions', value: evicted, unit: 'perSecond'},
				...infoEvidence(
					facts,
					['stats', 'evicted_keys', 'count'],
					['memory', 'maxmemory', 'bytes'],
					['memory', 'maxmemory_policy'],
				),
				...(missed === undefined ? [] : [{name: 'miss share', value: missed, unit: 'share' as const}]),
				...cause.evidence,
			],
			meaning:
				cause.meaning ??
				'Memory is full, and each evicted key is lost. A cache is meant to do that; any other store loses data.',
			next: [
				...cause.next,
				...(cause.needsGeneralSteps
					? [
							hint('if it is a cache: declare it in the config file, role = "cache"'),
							hint('if it is no cache: raise maxmemory, give keys a TTL, or find what grew'),
							redisCli(facts, '--bigkeys -i 0.01'),
						]
					: []),
			],
			action: cause.action,
			remedy: cause.remedy,
		});
	},
});

/** Fewest readings for a median. Readings are ten seconds apart. */
const fewestReadingsForMedian = 7;
/**
Multiple of the median rate up to which an eviction rate counts as steady. A steady rate alone is no storm, however high
it is.
*/
const steadyRatio = 3;

/** The median eviction rate of the last ten minutes, keys per second; undefined with too few readings. */
function medianRate(facts: NodeFacts): number | undefined {
	const readings = facts.past(['stats', 'evicted_keys'], 600_000);
	const rates = readings.slice(1).flatMap(({atMs, value}, index) => {
		const before = readings[index];
		return before === undefined || atMs <= before.atMs ? [] : [((value - before.value) * 1000) / (atMs - before.atMs)];
	});
	return rates.length < fewestReadingsForMedian - 1
		? undefined
		: rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)];
}

export const memEvictStorm = rule({
	id: 'mem.evict_storm',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks how fast `evicted_keys` rises. It fires at more than ten times the median of ten minutes, or at more than 1 % of all keys a second.',
		since: 'any',
		falsePositives: [
			"A small cache always evicts a large share of its keys. The rule is clear below three times the server's own median.",
			'A short bulk load evicts as many keys. The rule waits for three samples in a row.',
		],
	},
	thresholds: {
		rate: {value: 100, unit: 'perSecond', source: 'fewer evictions are usual on any data set'},
		times: {value: 10, unit: 'ratio', source: 'to the median of the last ten minutes'},
		share: {
			value: 0.01,
			unit: 'share',
			source: 'of all keys, in each second: all keys within two minutes',
		},
	},
	raiseAfter: 3,
	needs: {evicted: rate('stats', 'evicted_keys')},
	evaluate({evicted}, facts, limits) {
		if (evicted <= limits.rate) {
			return clear;
		}

		const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
		const usual = medianRate(facts);
		const isSpike = usual !== undefined && evicted > usual * limits.times;
		const share = keys === undefined || keys === 0 ? undefined : evicted / keys;
		const isSweep =
			share !== undefined && share > limits.share && (usual === undefined || evicted > usual * steadyRatio);
		if (!isSpike && !isSweep) {
			return clear;
		}

		const cause = evictionCause(facts, evicted);
		const writer = cause.clearsWriters ? undefined : topWriter(facts);
		return fires('critical', {
			problem: cause.problem,
			detail: cause.detail ?? (share === undefined ? undefined : `${percent(share)} of all keys a second`),
			reason: cause.reason ?? writer?.text,
			culprit: cause.culprit ?? (cause.reason === undefined ? writer?.culprit : undefined),
			effect: 'keys-evicted',
			evidence: [
				{name: 'evictions', value: evicted, unit: 'perSecond'},
				...(writer?.evidence ?? []),
				...(usual === undefined ? [] : [{name: 'median of ten minutes', value: usual, unit: 'perSecond' as const}]),
				...(keys === undefined ? [] : [{name: 'keys', value: keys, unit: 'count' as const}]),
				...infoEvidence(facts, ['memory', 'maxmemory', 'bytes'], ['memory', 'maxmemory_policy']),
				...cause.evidence,
			],
			meaning:
				cause.meaning ??
				'One writer fills the cache, or maxmemory was lowered. Reads miss, and the store behind the cache takes the load.',
			next: [
				...cause.next,
				...(cause.needsGeneralSteps
					? [
							hint('find the writer: panel 5 by calls, panel 4 by address'),
							redisCli(facts, 'CONFIG GET maxmemory'),
							hint('raise maxmemory, if the machine has room'),
						]
					: []),
			],
			action: cause.action,
			remedy: cause.remedy,
		});
	},
});

/** What goes on without consumers: `LPUSH from mail-web goes on`. */
const goesOn = (writer: Writer | undefined): Message => {
	const {command = 'writes', client} = writer?.culprit ?? {};
	return message`${command}${client === undefined ? '' : message` from ${client}`} goes on`;
};

export const memOom = rule({
	id: 'mem.oom',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `errorstat_OOM` rises: the server refuses commands that need memory. `used_memory_overhead` and `maxmemory_policy` tell the reason. Where most writes go to a queue whose consumers took entries until now (INFO commandstats), and neither run nor wait (CLIENT LIST), it says so. Where one shard of a cluster is full, it names the slot and the hash tag with at least half of its keys (CLUSTER SLOT-STATS, or RANDOMKEY and CLUSTER COUNTKEYSINSLOT before Valkey 8.0 and Redis 8.2).',
		since: '6.2',
		falsePositives: [
			'One script that exceeded the limit causes one OOM reply. The finding ends ten samples after the last one.',
		],
	},
	raiseAfter: 1,
	clearAfter: 10,
	needs: {refused: errors('OOM')},
	evaluate({refused}, facts) {
		if (refused === 0) {
			return clear;
		}

		const policy = facts.text('memory', 'maxmemory_policy');
		const overhead = facts.number('memory', 'used_memory_overhead') ?? 0;
		const limit = facts.number('memory', 'maxmemory') ?? 0;
		const tooSmall = limitBelowEmpty(facts);
		const isOverhead = tooSmall === undefined && limit > 0 && overhead >= limit;
		const lowered = loweredLimit(facts);
		const buffers = tooSmall === undefined ? clientMemory(facts) : undefined;
		const scripts = tooSmall === undefined && buffers === undefined ? scriptMemory(facts) : undefined;
		const backlog =
			tooSmall === undefined && buffers === undefined && scripts === undefined ? backlogMemory(facts) : undefined;
		const filler = buffers ?? scripts ?? backlog;
		const reason = isOverhead
			? 'overhead alone (clients, buffers, replicas) is over the limit, so that evicting every key would not help'
			: policy === 'noeviction'
				? (lowered?.reason ?? 'the policy is noeviction')
				: 'no key that may be evicted is left';
		const isLowered = policy === 'noeviction' && !isOverhead && lowered !== undefined;
		const unlike =
			isLowered || tooSmall !== undefined || filler !== undefined
				? undefined
				: (limitUnlikeOthers(facts, limit) ?? policyUnlikeOthers(facts) ?? dataUnlikeOthers(facts));
		const isOfData = !isOverhead && !isLowered && tooSmall === undefined && filler === undefined;
		const writer = isOfData ? topWriter(facts) : undefined;
		const stopped = isOfData ? failingConsumers(facts) : undefined;
		return fires('critical', {
			problem: 'refuses writes (OOM)',
			detail: scripts?.detail ?? (stopped === undefined ? writer?.culprit.client && writer.text : goesOn(writer)),
			reason: tooSmall?.reason ?? filler?.reason ?? stopped?.text ?? unlike?.cause ?? unlike?.reason ?? reason,
			// The producer does its work: the consumers do not.
			culprit:
				buffers?.client === undefined
					? (scripts?.culprit ?? (stopped === undefined ? writer?.culprit : undefined))
					: {client: buffers.client},
			effect: 'writes-refused',
			evidence: [
				{name: 'OOM replies since the sample before', value: refused, unit: 'count'},
				...(writer?.evidence ?? []),
				...(stopped?.evidence ?? []),
				...infoEvidence(
					facts,
					['memory', 'used_memory', 'bytes'],
					['memory', 'maxmemory', 'bytes'],
					['memory', 'maxmemory_policy'],
					['memory', 'used_memory_overhead', 'bytes'],
				),
				...(tooSmall?.evidence ?? []),
				...(filler?.evidence ?? []),
				...(tooSmall !== undefined || limitShare(facts) === undefined
					? []
					: [{name: 'of maxmemory', value: limitShare(facts) ?? 0, unit: 'share' as const}]),
			],
			meaning: `Commands that need memory are refused, ${count(refused)} since the sample before. Reads and deletions still work.`,
			next: tooSmall?.next ?? [
				...(filler?.next ?? []),
				...(stopped?.next ?? []),
				...(writer?.next ?? []),
				...(isLowered ? lowered.next : []),
				...(isOverhead && filler === undefined
					? [redisCli(facts, 'CLIENT LIST'), hint('find the clients with large tot-mem and omem: panel 4')]
					: []),
				...(unlike?.next ?? [hint('raise maxmemory, if the machine has room')]),
				...(isOverhead
					? policy?.startsWith('allkeys') === true
						? []
						: [hint('do not set an allkeys policy now: it would evict every key and still refuse writes')]
					: [hint('or delete keys that are not needed, or set an eviction policy, which loses data')]),
				redisCli(facts, 'MEMORY STATS'),
			],
			action:
				backlog !== undefined
					? 'set-repl-backlog'
					: scripts !== undefined || stopped !== undefined
						? undefined // Closing a client frees no script. A larger limit fills again without consumers.
						: isOverhead || buffers !== undefined
							? 'client-kill'
							: 'set-maxmemory',
			remedy: isLowered && filler === undefined ? lowered.remedy : undefined,
		});
	},
});

export const memoryEvictionRules = [memEvict, memEvictStorm, memOom] as const;
