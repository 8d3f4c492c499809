import type {InfoReply} from '../domain/info-reply.js';
import type {Version} from '../wire/read-commands.js';

export const isAtLeast = (version: Version | undefined, major: number, minor: number): boolean =>
	version !== undefined && (version[0] > major || (version[0] === major && version[1] >= minor));

function versionIn(text: string | undefined): Version | undefined {
	const match = /^(\d+)\.(\d+)/.exec(text ?? '');
	return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/**
The Redis version as numbers: `7.2.4` is [7, 2]. Undefined when INFO has no such version. Valkey reports the Redis
version that it is compatible with. That version tells which commands Valkey has.
*/
export const redisVersion = (info: InfoReply): Version | undefined => versionIn(info.text('server', 'redis_version'));

/** Valkey's own version as numbers; undefined for any other server. */
export const valkeyVersion = (info: InfoReply): Version | undefined => versionIn(info.text('server', 'valkey_version'));
