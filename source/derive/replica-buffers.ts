import type {InfoReply} from '../domain/info-reply.js';

/**
What the buffers for replicas hold, bytes. Since Redis 7.0 the replicas and the backlog share one buffer, and this is all of
it; before, the sum of the replicas' own buffers. Source: `getMemoryOverheadData` in Redis' object.c.
*/
export const replicaBufferBytes = (info: InfoReply): number | undefined =>
	info.number('memory', 'mem_total_replication_buffers') ?? info.number('memory', 'mem_clients_slaves');

/** The part of it that the backlog alone would not need: data that waits for slow replicas. */
export function replicaBufferExcess(info: InfoReply): number | undefined {
	const total = info.number('memory', 'mem_total_replication_buffers');
	const backlog = info.number('replication', 'repl_backlog_size');
	return total === undefined || backlog === undefined
		? info.number('memory', 'mem_clients_slaves')
		: Math.max(0, total - backlog);
}
