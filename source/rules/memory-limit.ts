import type {Firing} from '../domain/finding.js';
import {joinMessages, message} from '../domain/message.js';
import {keyTotals} from '../parse/info-fields.js';
import {bytes, inAbout, percent, perSecond, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {keysWithoutTtl} from './keys-without-ttl.js';
import {limitShare, loweredLimit, machineMemory} from './limit-facts.js';
import {limitBelowEmpty} from './limit-without-unit.js';
import {growthToLimit} from './memory-growth.js';
import {memoryUnlikeOthers} from './memory-peers.js';
import {infoNumber, infoText} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';
import {scriptMemory} from './script-memory.js';
import {failingConsumers} from './stopped-consumers.js';
import {topWriter} from './writers.js';

/** The finding of mem.max, without its remedy. */
type LevelFiring = Omit<Firing, 'adviceCost' | 'action'>;

/** The finding of a limit below what the empty server takes; undefined for a larger limit. */
function emptyFiring(facts: NodeFacts): LevelFiring | undefined {
	const tooSmall = limitBelowEmpty(facts);
	const isReplica = facts.record.role === 'replica';
	return (
		tooSmall && {
			severity: isReplica ? 'warning' : 'critical',
			problem: 'can keep no key',
			reason: tooSmall.reason,
			effect: isReplica ? undefined : 'writes-refused',
			evidence: [
				...infoEvidence(facts, ['memory', 'used_memory', 'bytes'], ['memory', 'maxmemory', 'bytes']),
				...tooSmall.evidence,
			],
			meaning:
				'The empty server is over the limit. Each write that needs memory is refused (OOM), whatever the policy evicts.',
			next: tooSmall.next,
		}
	);
}

/** The finding of used memory near its limit, or over it. */
function levelFiring(facts: NodeFacts, limit: number, criticalShare: number): LevelFiring {
	const share = limitShare(facts) ?? 0;
	const policy = facts.text('memory', 'maxmemory_policy');
	const evicted = facts.perSecond('stats', 'evicted_keys') ?? 0;
	const evictsAll = policy?.startsWith('allkeys-') === true;
	const growth = evictsAll || evicted > 0 ? undefined : growthToLimit(facts, limit);
	const writer = growth === undefined ? undefined : topWriter(facts);
	const isMeantToBeFull = evictsAll && (facts.settings.isCache || evicted === 0);
	const isAtMostWarning = evictsAll || facts.record.role === 'replica' || share < criticalShare;
	const stopped = growth === undefined ? undefined : failingConsumers(facts);
	const unlike = evictsAll ? undefined : memoryUnlikeOthers(facts);
	const detail = [
		...(growth?.kind === 'first' ? [growth.text] : []),
		...(unlike === undefined ? [] : [unlike.reason]),
		`limit ${bytes(limit)}`,
		...(policy === undefined ? [] : [`policy ${policy}`]),
		...(evicted > 0 ? [`evicting ${perSecond(evicted)}`] : []),
	];
	const lowered = share >= 1 || evicted > 0 ? loweredLimit(facts) : undefined;
	const fixed = lowered === undefined ? keysWithoutTtl(facts, evicted) : undefined;
	// The keys that are lost are the effect, and the level is the cause.
	const isOfEvictions = fixed !== undefined || (lowered !== undefined && evicted > 0);
	const level = `memory at ${percent(share)} of maxmemory`;
	return {
		severity: isMeantToBeFull ? 'info' : isAtMostWarning ? 'warning' : 'critical',
		problem: isOfEvictions
			? `evicts keys at ${perSecond(evicted)}`
			: growth?.kind === 'steady'
				? `${level}, full ${inAbout(growth.leftSeconds)}`
				: level,
		detail: joinMessages(!isOfEvictions ? detail : [level, ...detail.slice(0, 2)], ', '),
		reason:
			lowered?.reason ??
			fixed?.reason ??
			(stopped === undefined || writer === undefined ? writer?.text : message`${stopped.text}, ${writer.text}`),
		culprit: writer?.culprit,
		effect: evicted > 0 && !isMeantToBeFull ? 'keys-evicted' : undefined,
		evidence: [
			...infoEvidence(
				facts,
				['memory', 'used_memory', 'bytes'],
				['memory', 'maxmemory', 'bytes'],
				['memory', 'mem_not_counted_for_evict', 'bytes'],
				['memory', 'maxmemory_policy'],
			),
			...(evicted > 0 ? [{name: 'evictions', value: evicted, unit: 'perSecond' as const}] : []),
			...(writer?.evidence ?? []),
			...(stopped?.evidence ?? []),
		],
		meaning: evictsAll
			? 'At the limit the server evicts keys to make room for new ones, as this policy is meant to.'
			: facts.record.role === 'replica'
				? 'A replica takes in the writes of its primary beyond the limit. Once promoted, it refuses every write that needs memory (OOM), unless it can evict keys with a TTL.'
				: 'At the limit the server refuses every write that needs memory (OOM), unless it can evict keys with a TTL.',
		remedy: lowered?.remedy,
		next: [
			...(lowered?.next ?? []),
			...(stopped?.next ?? []),
			...(lowered === undefined ? (writer?.next ?? []) : []),
			...(lowered === undefined && unlike !== undefined ? unlike.next : []),
			...(lowered === undefined ? [redisCli(facts, 'MEMORY DOCTOR')] : []),
			redisCli(facts, '--bigkeys -i 0.01'),
			lowered !== undefined
				? hint('if it was lowered on purpose: delete what is not needed, or shorten the largest keys')
				: hint('raise maxmemory, or find what grew: keys without a TTL, client buffers, a replica that lags'),
		],
	};
}

export const memMax = rule({
	id: 'mem.max',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes used memory as a share of its limit: `(used_memory − mem_not_counted_for_evict) / maxmemory`. `maxmemory_policy` and the rate of `evicted_keys` decide how severe the finding is. Where each of the last readings is larger, it says when memory is full, and who writes most. A limit below what the empty server takes (`used_memory_startup`) is critical: a unit may be missing.',
		since: '3.2',
		falsePositives: [
			'A replica ignores `maxmemory` by default (`replica-ignore-maxmemory`, since Redis 5.0). The finding is at most a warning for a replica.',
			'A cache with an `allkeys-…` policy is meant to be full. The finding is info while nothing is evicted, or with `role = "cache"`.',
			'For any other server with an `allkeys-…` policy that evicts keys the finding is a warning, never critical.',
		],
	},
	thresholds: {
		warning: {value: 0.8, unit: 'share', source: 'the level runbooks and Google Memorystore alert on'},
		critical: {value: 0.9, unit: 'share', source: 'awesome-prometheus-alerts, Datadog redisdb monitors'},
	},
	needs: {used: infoNumber('memory', 'used_memory'), limit: infoNumber('memory', 'maxmemory')},
	evaluate({limit}, facts, limits) {
		const share = limitShare(facts) ?? 0;
		if (share < limits.warning) {
			return clear;
		}

		const {severity, ...firing} = emptyFiring(facts) ?? levelFiring(facts, limit, limits.critical);
		return fires(severity, {
			...firing,
			action: 'set-maxmemory',
		});
	},
});

