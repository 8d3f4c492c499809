/** The hard limit of replicas in `normal 0 0 0 slave 268435456 67108864 60 pubsub …`; 0 is none. */
export function replicaBufferLimit(setting: string | undefined): number {
	const limit = /(?:^| )(?:slave|replica) (\d+)/.exec(setting ?? '')?.[1];
	return limit === undefined ? defaultLimit : Number(limit);
}

/** Source: redis.conf, client-output-buffer-limit replica 256mb 64mb 60. */
const defaultLimit = 256 * 1024 * 1024;
