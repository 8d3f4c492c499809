import type {InfoReply} from '../domain/info-reply.js';
import type {Version} from '../wire/read-commands.js';

export const isAtLeast = (version: Version | undefined, major: number, minor: number): boolean =>
	version !== undefined && (version[0] > major || (version[0] === major && version[1] >= minor));

/** `7.2.4` → [7, 2]; undefined for anything else. Valkey reports the Redis version it is compatible with: what we need. */
export function speaksVersion(info: InfoReply): Version | undefined {
	const match = /^(\d+)\.(\d+)/.exec(info.text('server', 'redis_version') ?? '');
	return match ? [Number(match[1]), Number(match[2])] : undefined;
}
