import type {InfoReply} from '../domain/info-reply.js';
import type {Version} from '../wire/read-commands.js';

export const isAtLeast = (version: Version | undefined, major: number, minor: number): boolean =>
	version !== undefined && (version[0] > major || (version[0] === major && version[1] >= minor));

function versionIn(text: string | undefined): Version | undefined {
	const match = /^(\d+)\.(\d+)/.exec(text ?? '');
	return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/**
`7.2.4` → [7, 2]; undefined for anything else. Valkey reports the Redis version that it is compatible with, which is what
its commands depend on.
*/
export const redisVersion = (info: InfoReply): Version | undefined => versionIn(info.text('server', 'redis_version'));

/** Valkey's own; undefined for any other server. */
export const valkeyVersion = (info: InfoReply): Version | undefined => versionIn(info.text('server', 'valkey_version'));
