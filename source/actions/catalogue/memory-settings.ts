import type {Check, LabelledValue} from '../../domain/action.js';
import type {InfoReply} from '../../domain/info-reply.js';
import {keyCount} from '../../domain/metric.js';
import {bytes} from '../../text/units.js';
import {fine, veto, warning, when} from './build-row.js';
import {counted, expiringKeyCount} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';

/** The eviction policies that every version has. Redis 8.6 has more policies, which the form does not offer. */
export const policies = [
	'noeviction',
	'allkeys-lru',
	'allkeys-lfu',
	'allkeys-random',
	'volatile-lru',
	'volatile-lfu',
	'volatile-random',
	'volatile-ttl',
];

const field = (info: InfoReply, name: string): number => info.number('memory', name) ?? 0;

/**
Bytes that the server compares with `maxmemory`: used memory without the output buffers of replicas and without the AOF
buffer.
*/
const countedBytes = (info: InfoReply): number =>
	Math.max(0, field(info, 'used_memory') - field(info, 'mem_not_counted_for_evict'));

/** Bytes that eviction cannot free: client buffers, hash tables, the program itself. */
const overheadBytes = (info: InfoReply): number =>
	Math.max(0, field(info, 'used_memory_overhead') - field(info, 'mem_not_counted_for_evict'));

export function memoryFacts({info}: ServerFacts): LabelledValue[] {
	return [
		[
			'memory',
			`${bytes(countedBytes(info))} counts, ${bytes(overheadBytes(info))} of it overhead; ${counted(keyCount(info), 'key')}, ${counted(expiringKeyCount(info), 'key')} with a TTL`,
		],
	];
}

/**
The estimated number of keys that eviction would remove to get below the limit, as if all keys had the same size. If the
overhead alone reaches the limit, the result is the number of all keys that the policy may evict.
*/
export function keysToEvict(limitBytes: number, policy: string, info: InfoReply): number {
	const candidates = policy.startsWith('volatile') ? expiringKeyCount(info) : (keyCount(info) ?? 0);
	const overBytes = countedBytes(info) - limitBytes;
	if (limitBytes === 0 || overBytes <= 0 || policy === 'noeviction') {
		return 0;
	}

	const dataBytes = Math.max(1, countedBytes(info) - overheadBytes(info));
	const all = keyCount(info) ?? 0;
	return overheadBytes(info) >= limitBytes
		? candidates
		: Math.min(candidates, Math.ceil((all * overBytes) / dataBytes));
}

function evictionChecks(limitBytes: number, policy: string, info: InfoReply): Check[] {
	const evicted = keysToEvict(limitBytes, policy, info);
	if (evicted === 0) {
		return [];
	}

	const isAll = overheadBytes(info) >= limitBytes;
	return [
		isAll
			? veto(
					`overhead alone (${bytes(overheadBytes(info))}) is over the limit of ${bytes(limitBytes)}: it evicts all ${counted(evicted, 'key')} and still refuses writes`,
					`lose ${counted(evicted, 'key')}`,
				)
			: veto(
					`${bytes(countedBytes(info))} counts, the limit is ${bytes(limitBytes)}: it evicts about ${counted(evicted, 'key')} at once`,
					`lose about ${counted(evicted, 'key')}`,
				),
	];
}

/** Returns the checks of a new value of `maxmemory`. `policy` is the present `maxmemory-policy`. */
export function memoryChecks(limitBytes: number, policy: string, {info}: ServerFacts): Check[] {
	const totalBytes = info.number('memory', 'total_system_memory');
	const isOver = limitBytes > 0 && countedBytes(info) > limitBytes;
	const isTooMuch = totalBytes !== undefined && limitBytes > 0.75 * totalBytes;
	const isRefusing = isOver && keysToEvict(limitBytes, policy, info) === 0;
	return [
		...evictionChecks(limitBytes, policy, info),
		...when(
			isRefusing,
			veto(`${bytes(countedBytes(info))} counts already: writes are refused at once (${policy})`, 'refuse writes'),
		),
		...when(limitBytes === 0, warning('without a limit the kernel’s out-of-memory killer is the limit')),
		...when(isTooMuch, warning(`more than 75 % of the machine's ${bytes(totalBytes)}: a fork may not fit`)),
		...when(!isOver && limitBytes > 0 && !isTooMuch, fine(`${bytes(countedBytes(info))} counts now: it fits`)),
	];
}

/** Returns the checks of a new value of `maxmemory-policy`. `limitBytes` is the present `maxmemory`. */
export function policyChecks(policy: string, limitBytes: number, {info}: ServerFacts): Check[] {
	const isEmptySet = policy.startsWith('volatile') && expiringKeyCount(info) === 0;
	return [
		...evictionChecks(limitBytes, policy, info),
		...when(limitBytes === 0, warning('there is no maxmemory: it has no effect yet')),
		...when(isEmptySet, warning('no key has a TTL: it can evict none, and writes are refused as before')),
		...when(
			limitBytes > 0 && countedBytes(info) <= limitBytes,
			fine(`${bytes(countedBytes(info))} of ${bytes(limitBytes)} counts: nothing is evicted now`),
		),
	];
}
