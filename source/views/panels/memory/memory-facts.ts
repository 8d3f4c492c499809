import {isFullBad} from '../../../derive/outage-figures.js';
import type {InfoReply} from '../../../domain/info-reply.js';
import {limitsOf} from '../../../domain/threshold.js';
import {memMax} from '../../../rules/memory-limit.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {Tone} from '../../../text/line.js';
import {bytes, percent} from '../../../text/units.js';
import {fieldText} from '../changes.js';

/** The limit of a node's memory, and how much of it is used. */
export type MemoryLimit = {
	/** Where the limit comes from. `system` is the machine's whole RAM, or the limit of the container if that is lower. */
	readonly source: 'maxmemory' | 'system';
	/** The name of the limit: `maxmemory`, `RAM` or `container`. */
	readonly name: string;
	readonly limitBytes: number;
	/**
	The bytes that count towards the limit. For `maxmemory`: used memory without the buffers that eviction does not
	count. For `system`: the resident set.
	*/
	readonly countedBytes: number | undefined;
	/** `countedBytes` divided by the limit: 1 is full. It can be above 1, because a script may exceed maxmemory. */
	readonly ratio: number | undefined;
};

/**
The limit of a node's memory: `maxmemory` where it is set, else the limit of its container or the machine's RAM.
Undefined when none is known. Redis compares `used_memory` − `mem_not_counted_for_evict` with maxmemory (`getMaxmemoryState` in evict.c).
*/
export function memoryLimit({sample, config, host}: NodeRecord): MemoryLimit | undefined {
	if (sample === undefined) {
		return undefined;
	}

	const field = (name: string) => sample.info.number('memory', name);
	const used = field('used_memory');
	const configured = Number(config?.value.get('maxmemory') ?? Number.NaN);
	const maxmemory = field('maxmemory') ?? (Number.isFinite(configured) ? configured : undefined);
	if (maxmemory !== undefined && maxmemory > 0) {
		const counted = used === undefined ? undefined : used - (field('mem_not_counted_for_evict') ?? 0);
		return limitOf('maxmemory', 'maxmemory', maxmemory, counted);
	}

	const system = field('total_system_memory');
	const group = host?.value.kind === 'here' ? host.value.cgroup?.limitBytes : undefined;
	const isGroup = group !== undefined && group > 0 && (!system || group < system);
	const limit = isGroup ? group : system;
	return limit === undefined || limit <= 0
		? undefined
		: limitOf('system', isGroup ? 'container' : 'RAM', limit, field('used_memory_rss') ?? used);
}

const limitOf = (
	source: MemoryLimit['source'],
	name: string,
	limitBytes: number,
	countedBytes: number | undefined,
): MemoryLimit => ({
	source,
	name,
	limitBytes,
	countedBytes,
	ratio: countedBytes === undefined ? undefined : countedBytes / limitBytes,
});

/** The name of the memory limit on the screen: `maxmemory`, `RAM`, `container` or `no limit known`. */
export const limitName = (limit: MemoryLimit | undefined): string => limit?.name ?? 'no limit known';

/**
How full a node is, such as `91% !!`, and its tone. Two kinds of nodes get no mark. An `allkeys-*` cache is full by
design. A replica does not evict by itself (`replica-ignore-maxmemory`).
*/
export function fullness(node: NodeRecord): {readonly text: string; readonly tone: Tone} {
	const limit = memoryLimit(node);
	const ratio = limit?.ratio;
	const nearlyFull = limitsOf(memMax, node.thresholds);
	const isMarked = ratio !== undefined && (limit?.source === 'system' ? node.role !== 'replica' : isFullBad(node));
	if (isMarked && ratio >= nearlyFull.critical) {
		return {text: `${percent(ratio)} !!`, tone: 'critical'};
	}

	if (isMarked && ratio >= nearlyFull.warning) {
		return {text: `${percent(ratio)} !`, tone: 'warning'};
	}

	return {text: percent(ratio), tone: 'plain'};
}

export const maxmemoryPolicy = ({sample, config}: NodeRecord): string | undefined =>
	sample?.info.text('memory', 'maxmemory_policy') ?? config?.value.get('maxmemory-policy');

/**
Used memory below which fragmentation ratios mean nothing, in bytes. It is the 5 MB of MEMORY DOCTOR in Redis' object.c.
*/
const smallestForRatio = 5 * 1024 * 1024;

/** Whether the server uses too little memory for meaningful fragmentation ratios. */
export const isTooSmallForRatios = (info: InfoReply): boolean =>
	(info.number('memory', 'used_memory') ?? 0) < smallestForRatio;

/** A ratio with two decimals, such as `1.08`; `-` for undefined. */
export const ratioText = (ratio: number | undefined): string => (ratio === undefined ? '-' : ratio.toFixed(2));

/** An allocator ratio and its bytes, read from two fields of INFO: `1.04  58.6K`. */
export function ratioAndBytes(node: NodeRecord, ratioField: string, bytesField: string): string {
	const ratio = node.sample?.info.number('memory', ratioField);
	return ratio === undefined ? '-' : `${ratioText(ratio)}  ${fieldText(node, 'memory', bytesField, bytes)}`;
}
