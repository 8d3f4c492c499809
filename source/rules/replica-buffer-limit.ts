/** The default hard limit in bytes: `client-output-buffer-limit replica 256mb 64mb 60`. Source: redis.conf. */
const defaultBytes = 256 * 1024 * 1024;

/**
The hard limit of a replica's output buffer, in bytes; 0 means no limit.

@param setting `client-output-buffer-limit`: `normal 0 0 0 slave 268435456 67108864 60 pubsub …`. Undefined: the
default.
*/
export function replicaBufferLimit(setting: string | undefined): number {
	const limit = /(?:^| )(?:slave|replica) (\d+)/.exec(setting ?? '')?.[1];
	return limit === undefined ? defaultBytes : Number(limit);
}
