import {keyspace} from '../parse/info-fields.js';
import {bytes, percent, perSecond, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {infoNumber, infoText} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';

/** Used memory, as eviction counts it, over maxmemory; undefined without a limit. Over 1: above it. */
export function limitShare(facts: NodeFacts): number | undefined {
	const used = facts.number('memory', 'used_memory');
	const limit = facts.number('memory', 'maxmemory');
	if (used === undefined || limit === undefined || limit === 0) {
		return undefined;
	}

	return Math.max(0, used - (facts.number('memory', 'mem_not_counted_for_evict') ?? 0)) / limit;
}

/**
What the server may use at most beside maxmemory: its control group's limit where that can be seen, else the machine's
memory. In a container the server sees the machine's.
*/
export function machineMemory(facts: NodeFacts): {readonly bytes: number; readonly name: string} | undefined {
	const evidence = facts.record.host?.value;
	const cgroup = evidence?.kind === 'here' ? evidence.cgroup?.limitBytes : undefined;
	const total = facts.number('memory', 'total_system_memory');
	if (cgroup !== undefined && (total === undefined || cgroup < total)) {
		return {bytes: cgroup, name: "the container's limit"};
	}

	return total === undefined || total === 0 ? undefined : {bytes: total, name: "the machine's memory"};
}

export const memMax = rule({
	id: 'mem.max',
	scope: 'node',
	docs: {
		looksAt: 'Memory near its limit: `(used_memory − mem_not_counted_for_evict) / maxmemory`.',
		since: '3.2 (maxmemory in INFO)',
		falsePositives: [
			'Replicas ignore maxmemory unless told otherwise (5.0): a warning at most.',
			'Where all keys may be evicted the limit is where it is meant to be: info as long as nothing is evicted or the target was declared a cache, else a warning, because data goes.',
		],
	},
	needs: {used: infoNumber('memory', 'used_memory'), limit: infoNumber('memory', 'maxmemory')},
	evaluate({limit}, facts) {
		const share = limitShare(facts) ?? 0;
		if (share < facts.threshold('mem.max.warning')) {
			return clear;
		}

		const policy = facts.text('memory', 'maxmemory_policy');
		const evicted = facts.perSecond('stats', 'evicted_keys') ?? 0;
		const evictsAll = policy?.startsWith('allkeys-') === true;
		const isMeantToBeFull = evictsAll && (facts.settings.isCache || evicted === 0);
		const isMild = evictsAll || facts.record.role === 'replica' || share < facts.threshold('mem.max.critical');
		const evicting = evicted > 0 ? `, evicting ${perSecond(evicted)}` : '';
		return fires(isMeantToBeFull ? 'info' : isMild ? 'warning' : 'critical', {
			problem: `memory at ${percent(share)} of maxmemory (${bytes(limit)})${policy === undefined ? '' : `, policy ${policy}`}${evicting}`,

			evidence: [
				...infoEvidence(
					facts,
					['memory', 'used_memory', 'bytes'],
					['memory', 'maxmemory', 'bytes'],
					['memory', 'mem_not_counted_for_evict', 'bytes'],
					['memory', 'maxmemory_policy'],
				),
				...(evicted > 0 ? [{name: 'evictions', value: evicted, unit: 'perSecond' as const}] : []),
			],
			meaning: evictsAll
				? 'At its limit it evicts keys to take new ones, as this policy is meant to.'
				: 'At its limit it refuses every write that needs memory (OOM), unless keys that expire can be evicted.',
			next: [
				redisCli(facts, 'MEMORY DOCTOR'),
				redisCli(facts, '--bigkeys -i 0.01'),
				hint('raise maxmemory, or find what grew: keys without a TTL, client buffers, a replica that lags'),
			],
			action: 'set-maxmemory',
		});
	},
});

export const memExceeded = rule({
	id: 'mem.exceeded',
	scope: 'node',
	docs: {
		looksAt:
			"Memory is over maxmemory and eviction doesn't bring it back: `current_eviction_exceeded_time`, milliseconds.",
		since: '7.0',
		falsePositives: [],
	},
	needs: {exceededMs: infoNumber('stats', 'current_eviction_exceeded_time')},
	evaluate({exceededMs}, facts) {
		const exceeded = exceededMs / 1000;
		if (exceeded <= facts.threshold('mem.exceeded.warning')) {
			return clear;
		}

		const isLong = exceeded > facts.threshold('mem.exceeded.critical');
		return fires(isLong ? 'critical' : 'warning', {
			problem: `over maxmemory for ${seconds(exceeded)}`,

			evidence: infoEvidence(
				facts,
				['stats', 'current_eviction_exceeded_time', 'milliseconds'],
				['memory', 'used_memory', 'bytes'],
				['memory', 'maxmemory', 'bytes'],
				['memory', 'maxmemory_policy'],
			),
			meaning: "Eviction can't keep up, or there is nothing it may evict; writes that need memory are refused.",
			next: [redisCli(facts, 'MEMORY STATS'), hint('raise maxmemory, or find the writer: panel 5, panel 4')],
		});
	},
});

export const memUnset = rule({
	id: 'mem.unset',
	scope: 'node',
	docs: {
		looksAt: 'No maxmemory: the kernel ends the process instead of the server refusing writes.',
		since: '3.2',
		falsePositives: [
			'Advice as long as there is room: many a server is sized by its machine. A 32-bit build has a limit of its own.',
		],
	},
	appliesTo: facts => facts.number('server', 'arch_bits') !== 32,
	needs: {limit: infoNumber('memory', 'maxmemory'), resident: infoNumber('memory', 'used_memory_rss')},
	evaluate({limit, resident}, facts) {
		if (limit !== 0) {
			return clear;
		}

		const machine = machineMemory(facts);
		const share = machine === undefined ? 0 : resident / machine.bytes;
		const rest = {
			evidence: infoEvidence(
				facts,
				['memory', 'maxmemory', 'bytes'],
				['memory', 'used_memory_rss', 'bytes'],
				['memory', 'total_system_memory', 'bytes'],
			),
			meaning:
				'When memory runs out the kernel kills a process, most likely this one, instead of writes being refused.',
			next: [
				redisCli(facts, `CONFIG SET maxmemory ${Math.floor(((machine?.bytes ?? resident * 2) * 0.6) / 1024 ** 2)}mb`),
				hint('choose maxmemory-policy first: noeviction refuses writes at the limit, allkeys-lru drops keys'),
			],
			action: 'set-maxmemory',
		} as const;
		return machine !== undefined && share > facts.threshold('mem.unset.warning')
			? fires('warning', {problem: `no maxmemory, and ${percent(share)} of ${machine.name} in use`, ...rest})
			: advises(facts, {
					problem: 'no maxmemory',

					...rest,
					adviceCost: 'With a limit, writes are refused or keys evicted once it is reached: it has to be watched.',
				});
	},
});

export const memPolicyNoop = rule({
	id: 'mem.policy_noop',
	scope: 'node',
	docs: {
		looksAt:
			'The policy evicts keys with a TTL only (`volatile-…`), hardly any has one, and memory is near its limit. Policies of later versions go by their prefix.',
		since: '3.2',
		falsePositives: [],
	},
	needs: {policy: infoText('memory', 'maxmemory_policy'), limit: infoNumber('memory', 'maxmemory')},
	evaluate({policy}, facts) {
		const share = limitShare(facts) ?? 0;
		const rows = facts.sample === undefined ? [] : keyspace(facts.sample.info);
		const keys = rows.reduce((sum, row) => sum + row.keys, 0);
		const expires = rows.reduce((sum, row) => sum + (row.expires ?? 0), 0);
		const isNoop =
			policy.startsWith('volatile-') &&
			keys > 0 &&
			expires / keys < facts.threshold('mem.policy_noop.share') &&
			share >= facts.threshold('mem.max.warning');
		if (!isNoop) {
			return clear;
		}

		return fires('warning', {
			problem: `policy ${policy}, but only ${percent(expires / keys)} of the keys have a TTL`,

			evidence: [
				{name: 'keys', value: keys, unit: 'count'},
				{name: 'expires', value: expires, unit: 'count'},
				...infoEvidence(
					facts,
					['memory', 'maxmemory_policy'],
					['memory', 'used_memory', 'bytes'],
					['memory', 'maxmemory', 'bytes'],
				),
			],
			meaning: 'Little can be evicted: once that is gone, writes are refused as with noeviction.',
			next: [
				hint('give keys a TTL, or choose an allkeys policy if all of them may go'),
				redisCli(facts, 'INFO keyspace'),
			],
			action: 'set-policy',
		});
	},
});

export const mem32bit = rule({
	id: 'mem.32bit',
	scope: 'node',
	docs: {
		looksAt: 'A 32-bit build ends at 4 GB, whatever the machine has: `arch_bits`.',
		since: '2.4',
		falsePositives: [],
	},
	needs: {bits: infoNumber('server', 'arch_bits')},
	evaluate: ({bits}, facts) =>
		bits === 32
			? fires('warning', {
					problem: 'a 32-bit build: memory ends at 4 GB',

					evidence: infoEvidence(
						facts,
						['server', 'arch_bits'],
						['memory', 'used_memory', 'bytes'],
						['memory', 'maxmemory', 'bytes'],
					),
					meaning: 'Without a limit it sets 3 GB with noeviction for itself, and refuses writes there.',
					next: [hint('install a 64-bit build')],
				})
			: clear,
});

export const memoryLimitRules = [memMax, memExceeded, memUnset, memPolicyNoop, mem32bit] as const;
