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

/**
Whether the output buffer of a replica may grow without end: neither a hard nor a soft limit is set. Source: networking.c,
`checkClientOutputBufferLimits`.

@param setting `client-output-buffer-limit`. Undefined: not known, so the default counts, which is a limit.
*/
export const hasNoReplicaBufferLimit = (setting: string | undefined): boolean =>
	/(?:^| )(?:slave|replica) 0 0 /.test(setting ?? '');

/** The value that sets the default limit again. */
export const defaultReplicaLimit = 'CONFIG SET client-output-buffer-limit "replica 256mb 64mb 60"';
