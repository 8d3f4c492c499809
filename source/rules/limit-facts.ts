import {sizeInBytes} from '../parse/memory-size.js';
import {bytes, utcClock} from '../text/units.js';
import type {NodeFacts} from './node-facts.js';

/**
Used memory as a share of maxmemory, 0 to more than 1; undefined without a limit. Source: getMaxmemoryState in Redis'
evict.c.
*/
export function limitShare(facts: NodeFacts): number | undefined {
	const used = facts.number('memory', 'used_memory');
	const limit = facts.number('memory', 'maxmemory');
	if (used === undefined || limit === undefined || limit === 0) {
		return undefined;
	}

	return Math.max(0, used - (facts.number('memory', 'mem_not_counted_for_evict') ?? 0)) / limit;
}

/**
The bytes that the server can use at most, whatever maxmemory is: the limit of its control group, or else the machine's
memory. `total_system_memory` is the machine's memory, even in a container.
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

/** The reason text for a lowered maxmemory, and the fact that shows the change. */
export type LoweredLimit = {readonly reason: string; readonly detail: string};

/**
The reason text if maxmemory was lowered. A reading of the last ten minutes, the server's config file or its log may
show the change. Undefined if none of the three shows it. Used memory far above maxmemory is no proof, because a running
script may go on writing above it.
*/
export function loweredLimit(facts: NodeFacts): LoweredLimit | undefined {
	const limit = facts.number('memory', 'maxmemory') ?? 0;
	if (limit === 0) {
		return undefined;
	}

	const reason = `maxmemory lowered to ${bytes(limit)}`;
	const sizeOf = (value: number) => (value === 0 ? 'no limit' : bytes(value));
	const values = facts.past(['memory', 'maxmemory'], tracksMs).map(({value}) => value);
	const before = values.findLast(value => value === 0 || value > limit);
	if (before !== undefined) {
		return {reason, detail: `${sizeOf(before)} before`};
	}

	const host = facts.record.host?.value;
	const written = host?.kind === 'here' ? host.configFile?.settings.get('maxmemory') : undefined;
	const inFile = written === undefined ? undefined : Number(sizeInBytes(written));
	if (inFile !== undefined && (inFile === 0 || inFile > limit)) {
		return {reason, detail: `${sizeOf(inFile)} in its config file`};
	}

	const remark = host?.kind === 'here' ? host.log?.remarks.find(({id}) => id === 'maxmemory-below') : undefined;
	const startedAtMs = facts.nowMs - (facts.number('server', 'uptime_in_seconds') ?? 0) * 1000;
	return remark?.atMs !== undefined && remark.atMs >= startedAtMs && (limitShare(facts) ?? 0) > 1
		? {reason, detail: `by CONFIG SET at ${utcClock(remark.atMs)}`}
		: undefined;
}

/** Length of the time, in milliseconds, whose readings of maxmemory are compared with its present value. */
const tracksMs = 600_000;
