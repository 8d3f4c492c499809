import type {Check, LabelledValue} from '../../domain/action.js';
import type {InfoReply} from '../../domain/info-reply.js';
import {keyCount} from '../../domain/metric.js';
import {bytes} from '../../text/units.js';
import {fine, veto, warning, when} from './build-row.js';
import {counted, expiringKeyCount} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';

/** Known to every version; Redis 8.6 adds more, which the server may still take. */
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

/** What counts against the limit: not what is kept for replicas and the AOF. */
const countedBytes = (info: InfoReply): number =>
	Math.max(0, field(info, 'used_memory') - field(info, 'mem_not_counted_for_evict'));

/** What is no data and can't be dropped: buffers, tables, the program itself. */
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

/** Keys that have to go to get under the limit; all that may go when what can't be dropped is over it alone. */
export function keysToDrop(limitBytes: number, policy: string, info: InfoReply): number {
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

function dropChecks(limitBytes: number, policy: string, info: InfoReply): Check[] {
	const dropped = keysToDrop(limitBytes, policy, info);
	if (dropped === 0) {
		return [];
	}

	const isAll = overheadBytes(info) >= limitBytes;
	return [
		isAll
			? veto(
					`overhead alone (${bytes(overheadBytes(info))}) is over the limit of ${bytes(limitBytes)}: it drops all ${counted(dropped, 'key')} and still refuses writes`,
					`lose ${counted(dropped, 'key')}`,
				)
			: veto(
					`${bytes(countedBytes(info))} counts, the limit is ${bytes(limitBytes)}: it drops about ${counted(dropped, 'key')} at once`,
					`lose about ${counted(dropped, 'key')}`,
				),
	];
}

/** A new `maxmemory`. */
export function memoryChecks(limitBytes: number, policy: string, {info}: ServerFacts): Check[] {
	const totalBytes = info.number('memory', 'total_system_memory');
	const isOver = limitBytes > 0 && countedBytes(info) > limitBytes;
	const isTooMuch = totalBytes !== undefined && limitBytes > 0.75 * totalBytes;
	const isRefusing = isOver && keysToDrop(limitBytes, policy, info) === 0;
	return [
		...dropChecks(limitBytes, policy, info),
		...when(
			isRefusing,
			veto(`${bytes(countedBytes(info))} counts already: writes are refused at once (${policy})`, 'refuse writes'),
		),
		...when(limitBytes === 0, warning('without a limit the machine’s own out-of-memory killer is the limit')),
		...when(isTooMuch, warning(`more than 75 % of the machine's ${bytes(totalBytes)}: a fork may not fit`)),
		...when(!isOver && limitBytes > 0 && !isTooMuch, fine(`${bytes(countedBytes(info))} counts now: it fits`)),
	];
}

/** A new `maxmemory-policy` under the limit that there is. */
export function policyChecks(policy: string, limitBytes: number, {info}: ServerFacts): Check[] {
	const isEmptySet = policy.startsWith('volatile') && expiringKeyCount(info) === 0;
	return [
		...dropChecks(limitBytes, policy, info),
		...when(limitBytes === 0, warning('there is no maxmemory: it has no effect yet')),
		...when(isEmptySet, warning('no key has a TTL: it can drop none, writes are refused as before')),
		...when(
			limitBytes > 0 && countedBytes(info) <= limitBytes,
			fine(`${bytes(countedBytes(info))} of ${bytes(limitBytes)} counts: nothing is dropped now`),
		),
	];
}
