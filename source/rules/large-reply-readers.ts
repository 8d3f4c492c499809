import {sumOfRates} from '../derive/client-rates.js';
import type {ClientRow} from '../domain/client.js';
import type {Culprit} from '../domain/finding.js';
import {type Message, message} from '../domain/message.js';
import {namedClients, otherClients, type Senders, senderCulprit, sendersOf} from './client-names.js';
import {keyInSlowlog} from './linear-commands.js';
import type {NodeFacts} from './node-facts.js';
import {oneKeyCommands} from './one-key-commands.js';
import {isWaiting} from './waiting-replies.js';

/** Commands that return values. Source: https://redis.io/docs/latest/commands/ */
export const readingCommands: ReadonlySet<string> = new Set([
	...[
		'get',
		'mget',
		'getrange',
		'getex',
		'getdel',
		'hget',
		'hmget',
		'hgetall',
		'hvals',
		'hkeys',
		'lrange',
		'lpop',
		'rpop',
	],
	...[
		'smembers',
		'sinter',
		'sunion',
		'sdiff',
		'sort',
		'sort_ro',
		'zrange',
		'zrangebyscore',
		'zrevrange',
		'keys',
		'dump',
	],
	...['xrange', 'xrevrange', 'xread', 'xreadgroup', 'eval', 'evalsha', 'fcall', 'json.get', 'json.mget'],
]);

/** Mean duration of a call, in microseconds, from which copying the reply takes most of the time of the call. */
const copyingMicroseconds = 50;
/** The least share of all commands' time that a command with large replies takes. */
const mostTime = 0.5;

/** Size of the reply buffer of a connection whose replies fill it, in bytes: PROTO_REPLY_CHUNK_BYTES of the server. */
const fullBufferBytes = 16_384;
/** Youngest connection, in seconds, whose reply buffer shows its replies. Each connection begins with a full buffer. */
const settledSeconds = 7;
/** Share of the bytes that all clients get from which the connections of one name get nearly all. */
const nearlyAll = 0.8;

/** Messages of subscribers (P) and of MONITOR (O) are no replies. */
const getsReplies = ({flags}: ClientRow): boolean => !/[OP]/.test(flags);

