import type {Culprit, NextStep} from '../domain/finding.js';
import {type Message, message, type Name, nameOf} from '../domain/message.js';
import type {LargeEntry} from '../domain/slowlog.js';
import {bytes, bytesPerSecond, count, milliseconds} from '../text/units.js';
import {activeClients, namedClients, senderCulprit, sendersOf} from './client-names.js';
import {bigReader, longestReader, readingCommands} from './large-reply-readers.js';
import {increase} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {titleKeyOf} from './one-key-commands.js';
import {maySendMessages, publisherOf} from './published-messages.js';
import {oversizedRequests} from './query-buffer.js';
import {isRepeat} from './repeated-commands.js';
import {clear, fires, rule} from './rule.js';
import {stopReader, unevenTripsMs, waitFor, waitingReplies} from './waiting-replies.js';
import {topWriter, type Writer} from './writers.js';

/**
The entries of COMMANDLOG from the last minute, largest first, without redis-top's own commands. A replica's entries of
what its primary sent are left out: the primary has them with the client that sent them.
*/
export function recentLargeEntries(facts: NodeFacts): LargeEntry[] {
	const {record, nowMs} = facts;
	const sinceMs = (facts.number('server', 'server_time_usec') ?? nowMs * 1000) / 1000 - 60_000;
	return [...(record.largeReplies?.value.entries ?? []), ...(record.largeRequests?.value.entries ?? [])]
		.filter(entry => entry.atMs >= sinceMs && entry.clientName !== 'redis-top' && !isRepeat(facts, entry))
		.sort((one, other) => other.bytes - one.bytes);
}

const commandOf = ({arguments: [command = '-']}: LargeEntry): string => command.toUpperCase();

/** Commands that copy or move a key whole. A reshard or a copy of data runs them in a row, and ends by itself. */
const moves: ReadonlySet<string> = new Set(['DUMP', 'MIGRATE', 'RESTORE', 'RESTORE-ASKING']);

/** Idle time, in seconds, from which a connection no longer causes what clients feel: two checks of five seconds each. */
const idleSince = 10;

/** Whether the entry belongs to what goes on: no key is moved, and its client did not fall idle after it. */
function isOngoing({record}: NodeFacts, entry: LargeEntry): boolean {
	const sender = record.clients?.value.find(({address}) => address === entry.clientAddress);
	return !moves.has(commandOf(entry)) && (sender?.idleSeconds ?? 0) < idleSince;
}

/** Most entries that the evidence lists. */
const listedEntries = 5;

/** The largest entries. Those of one command and one size stand there once, with their number. */
const evidenceOf = (entries: readonly LargeEntry[]) =>
	[...Map.groupBy(entries, entry => `${entry.log} ${commandOf(entry)} ${entry.bytes}`).values()]
		.slice(0, listedEntries)
		.flatMap(([entry, ...others]) =>
			entry === undefined
				? []
				: [
						{
							name: `${entry.log.replace('-', ' ')} of ${commandOf(entry)}${others.length === 0 ? '' : `, ${count(others.length + 1)} of`}`,
							value: entry.bytes,
							unit: 'bytes' as const,
						},
					],
		);

/** A client's name; the address of a client without a name. */
const clientOf = ({clientName, clientAddress}: LargeEntry): string | undefined => clientName || clientAddress;

/** What all the entries have in common: their command, their key, and their client. */
type Common = {
	readonly command: string | undefined;
	readonly key: Name | undefined;
	readonly client: Name | undefined;
};

function commonOf(entries: readonly LargeEntry[]): Common {
	const only = (read: (entry: LargeEntry) => string | undefined): string | undefined => {
		const [first, ...others] = new Set(entries.map(read));
		return others.length === 0 ? first : undefined;
	};
	const [command, key, client] = [only(commandOf), only(each => titleKeyOf(each.arguments)?.name), only(clientOf)];
	return {
		command,
		key: key === undefined ? undefined : nameOf('key', key),
		client: client === undefined ? undefined : nameOf('client', client),
	};
}

/** The command and the key as text: `GET cfg:flags`; the largest entry's command where the entries have several. */
const callText = ({command, key}: Common, largest: LargeEntry): Message =>
	key === undefined ? (command ?? commandOf(largest)) : message`${command ?? commandOf(largest)} ${key}`;

