import type {InfoReply} from '../domain/info-reply.js';

/**
Size of the buffers for replicas, in bytes. Since Redis 7.0, it is the whole size of the one buffer that replicas and
backlog share. Before 7.0, it is the sum of the replicas' own output buffers. Source: `getMemoryOverheadData` in Redis'
object.c.
*/
export const replicaBufferBytes = (info: InfoReply): number | undefined =>
	info.number('memory', 'mem_total_replication_buffers') ?? info.number('memory', 'mem_clients_slaves');

/**
Bytes that wait for slow replicas: the size of the replica buffers beyond the size of the backlog. Before Redis 7.0, it
is the size of the replicas' own output buffers. Undefined when INFO lacks the sizes.
*/
export function replicaBufferExcess(info: InfoReply): number | undefined {
	const total = info.number('memory', 'mem_total_replication_buffers');
	const backlog = info.number('replication', 'repl_backlog_size');
	return total === undefined || backlog === undefined
		? info.number('memory', 'mem_clients_slaves')
		: Math.max(0, total - backlog);
}