/** What the names of one program's connections have in common: `report` of `report-1` and `report-2`. */
const familyOf = (name: string): string => name.replace(/[-_.:#]?\d+$/, '') || name;

/** Average size, in bytes, of the replies of a connection since it connected, from which it gets large ones. */
const largeReplyBytes = 65_536;

/** Longest idle time, in seconds, of a connection that may be getting replies now. */
const activeSeconds = 10;

/** The connections whose replies were large on average since they connected, where the server counts them. */
const readersByTotals = (clients: readonly ClientRow[]): readonly ClientRow[] =>
	clients.filter(
		({totals, idleSeconds}) =>
			totals !== undefined && idleSeconds <= activeSeconds && totals.outBytes > largeReplyBytes * totals.commands,
	);

/** The clients that may get the large replies, by what the server counts or by their reply buffers; undefined if neither tells. */
function largeReaders(clients: readonly ClientRow[]): readonly ClientRow[] | undefined {
	const all = sumOfRates(clients)?.outBytes ?? 0;
	const main = [...Map.groupBy(clients, ({name}) => familyOf(name)).values()].find(
		group => (sumOfRates(group)?.outBytes ?? 0) >= nearlyAll * all,
	);
	if (all > 0 && main !== undefined) {
		return main.filter(({perSecond}) => (perSecond?.outBytes ?? 0) > 0);
	}

	const counted = readersByTotals(clients);
	if (all > 0 || counted.length > 0) {
		return counted;
	}

	const isKnown = clients.some(({replyBufferBytes}) => replyBufferBytes !== undefined);
	// A full link takes seconds for a reply. The reply buffers shrink meanwhile, and the rest of the reply is in a list.
	return isKnown
		? clients.filter(client => (client.replyBufferBytes ?? 0) >= fullBufferBytes || isWaiting(client))
		: undefined;
}

/** Fewest entries of the slow log for one key. One entry may be of any of several large keys. */
const fewestOfKey = 2;

/** New connections a second from which the reader may have ended before the list was read. */
const manyNew = 2;

/**
The one client name that gets the large replies, with the command of its connections. Small replies of other clients
may have the same command, so that the command alone does not tell. Undefined if several may get them, if a connection
is so young that its buffer tells nothing, and while clients come and go.
*/
function onlyReader(
	facts: NodeFacts,
): {readonly senders: Senders; readonly command: string; readonly clients: Message} | undefined {
	const clients = otherClients(facts).filter(getsReplies);
	const readers = (largeReaders(clients) ?? []).toSorted(
		(one, other) => (other.outputBufferBytes ?? 0) - (one.outputBufferBytes ?? 0),
	);
	const isOld = ({ageSeconds}: ClientRow): boolean => ageSeconds >= settledSeconds;
	const isSettled =
		readers.some(reader => isOld(reader) || reader.totals !== undefined || isWaiting(reader)) ||
		// The small buffers of all others show that none of them gets large replies.
		(readers.length < clients.length && clients.every(client => isOld(client) || readers.includes(client)));
	const areProven = readers.length > 0 && readers.every(reader => reader.totals !== undefined || isWaiting(reader));
	if (!areProven && (facts.perSecond('stats', 'total_connections_received') ?? 0) >= manyNew) {
		return undefined;
	}

	const [first, ...others] = namedClients(readers);
	const families = new Set(readers.map(({name, address}) => familyOf(name === '' ? address : name)));
	const isOne = others.length === 0 || (families.size === 1 && readers.every(({name}) => name !== ''));
	const [command, ...more] = new Set(readers.map(each => each.command.toLowerCase()));
	if (first === undefined || command === undefined || !isSettled || !isOne || more.length > 0) {
		return undefined;
	}

	const names: Message =
		others.length === 0 ? message`${first.name}` : message`${first.name} and ${others.length} more`;
	return {command, senders: {clients: readers, only: first.name, text: message` from ${names}`}, clients: names};
}

/**
The senders of a command if they have one name. Of several, those named first may ask for small values alone. So does a
client without a full reply buffer.
*/
function onlySendersOf(facts: NodeFacts, command: string): Senders | undefined {
	const senders = sendersOf(facts, command);
	const mayGetLarge = senders?.clients.some(
		({replyBufferBytes = fullBufferBytes}) => replyBufferBytes >= fullBufferBytes,
	);
	return senders?.only === undefined || mayGetLarge !== true ? undefined : senders;
}

/**
The reading command that takes most of the time. Copying a large reply takes far longer than looking up a key. So this
command sends large replies. Undefined if no reading command takes most of the time.
*/
export const longestReader = ({record}: NodeFacts): string | undefined =>
	record.commands.find(
		({command, callsPerSecond = 0, timeShare = 0, meanMicroseconds = 0}) =>
			readingCommands.has(command) &&
			callsPerSecond > 0 &&
			timeShare > mostTime &&
			meanMicroseconds >= copyingMicroseconds,
	)?.command;

/** The command with most of the large replies. */
export type BigReader = {
	readonly text: Message;
	readonly culprit: Culprit;
	/** Its clients, as `report-1 and 5 more`; undefined if they are not known. */
	readonly clients: Message | undefined;
};

/**
The command with most of the large replies, and its senders. A client that alone has full reply buffers gets them,
whatever the time of its command. Undefined if neither the buffers nor the time tells.
*/
export function bigReader(facts: NodeFacts): BigReader | undefined {
	const reader = onlyReader(facts);
	const name = reader !== undefined && readingCommands.has(reader.command) ? reader.command : longestReader(facts);
	if (name === undefined) {
		return undefined;
	}

	const command = name.toUpperCase();
	const senders = reader?.command === name ? reader.senders : onlySendersOf(facts, name);
	const key = oneKeyCommands.has(name) ? keyInSlowlog(facts, name, fewestOfKey) : undefined;
	return {
		text: message`${key === undefined ? command : message`${command} ${key}`}${senders?.text ?? ''}`,
		culprit: {...senderCulprit(command, senders), ...(key === undefined ? {} : {key})},
		clients: reader?.command === name ? reader.clients : senders?.only && message`${senders.only}`,
	};
}