/** The culprit by the entries. Entries of several clients with one command leave the client to CLIENT LIST. */
const culpritOf = ({command, key, client}: Common, largest: LargeEntry, reader: Culprit | undefined): Culprit => ({
	command: command ?? commandOf(largest),
	client: client ?? (command !== undefined && command === reader?.command ? reader.client : undefined),
	...(key === undefined ? {} : {key}),
});

const meaning = 'Large replies fill the network and the buffers of clients, and take the server long to write.';

export const netBigReply = rule({
	id: 'net.big_reply',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes the average size of replies: `total_net_output_bytes` per command of `total_commands_processed` and error of `total_error_replies` (since 6.2), as refused commands do not count as processed. It fires above 64 KB. So it does for requests (`total_net_input_bytes`). Valkey since 8.1 also logs single requests and replies of a megabyte in COMMANDLOG. Such entries are info, and a warning from ten a minute. They name the key and the client, if all of them have the same; elsewhere the slow log may name the key. Where replies wait for several clients that all read, the finding says so. The network is full if most of the last five PINGs are late as well while the main thread is free. It is critical from 100 ms on.',
		since: 'any',
		falsePositives: [
			'Before 7.0 the output includes the data sent to replicas. The average of a node with replicas does not count then.',
			'Keys that move come in large requests and replies (RESTORE, DUMP). They do not count, nor does what a client sent that is idle since.',
			'Messages to subscribers are output, too. While clients publish, output that the messages explain does not count as replies.',
			'COMMANDLOG also logs requests of redis-top. The rule leaves them out.',
		],
	},
	thresholds: {
		rate: {
			value: 10,
			unit: 'perMinute',
			source: 'entries of a megabyte each; more fill a link of 1.3 Mbit/s',
		},
		bytes: {
			value: 65_536,
			unit: 'bytes',
			source: 'four times the fixed reply buffer of a client (16 KB)',
		},
		commands: {value: 20, unit: 'count', source: 'commands between two samples; fewer make no average'},
	},
	needs: {
		output: increase('stats', 'total_net_output_bytes'),
		commands: increase('stats', 'total_commands_processed'),
	},
	evaluate({output, commands: processed}, facts, limits) {
		// The server does not count a command that it refuses (OOM, MOVED), and counts the bytes of it.
		const commands = processed + (facts.increase('stats', 'total_error_replies') ?? 0);
		const isWithoutReplicas =
			facts.number('stats', 'total_net_repl_output_bytes') !== undefined ||
			(facts.number('replication', 'connected_slaves') ?? 0) === 0;
		const toReplicas = facts.increase('stats', 'total_net_repl_output_bytes') ?? 0;
		const mean = (output - toReplicas) / Math.max(1, commands);
		const large = recentLargeEntries(facts);
		const replies = large.filter(({log}) => log === 'large-reply');
		// What a request brought is as large when it is read. So requests are left out where replies are logged.
		const shown = replies.length > 0 ? replies : large;
		const [largest] = shown;
		const common = commonOf(shown);
		const reader = common.client === undefined ? bigReader(facts) : undefined;
		const culprit = largest === undefined ? reader?.culprit : culpritOf(common, largest, reader?.culprit);
		const next = stepsFor(facts, culprit, largest);
		const isOfMessages =
			replies.length === 0 && longestReader(facts) === undefined && maySendMessages(facts, output - toReplicas);
		const isMeanLarge = isWithoutReplicas && mean > limits.bytes && !isOfMessages;
		const waiting = waitingReplies(facts, isMeanLarge && commands >= limits.commands / 4);
		// On a full link few commands are answered. Replies that wait for clients show that the few are no single large one.
		const enough = waiting === undefined ? limits.commands : limits.commands / 4;
		const isLarge = isMeanLarge && commands >= enough;
		if (waiting !== undefined && (isLarge || waiting.late !== undefined)) {
			return waitFor(waiting, facts, culprit, next, evidenceOf(shown), reader?.clients);
		}

		if (isLarge) {
			const sent = bytesPerSecond(facts.perSecond('stats', 'total_net_output_bytes'));
			const tripMs = unevenTripsMs(facts);
			const trips = tripMs === undefined ? '' : `, every reply takes ${milliseconds(tripMs)} or more`;
			const who = reader?.clients ?? (culprit?.client && message`${culprit.client}`);
			return fires('warning', {
				problem: message`sends large replies${readerText(common, replies[0], reader?.text)}`,
				detail:
					replies[0] === undefined
						? `${bytes(mean)} on average, ${sent}${trips}`
						: message`${callText(common, replies[0])} ${bytes(replies[0].bytes)}, ${sent}${trips}`,
				reason: tripMs === undefined ? undefined : 'they fill the network, or the way is long',
				effect: 'slow',
				culprit,
				evidence: [
					{name: 'bytes a command', value: mean, unit: 'bytes'},
					...(tripMs === undefined
						? []
						: [{name: 'shortest round trip', value: tripMs, unit: 'milliseconds' as const}]),
					...evidenceOf(shown),
				],
				meaning:
					tripMs === undefined
						? meaning
						: 'The server has little to do, and its replies are long on their way. On a full link all clients wait, those with small replies as well.',
				next: [...(tripMs === undefined || who === undefined ? [] : [stopReader(who)]), ...next],
				...(tripMs === undefined || culprit?.client === undefined ? {} : {action: 'client-kill' as const}),
			});
		}

		// The server counts the bytes of requests that are over its limit, and executes none of them: see cli.obuf_kill.
		const requests = isLarge || oversizedRequests(facts) !== undefined ? undefined : meanRequest(facts, commands);
		const writer = requests === undefined || requests <= limits.bytes ? undefined : topWriter(facts);
		// Data that moves to this node comes in large requests, too.
		const isMove = /^(?:restore|migrate)/i.test(writer?.culprit.command ?? '');
		if (largest === undefined && (requests ?? 0) > limits.bytes && commands >= limits.commands && !isMove) {
			return largeRequests(facts, requests ?? 0, writer);
		}

		if (largest === undefined) {
			return clear;
		}

		const ongoing = large.filter(entry => isOngoing(facts, entry));
		const isOften = ongoing.length > limits.rate && !/^S?PUBLISH$/.test(common.command ?? '');
		const who = common.client === undefined ? '' : message` from ${common.client}`;
		return fires(isOften ? 'warning' : 'info', {
			problem: 'has large requests or replies',
			detail: message`${callText(common, largest)}${who}, ${count(large.length)} in the last minute, up to ${bytes(largest.bytes)}`,
			...(isOften ? {effect: 'slow' as const} : {}),
			culprit,
			evidence: evidenceOf(shown),
			meaning,
			next: [...next, hint('see all of them: panel 6')],
		});
	},
});

