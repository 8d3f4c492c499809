import type {InfoReply} from '../../../domain/info-reply.js';
import {limitsOf} from '../../../domain/thresholds/thresholds.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {Tone} from '../../../text/line.js';
import {bytes, percent} from '../../../text/units.js';
import {fieldText} from '../changes.js';

/** What bounds a node's memory, and how much of it is taken. */
export type MemoryLimit = {
	/** `system` is all of the machine's RAM: in a container it may be far more than this server can get. */
	readonly source: 'maxmemory' | 'system';
	readonly limitBytes: number;
	/** Counted against it: without what eviction leaves out for maxmemory, the resident set for RAM. */
	readonly countedBytes: number | undefined;
	/** 1 is full; more is possible, scripts overshoot. */
	readonly ratio: number | undefined;
};

/** `maxmemory` where it is set, else the machine's RAM; undefined where the server names neither. Sources: signals mem.max, mem.system. */
export function memoryLimit({sample, config}: NodeRecord): MemoryLimit | undefined {
	if (sample === undefined) {
		return undefined;
	}

	const field = (name: string) => sample.info.number('memory', name);
	const used = field('used_memory');
	const configured = Number(config?.value.get('maxmemory') ?? Number.NaN);
	const maxmemory = field('maxmemory') ?? (Number.isFinite(configured) ? configured : undefined);
	if (maxmemory !== undefined && maxmemory > 0) {
		const counted = used === undefined ? undefined : used - (field('mem_not_counted_for_evict') ?? 0);
		return limitOf('maxmemory', maxmemory, counted);
	}

	const system = field('total_system_memory');
	return system === undefined || system <= 0 ? undefined : limitOf('system', system, field('used_memory_rss') ?? used);
}

const limitOf = (source: MemoryLimit['source'], limitBytes: number, countedBytes: number | undefined): MemoryLimit => ({
	source,
	limitBytes,
	countedBytes,
	ratio: countedBytes === undefined ? undefined : countedBytes / limitBytes,
});

/** The limit's name on the screen. */
export const limitName = (limit: MemoryLimit | undefined): string => {
	switch (limit?.source) {
		case undefined:
			return 'no limit known';
		case 'maxmemory':
			return 'maxmemory';
		case 'system':
			return 'RAM';
	}
};

/**
How full the node is, `91% !!`. An `allkeys-*` cache is meant to stand at its limit, and a replica ignores it: no mark for them.
*/
export function fullness(node: NodeRecord): {readonly text: string; readonly tone: Tone} {
	const limit = memoryLimit(node);
	const ratio = limit?.ratio;
	const isCache = limit?.source === 'maxmemory' && (maxmemoryPolicy(node)?.startsWith('allkeys') ?? false);
	const nearlyFull = limitsOf('mem.max', node.thresholds);
	const isJudged = ratio !== undefined && !isCache && node.role !== 'replica';
	if (isJudged && ratio >= nearlyFull.critical) {
		return {text: `${percent(ratio)} !!`, tone: 'critical'};
	}

	if (isJudged && ratio >= nearlyFull.warning) {
		return {text: `${percent(ratio)} !`, tone: 'warning'};
	}

	return {text: percent(ratio), tone: 'plain'};
}

export const maxmemoryPolicy = ({sample, config}: NodeRecord): string | undefined =>
	sample?.info.text('memory', 'maxmemory_policy') ?? config?.value.get('maxmemory-policy');

/** Bytes that the server computed by subtraction may have gone below zero and come as 2^64 − n: then they are not known. */
export function plausibleBytes(info: InfoReply, name: string): number | undefined {
	const value = info.number('memory', name);
	return value === undefined || value > 2 ** 60 ? undefined : value;
}

/** Below this used memory a ratio of fragmentation says nothing: MEMORY DOCTOR's own 5 MB (object.c). */
const smallestForRatio = 5 * 1024 * 1024;

/** Whether the ratios mean anything yet. */
export const isTooSmallForRatios = (info: InfoReply): boolean =>
	(info.number('memory', 'used_memory') ?? 0) < smallestForRatio;

/** A ratio with two digits: `1.08`. */
export const ratioText = (ratio: number | undefined): string => (ratio === undefined ? '-' : ratio.toFixed(2));

/** `1.04 (58.6K)`: an allocator ratio and the bytes behind it. */
export function ratioAndBytes(node: NodeRecord, ratioField: string, bytesField: string): string {
	const ratio = node.sample?.info.number('memory', ratioField);
	return ratio === undefined ? '-' : `${ratioText(ratio)}  ${fieldText(node, 'memory', bytesField, bytes)}`;
}
