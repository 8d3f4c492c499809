import type {Culprit} from '../domain/finding.js';
import {type Message, message, nameOf} from '../domain/message.js';
import type {LargeEntry} from '../domain/slowlog.js';
import {bytes, bytesPerSecond, count} from '../text/units.js';
import {senderCulprit, sendersOf} from './client-names.js';
import {increase} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** The entries of COMMANDLOG from the last minute, largest first, without redis-top's own commands. */
function recentLargeEntries(facts: NodeFacts): LargeEntry[] {
	const {record, nowMs} = facts;
	const sinceMs = (facts.number('server', 'server_time_usec') ?? nowMs * 1000) / 1000 - 60_000;
	return [...(record.largeReplies?.value.entries ?? []), ...(record.largeRequests?.value.entries ?? [])]
		.filter(({atMs, clientName}) => atMs >= sinceMs && clientName !== 'redis-top')
		.sort((one, other) => other.bytes - one.bytes);
}

const commandOf = ({arguments: [command = '-']}: LargeEntry): string => command.toUpperCase();

const evidenceOf = (entries: readonly LargeEntry[]) =>
	entries.slice(0, 5).map(entry => ({
		name: `${entry.log.replace('-', ' ')} of ${commandOf(entry)}`,
		value: entry.bytes,
		unit: 'bytes' as const,
	}));

/** The client that sent or received the entry's data, by its name. A client without a name is given by its address. */
function culpritOf(entry: LargeEntry) {
	const client = entry.clientName || entry.clientAddress;
	return {command: commandOf(entry), client: client === undefined ? undefined : nameOf('client', client)};
}

/** Commands that return values. Source: https://redis.io/docs/latest/commands/ */
const readingCommands: ReadonlySet<string> = new Set([
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

/**
The command with most of the large replies, and its senders. Copying a large reply takes far longer than looking up a
key. So the reading command that takes most of the time sends the large replies. Undefined if no reading command takes
most of the time.
*/
function bigReader(facts: NodeFacts): {readonly text: Message; readonly culprit: Culprit} | undefined {
	const top = facts.record.commands.find(
		({command, callsPerSecond = 0, timeShare = 0, meanMicroseconds = 0}) =>
			readingCommands.has(command) &&
			callsPerSecond > 0 &&
			timeShare > mostTime &&
			meanMicroseconds >= copyingMicroseconds,
	);
	if (top === undefined) {
		return undefined;
	}

	const command = top.command.toUpperCase();
	const senders = sendersOf(facts, top.command);
	return {text: message`${command}${senders?.text ?? ''}`, culprit: senderCulprit(command, senders)};
}

const meaning = 'Large replies fill the network and the buffers of clients, and take the server long to write.';

export const netBigReply = rule({
	id: 'net.big_reply',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes the average size of replies: `total_net_output_bytes` per command of `total_commands_processed`. It fires above 64 KB. Valkey since 8.1 also logs single requests and replies of a megabyte in COMMANDLOG. Such entries are info, and a warning from ten a minute.',
		since: 'any',
		falsePositives: [
			'Before 7.0 the output includes the data sent to replicas. The average of a node with replicas does not count then.',
			'COMMANDLOG also logs requests of redis-top. The rule leaves them out.',
		],
	},
	thresholds: {
		rate: {
			value: 10,
			unit: 'perMinute',
			source: 'entries of a megabyte each; more fill a line of 1.3 Mbit/s',
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
	evaluate({output, commands}, facts, limits) {
		const isWithoutReplicas =
			facts.number('stats', 'total_net_repl_output_bytes') !== undefined ||
			(facts.number('replication', 'connected_slaves') ?? 0) === 0;
		const toReplicas = facts.increase('stats', 'total_net_repl_output_bytes') ?? 0;
		const mean = (output - toReplicas) / Math.max(1, commands);
		const large = recentLargeEntries(facts);
		const [largest] = large;
		const reader = largest === undefined ? bigReader(facts) : undefined;
		const culprit = largest === undefined ? reader?.culprit : culpritOf(largest);
		const next = [redisCli(facts, '--bigkeys -i 0.01'), hint('fetch parts of it: HGET, LRANGE, ZRANGE with limits')];
		if (isWithoutReplicas && commands >= limits.commands && mean > limits.bytes) {
			return fires('warning', {
				problem: reader === undefined ? 'sends large replies' : message`sends large replies, most to ${reader.text}`,
				detail: `${bytes(mean)} on average, ${bytesPerSecond(facts.perSecond('stats', 'total_net_output_bytes'))}`,
				culprit,
				evidence: [{name: 'bytes a command', value: mean, unit: 'bytes'}, ...evidenceOf(large)],
				meaning,
				next,
			});
		}

		return largest === undefined
			? clear
			: fires(large.length > limits.rate ? 'warning' : 'info', {
					problem: 'has large requests or replies',
					detail: `${count(large.length)} in the last minute, up to ${bytes(largest.bytes)}`,
					culprit,
					evidence: evidenceOf(large),
					meaning,
					next: [hint('see which: panel 6'), ...next],
				});
	},
});

export const largeReplyRules = [netBigReply] as const;