/** The average size of the requests of clients, in bytes, without what a primary sends to its replica. */
function meanRequest(facts: NodeFacts, commands: number): number | undefined {
	const input = facts.increase('stats', 'total_net_input_bytes');
	const ofPrimary = facts.record.role === 'replica' ? facts.increase('stats', 'total_net_repl_input_bytes') : 0;
	return input === undefined || ofPrimary === undefined ? undefined : (input - ofPrimary) / Math.max(1, commands);
}

/**
The client that sends large requests: the one whose connections have memory for such a request, else the only one that
sends the command. Small writes of other clients have the same command. The memory of a subscriber is for messages.
*/
function largeSender(facts: NodeFacts, mean: number, command: string | undefined): Name | undefined {
	const large = namedClients(
		activeClients(facts).filter(({totalMemoryBytes = 0, flags}) => totalMemoryBytes >= mean && !flags.includes('P')),
	);
	const [first, ...others] = large;
	const only = command === undefined || first !== undefined ? undefined : sendersOf(facts, command)?.only;
	return first !== undefined && others.length === 0
		? first.name
		: only === undefined || sendsLittle(facts, only)
			? undefined
			: only;
}

/** Whether a client sends less than half of what the server receives, where the server counts what clients send. */
function sendsLittle(facts: NodeFacts, client: Name): boolean {
	const rows = activeClients(facts).filter(({name, address}) => name === client.name || address === client.name);
	const received = facts.perSecond('stats', 'total_net_input_bytes') ?? 0;
	return (
		rows.some(({perSecond}) => perSecond !== undefined) &&
		rows.reduce((sum, {perSecond}) => sum + (perSecond?.inBytes ?? 0), 0) < received / 2
	);
}

