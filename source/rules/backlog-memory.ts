import type {Evidence, NextStep} from '../domain/finding.js';
import {bytes, percent} from '../text/units.js';
import {memoryUnlikeOthers} from './memory-peers.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Least share of maxmemory in the replication backlog from which it, and not the data, counts as what fills the memory. */
const muchOfLimit = 0.25;

/** Share of maxmemory outside the backlog from which the data fill a shard whose cluster has room elsewhere. */
const muchData = 0.5;

/** Share of maxmemory that the printed command leaves to the backlog. */
const advisedShare = 0.05;

const mebibyte = 1024 * 1024;

/** A replication backlog that fills the memory of a server. */
export type BacklogMemory = {
	/** `the replication backlog takes 55.0M, 55% of maxmemory`. */
	readonly reason: string;
	readonly evidence: readonly Evidence[];
	readonly next: readonly NextStep[];
};

/**
The replication backlog, if it takes much of maxmemory. Up to `repl-backlog-size` it counts towards the limit. Undefined if
it takes little, without a limit, and on servers before 5.0. Undefined, too, for a shard that has more data than the others:
a smaller backlog would be full again soon. Source: freeMemoryGetNotCountedMemory in Redis' evict.c.
*/
export function backlogMemory(facts: NodeFacts): BacklogMemory | undefined {
	const size = facts.number('memory', 'mem_replication_backlog') ?? 0;
	const limit = facts.number('memory', 'maxmemory') ?? 0;
	if (limit === 0 || size < muchOfLimit * limit) {
		return undefined;
	}

	const used = facts.number('memory', 'used_memory') ?? 0;
	if (used - size >= muchData * limit && memoryUnlikeOthers(facts) !== undefined) {
		return undefined;
	}

	const advised = Math.max(1, Math.round((limit * advisedShare) / mebibyte));
	return {
		reason: `the replication backlog takes ${bytes(size)}, ${percent(size / limit)} of maxmemory`,
		evidence: [{name: 'mem_replication_backlog', value: size, unit: 'bytes'}],
		next: [
			redisCli(facts, `CONFIG SET repl-backlog-size ${advised}mb`),
			hint('a smaller backlog covers shorter interruptions of a replica: see panel 3 for the time it covers'),
			hint('or raise maxmemory by the size of the backlog, if the machine has room'),
		],
	};
}