export const memExceeded = rule({
	id: 'mem.exceeded',
	scope: 'node',
	// A full server crosses its limit every few seconds, and the time then starts again. One finding stands for all of it.
	clearAfter: 10,
	docs: {
		looksAt:
			'The rule reads how long used memory has been over `maxmemory` without a break: `current_eviction_exceeded_time`.',
		since: '7.0',
		falsePositives: [
			'Eviction usually brings memory back below the limit within a second. The rule is clear for the first second.',
		],
	},
	thresholds: {
		warning: {
			value: 1,
			unit: 'seconds',
			source: 'eviction is meant to bring memory back within one cycle of the event loop',
		},
		critical: {value: 30, unit: 'seconds', source: 'by then clients have timed out'},
		scripts: {value: 0.8, unit: 'share', source: 'of maxmemory in cached scripts: critical, hardly a key has room'},
	},
	needs: {exceededMs: infoNumber('stats', 'current_eviction_exceeded_time')},
	evaluate({exceededMs}, facts, limits, heldMs) {
		const exceeded = exceededMs / 1000;
		if (exceeded <= limits.warning) {
			return clear;
		}

		const isLong = exceeded > limits.critical;
		const isEvicting = (facts.perSecond('stats', 'evicted_keys') ?? 0) > 0;
		const scripts = scriptMemory(facts);
		// Scripts that leave no room for keys have had all of them evicted. Nothing that is evicted makes room any more.
		const isForScripts = scripts !== undefined && scripts.share >= limits.scripts;
		return fires(isLong || isForScripts ? 'critical' : 'warning', {
			// The server counts again from 0 whenever eviction has brought memory below the limit for a moment.
			problem:
				heldMs > exceededMs
					? `over maxmemory again and again for ${seconds(heldMs / 1000)}`
					: `over maxmemory for ${seconds(exceeded)}`,
			detail: scripts?.detail,
			reason: scripts?.reason,
			culprit: scripts?.culprit,
			effect: isEvicting ? 'keys-evicted' : 'writes-refused',
			evidence: [
				...(scripts?.evidence ?? []),
				...infoEvidence(
					facts,
					['stats', 'current_eviction_exceeded_time', 'milliseconds'],
					['memory', 'used_memory', 'bytes'],
					['memory', 'maxmemory', 'bytes'],
					['memory', 'maxmemory_policy'],
				),
			],
			meaning:
				scripts === undefined
					? 'Eviction is too slow, or there is nothing left to evict. With nothing left, writes that need memory are refused.'
					: 'Cached scripts count towards maxmemory and are never evicted for it. Keys are evicted in their place, and then writes are refused.',
			next:
				scripts === undefined
					? [redisCli(facts, 'MEMORY STATS'), hint('raise maxmemory, or find the writer: panel 5, panel 4')]
					: scripts.next,
		});
	},
});