/** Whether the large requests are messages: the client that sends them publishes, or nobody writes. */
function publishedBy(facts: NodeFacts, client: Name | undefined, writer: Writer | undefined) {
	const publisher = publisherOf(facts);
	const only = publisher?.senders?.only;
	return writer === undefined || (client !== undefined && client.name === only?.name)
		? publisher && senderCulprit(publisher.command, publisher.senders)
		: undefined;
}

/** The finding about large requests on a server without COMMANDLOG. */
function largeRequests(facts: NodeFacts, mean: number, writer: Writer | undefined) {
	const client = largeSender(facts, mean, writer?.culprit.command);
	const published = publishedBy(facts, client, writer);
	const sender = client ?? published?.client;
	const received = bytesPerSecond(facts.perSecond('stats', 'total_net_input_bytes'));
	// Messages do no harm while the subscribers keep up. Findings on slow subscribers tell when they do not.
	return fires(published === undefined ? 'warning' : 'info', {
		problem: message`receives large ${published === undefined ? 'requests' : 'messages'}${sender === undefined ? '' : message`, most from ${sender}`}`,
		detail: `${bytes(mean)} on average, ${received}`,
		...(published === undefined ? {effect: 'slow' as const} : {}),
		culprit: published ?? (writer && {command: writer.culprit.command, ...(client === undefined ? {} : {client})}),
		evidence: [
			{name: 'bytes a command, received', value: mean, unit: 'bytes'},
			...(published === undefined ? (writer?.evidence ?? []) : []),
		],
		meaning:
			'The server reads each request whole before it runs it. Large ones fill the network, its buffers and its memory.',
		next:
			published === undefined
				? [
						hint('store large objects elsewhere and their address here; else split or compress them'),
						redisCli(facts, '--bigkeys -i 0.01'),
					]
				: [
						hint('publish where the object is in place of the object: each subscriber gets every byte'),
						redisCli(facts, 'PUBSUB CHANNELS'),
					],
	});
}

/** Who gets the large replies, as the end of a sentence. */
function readerText({client}: Common, reply: LargeEntry | undefined, reader: Message | undefined): Message {
	if (reply !== undefined) {
		return client === undefined ? '' : message` to ${client}`;
	}

	return reader === undefined ? '' : message`, most to ${reader}`;
}

/** How to ask for a part of a value, by the command that returns all of it. */
const partsOf: Readonly<Record<string, string>> = {
	...{GET: 'GETRANGE', MGET: 'fewer keys in each MGET', HGETALL: 'HMGET or HSCAN', HVALS: 'HSCAN', HKEYS: 'HSCAN'},
	...{LRANGE: 'a shorter range of LRANGE', SMEMBERS: 'SSCAN', ZRANGE: 'ZRANGE with limits', XRANGE: 'COUNT'},
	...{ZRANGEBYSCORE: 'LIMIT', ZREVRANGE: 'a shorter range', KEYS: 'SCAN', 'JSON.GET': 'a path of JSON.GET'},
};

/** What to do about large values: about this key, about keys like an example, or to find the keys first. */
function stepsFor(
	facts: NodeFacts,
	culprit: Culprit | undefined,
	largest: LargeEntry | undefined,
): readonly NextStep[] {
	const {key, client, command} = culprit ?? {};
	const example = key ?? (largest && titleKeyOf(largest.arguments));
	const parts = partsOf[command ?? ''];
	const isRead = command === undefined || readingCommands.has(command.toLowerCase());
	const fetch =
		parts === undefined ? 'fetch parts of it: HGET, LRANGE, ZRANGE with limits' : `fetch parts of it: ${parts}`;
	return [
		...(example === undefined
			? []
			: [
					hint(
						message`make ${key === undefined ? message`keys such as ${example}` : example} smaller: split, compress, or let readers keep what they read`,
					),
					redisCli(facts, message`MEMORY USAGE ${quotedName('key', example.name)}`),
				]),
		...(isRead ? [hint(client === undefined ? fetch : message`let ${client} ${fetch}`)] : []),
		// The search reads the values' lengths alone, and still takes its turn behind the replies.
		...(example === undefined ? [redisCli(facts, '--bigkeys -i 0.01')] : []),
	];
}

export const largeReplyRules = [netBigReply] as const;
