import type {RawReply} from '../domain/reply.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {isArray, numberOf, textOf} from './reply-values.js';

/**
SLOWLOG GET, newest first as the server sends it. An entry has 4 elements before Redis 4.0, 6 since (client address and
name) and 7 in Redis 8.10 (the full argument count); one without id, time, duration or arguments is left out.
*/
export function parseSlowlog(reply: RawReply): SlowlogEntry[] {
	return isArray(reply) ? reply.flatMap(entry => parseEntry(entry) ?? []) : [];
}

function parseEntry(reply: RawReply): SlowlogEntry | undefined {
	if (!isArray(reply)) {
		return undefined;
	}

	const [rawId, rawSeconds, rawDuration, rawArguments, rawAddress, rawName] = reply;
	const id = numberOf(rawId);
	const atSeconds = numberOf(rawSeconds);
	const durationMicroseconds = numberOf(rawDuration);
	if (id === undefined || atSeconds === undefined || durationMicroseconds === undefined || !isArray(rawArguments)) {
		return undefined;
	}

	return {
		id,
		atMs: atSeconds * 1000,
		durationMicroseconds,
		arguments: rawArguments.map(argument => textOf(argument) ?? ''),
		clientAddress: textOf(rawAddress),
		clientName: textOf(rawName),
	};
}
