import type {NodeFacts} from './node-facts.js';

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
