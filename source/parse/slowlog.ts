import type {RawReply} from '../domain/reply.js';
import type {LargeEntry, LargeLog, SlowlogEntry} from '../domain/slowlog.js';
import {isArray, numberOf, textOf} from './reply-values.js';

/**
SLOWLOG GET, newest first as the server sends it. An entry has 4 elements before Redis 4.0, 6 since (client address and
name) and 7 in Redis 8.10 (the full argument count). Some services put a field before the arguments, which are the first
array. An entry without id, time, duration or arguments is left out.
*/
export function parseSlowlog(reply: RawReply): SlowlogEntry[] {
	return entriesIn(reply).map(({amount, ...entry}) => ({...entry, durationMicroseconds: amount}));
}

/** COMMANDLOG GET of one of its logs of sizes: the same entries, with bytes in the place of microseconds. Valkey ≥ 8.1. */
export function parseLargeLog(reply: RawReply, log: LargeLog): LargeEntry[] {
	return entriesIn(reply).map(({amount, ...entry}) => ({...entry, log, bytes: amount}));
}

type Entry = Omit<SlowlogEntry, 'durationMicroseconds'> & {readonly amount: number};

const entriesIn = (reply: RawReply): Entry[] => (isArray(reply) ? reply.flatMap(entry => parseEntry(entry) ?? []) : []);

function parseEntry(reply: RawReply): Entry | undefined {
	if (!isArray(reply)) {
		return undefined;
	}

	const [rawId, rawSeconds, rawAmount, ...rest] = reply;
	const [rawArguments, rawAddress, rawName] = rest.slice(Math.max(0, rest.findIndex(isArray)));
	const id = numberOf(rawId);
	const atSeconds = numberOf(rawSeconds);
	const amount = numberOf(rawAmount);
	if (id === undefined || atSeconds === undefined || amount === undefined || !isArray(rawArguments)) {
		return undefined;
	}

	return {
		id,
		atMs: atSeconds * 1000,
		amount,
		arguments: rawArguments.map(argument => textOf(argument) ?? ''),
		clientAddress: textOf(rawAddress),
		clientName: textOf(rawName),
	};
}