export const memUnset = rule({
	id: 'mem.unset',
	scope: 'node',
	docs: {
		looksAt:
			"The rule checks whether `maxmemory` is 0, and which share of the machine's memory `used_memory_rss` takes.",
		since: '3.2',
		falsePositives: [
			'Many servers rely on the memory of their machine as the limit. The finding is only advice while the machine has free memory.',
			'A 32-bit build has a limit of its own. The rule does not apply to it.',
		],
	},
	thresholds: {
		warning: {value: 0.6, unit: 'share', source: 'of the machine; a fork and its copied pages need the rest'},
	},
	appliesTo: facts => facts.number('server', 'arch_bits') !== 32,
	needs: {limit: infoNumber('memory', 'maxmemory'), resident: infoNumber('memory', 'used_memory_rss')},
	evaluate({limit, resident}, facts, limits) {
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
				'When the machine runs out of memory, the kernel kills a process, most likely this one. With a limit the server would refuse writes instead.',
			next: [
				redisCli(facts, `CONFIG SET maxmemory ${Math.floor(((machine?.bytes ?? resident * 2) * 0.6) / 1024 ** 2)}mb`),
				hint('choose maxmemory-policy first: noeviction refuses writes at the limit, allkeys-lru evicts keys'),
			],
			action: 'set-maxmemory',
		} as const;
		return machine !== undefined && share > limits.warning
			? fires('warning', {
					problem: 'has no maxmemory',
					detail: share > 1 ? `uses all of ${machine.name}` : `uses ${percent(share)} of ${machine.name}`,
					...rest,
				})
			: advises(facts, {
					problem: 'has no maxmemory',
					...rest,
					adviceCost: 'At a limit, writes are refused or keys are evicted. The limit has to be watched.',
				});
	},
});

export const memPolicyNoop = rule({
	id: 'mem.policy_noop',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes which share of the keys has a TTL (`expires` of INFO keyspace), where `maxmemory_policy` is `volatile-…` and memory is near its limit.',
		since: '3.2',
		falsePositives: [
			'A server far below its limit evicts nothing. The rule waits for the first threshold of `mem.max`.',
		],
	},
	thresholds: {
		share: {value: 0.1, unit: 'share', source: 'of the keys have a TTL; only these can be evicted'},
	},
	needs: {policy: infoText('memory', 'maxmemory_policy'), limit: infoNumber('memory', 'maxmemory')},
	evaluate({policy}, facts, limits) {
		const share = limitShare(facts) ?? 0;
		const {keys, expiring} = facts.sample === undefined ? {keys: 0, expiring: 0} : keyTotals(facts.sample.info);
		const isNoop =
			policy.startsWith('volatile-') &&
			keys > 0 &&
			expiring / keys < limits.share &&
			share >= facts.limitsOf(memMax).warning;
		if (!isNoop) {
			return clear;
		}

		// Where keys have a TTL, most writes may be those of another client than the one whose keys stay.
		const writer = expiring === 0 ? topWriter(facts) : undefined;
		const isKnown = writer?.culprit.client !== undefined;
		return fires('warning', {
			...(expiring === 0
				? {
						problem: 'can evict nothing',
						reason: isKnown
							? message`no key has a TTL (${policy}), ${writer.text}`
							: `no key has a TTL, and policy ${policy} evicts no other keys`,
					}
				: {
						problem: `can evict only ${percent(expiring / keys)} of its keys`,
						reason: `policy ${policy} evicts only keys with a TTL`,
					}),
			culprit: writer?.culprit,
			evidence: [
				{name: 'keys', value: keys, unit: 'count'},
				{name: 'expires', value: expiring, unit: 'count'},
				...infoEvidence(
					facts,
					['memory', 'maxmemory_policy'],
					['memory', 'used_memory', 'bytes'],
					['memory', 'maxmemory', 'bytes'],
				),
				...(writer?.evidence ?? []),
			],
			meaning: `Policy ${policy} evicts only keys with a TTL. Once all of them are evicted, writes are refused as with noeviction.`,
			next: [
				...(writer?.next ?? []),
				hint('give keys a TTL, or choose an allkeys policy if every key may be evicted'),
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
		looksAt: 'The rule checks whether `arch_bits` is 32. Such a build can address 4 GB, whatever the machine has.',
		since: '2.4',
		falsePositives: [],
	},
	needs: {bits: infoNumber('server', 'arch_bits')},
	evaluate: ({bits}, facts) =>
		bits === 32
			? fires('warning', {
					problem: 'can use at most 4 GB of memory',
					reason: 'it is a 32-bit build',
					evidence: infoEvidence(
						facts,
						['server', 'arch_bits'],
						['memory', 'used_memory', 'bytes'],
						['memory', 'maxmemory', 'bytes'],
					),
					meaning: 'Without maxmemory such a build sets 3 GB and noeviction for itself, and refuses writes there.',
					next: [hint('install a 64-bit build')],
				})
			: clear,
});

export const memoryLimitRules = [memMax, memExceeded, memUnset, memPolicyNoop, mem32bit] as const;
