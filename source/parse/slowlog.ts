import type {RawReply} from '../domain/reply.js';
import type {LargeEntry, LargeLog, SlowlogEntry} from '../domain/slowlog.js';
import {isArray, numberOf, textOf} from './reply-values.js';

/**
Parses the reply of SLOWLOG GET, newest entry first as the server sends it. An entry has 4 elements before Redis 4.0.
Since then it has 6, with the client's address and name. Redis 8.10 adds a seventh, the full argument count. Some
services put another field before the arguments, so the first array in an entry is taken as the arguments. An entry
without id, time, duration or arguments is left out.
*/
export function parseSlowlog(reply: RawReply): SlowlogEntry[] {
	return entriesIn(reply).map(({amount, ...entry}) => ({...entry, durationMicroseconds: amount}));
}

/**
Parses the reply of COMMANDLOG GET for large requests or large replies (Valkey 8.1 and later). An entry has the format
of SLOWLOG, with bytes in place of microseconds.
*/
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
	const [rawArguments, rawAddress, rawName, rawCount] = rest.slice(Math.max(0, rest.findIndex(isArray)));
	const argumentCount = numberOf(rawCount);
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
		...(argumentCount === undefined ? {} : {argumentCount}),
	};
}
