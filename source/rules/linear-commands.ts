import type {CommandRate} from '../derive/command-rates.js';
import {scriptCommands} from '../derive/script-commands.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, type Name, nameOf} from '../domain/message.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {microseconds, perSecond} from '../text/units.js';
import {longSendersOf, type Senders, senderCulprit, sendersOf} from './client-names.js';
import {linearSteps} from './linear-remedies.js';
import {answerMissing} from './needs.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Commands that share a limit. */
type Family = readonly string[];

/**
Commands of O(N) that return or delete a whole collection or data set. Source: https://redis.io/docs/latest/commands/
*/
const whole: Family = [
	...['keys', 'smembers', 'hgetall', 'hkeys', 'hvals', 'lrange', 'sort', 'zrange', 'sunion', 'sdiff'],
	...['flushall', 'flushdb'],
];

/**
Other commands of O(N), which are ordinary while values are small. Source: https://redis.io/docs/latest/commands/
*/
const others: Family = [
	...['lrem', 'linsert', 'lindex', 'lset', 'lpos'],
	...['sinter', 'sintercard', 'sinterstore', 'sunionstore', 'sdiffstore'],
	...['zinter', 'zintercard', 'zinterstore', 'zunion', 'zunionstore', 'zdiff', 'zdiffstore'],
	...['pfcount', 'pfmerge', 'bitop', 'bitcount', 'bitpos', 'sort_ro'],
	...['zrevrange', 'zrangebyscore', 'zrevrangebyscore', 'zrangebylex', 'zrevrangebylex', 'zrangestore'],
	...['zremrangebyscore', 'zremrangebyrank', 'zremrangebylex', 'xrange', 'xrevrange', 'geosearch', 'georadius'],
];

/** A transaction blocks all clients until its last command. The slow log leaves EXEC out. Source: Redis commands/exec.json */
const transactions: Family = ['exec'];

/** Time for which a command counts as the one that held the thread by its own work, in milliseconds. */
const heavyForMs = 15_000;

/** Whether the processor time of the main thread shows that transactions took long by their own work. */
const areHeavy = ({memory: {heavyCommand}, nowMs}: NodeFacts): boolean =>
	heavyCommand?.command === 'exec' && nowMs - heavyCommand.atMs <= heavyForMs;

const familyOf: ReadonlyMap<string, Family> = new Map(
	[whole, transactions, others].flatMap(family => family.map(command => [command, family] as const)),
);

/** Name of the evidence of lat.on_cmds that holds the mean time per call of the slowest command. */
export const longestMean = 'mean of the worst';

/** How to find the clients that send the command. A client that the finding names is not looked for. */
const senderSteps = (senders: Senders | undefined): readonly NextStep[] =>
	senders?.only === undefined ? [hint('find the clients: panel 4, by last command')] : [];

const commandRates = {
	read: ({record}: NodeFacts) => (record.commands.length > 0 ? record.commands : undefined),
	missing: answerMissing('INFO commandstats'),
};

/** Commands whose first argument is neither a key nor a pattern of keys. */
const withoutFirstKey: ReadonlySet<string> = new Set([
	'exec',
	'flushall',
	'flushdb',
	'sintercard',
	'zinter',
	'zintercard',
	'zunion',
	'zdiff',
	'bitop',
]);

/**
The key, or the pattern of KEYS, that the command has in all its slow log entries of the last minute. Undefined if the
entries have different keys, or if there are no entries.

@param fewest Fewest entries that must agree. @default 1
*/
export function keyInSlowlog(facts: NodeFacts, command: string, fewest = 1): Name | undefined {
	if (withoutFirstKey.has(command)) {
		return undefined;
	}

	const sinceMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000 - 60_000;
	const keys = (facts.record.slowlog?.value.entries ?? [])
		.filter(({atMs, arguments: [name = '']}) => atMs >= sinceMs && name.toLowerCase() === command)
		.map(({arguments: [, key]}) => key);
	const [key] = keys;
	return key !== undefined && keys.length >= fewest && keys.every(each => each === key)
		? nameOf('key', key)
		: undefined;
}

/** The address of the client that runs the commands of a script, in the slow log. Source: Redis 7.0 and 8.0, SLOWLOG GET. */
const scriptAddress = '?:0';

/**
The script that runs a command which the slow log does not have, although it takes long enough: Valkey logs the script in
its place. Undefined if the last minute has scripts of several clients. Source: Valkey 8.1, SLOWLOG GET.
*/
function unloggedIn(facts: NodeFacts, {meanMicroseconds = 0}: CommandRate): SlowlogEntry | undefined {
	const sinceMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000 - 60_000;
	const isScript = (name = ''): boolean => scriptCommands.has(name.toLowerCase());
	const runsNow = facts.record.commands.some(
		({command, callsPerSecond = 0}) => isScript(command) && callsPerSecond > 0,
	);
	const isLogged = meanMicroseconds >= Number(facts.setting('slowlog-log-slower-than') ?? Number.NaN);
	const scripts = (facts.record.slowlog?.value.entries ?? []).filter(
		({atMs, arguments: [name], durationMicroseconds}) =>
			atMs >= sinceMs && isScript(name) && durationMicroseconds >= meanMicroseconds,
	);
	const callers = new Set(scripts.map(({clientName, clientAddress}) => clientName || clientAddress));
	return runsNow && isLogged && callers.size === 1 ? scripts[0] : undefined;
}

/**
The script whose commands the slow log shows, as the end of a sentence: ` in EVAL from magento`. The entry of a script
follows those of its commands. Undefined if the last entry of the command is not from a script.
*/
function scriptOf(
	facts: NodeFacts,
	worst: CommandRate,
): {readonly text: Message; readonly client: Name | undefined} | undefined {
	const {command} = worst;
	const entries = (facts.record.slowlog?.value.entries ?? []).toSorted((one, other) => one.id - other.id);
	const isRunBy = (name: string | undefined, wanted: (lower: string) => boolean) => wanted((name ?? '').toLowerCase());
	const at = entries.findLastIndex(entry => isRunBy(entry.arguments[0], name => name === command));
	const script =
		entries[at]?.clientAddress === scriptAddress
			? entries.slice(at + 1).find(entry => isRunBy(entry.arguments[0], name => scriptCommands.has(name)))
			: at === -1
				? unloggedIn(facts, worst)
				: undefined;
	if (script === undefined) {
		return undefined;
	}

	const known = script.clientName || script.clientAddress;
	const client = known === undefined ? undefined : nameOf('client', known);
	const name = script.arguments[0]?.toUpperCase() ?? '';
	return {client, text: client === undefined ? ` in ${name}` : message` in ${name} from ${client}`};
}

export const latOnCmds = rule({
	id: 'lat.on_cmds',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether commands of O(N) run (`cmdstat_…`). It fires for any call of KEYS, for a command over a whole collection with a mean above a millisecond, for other commands of O(N), such as LREM, with a mean above five, and for transactions (EXEC) that take a tenth of a second. The slow log names the key, and the script that runs the command. redis-top asks the node in focus for INFO commandstats.',
		since: '2.6',
		falsePositives: [
			'HGETALL and the like are fine on small collections. Their mean run time must be over a millisecond.',
			'The server measures EXEC by the clock, and a busy machine makes it long. The main thread must have used a processor for it.',
			'LREM, ZRANGEBYSCORE, SINTER and the like are ordinary commands. Their mean run time must be over five milliseconds.',
		],
	},
	thresholds: {
		mean: {value: 1, unit: 'milliseconds', source: 'a thousand such calls fill a second'},
		transaction: {
			value: 100,
			unit: 'milliseconds',
			source: 'the delay that the documentation of LATENCY suggests to note',
		},
		other: {value: 5, unit: 'milliseconds', source: 'half of the p99 that runbooks for caches alert on'},
	},
	needs: {stats: commandRates},
	evaluate({stats}, facts, limits) {
		const isBad = ({command, callsPerSecond = 0, meanMicroseconds = 0}: CommandRate): boolean => {
			const family = familyOf.get(command);
			const limitMs = family === whole ? limits.mean : family === transactions ? limits.transaction : limits.other;
			const isLong = command === 'keys' || meanMicroseconds > limitMs * 1000;
			return callsPerSecond > 0 && family !== undefined && isLong && (family !== transactions || areHeavy(facts));
		};

		const bad = stats.filter(isBad);
		const [worst] = bad.toSorted((one, other) => (other.timeShare ?? 0) - (one.timeShare ?? 0));
		if (worst === undefined) {
			return clear;
		}

		const listed = sendersOf(facts, worst.command);
		const script = listed === undefined ? scriptOf(facts, worst) : undefined;
		// A client that sends another command after each of these is in CLIENT LIST with the other one.
		const senders = script === undefined ? longSendersOf(facts, worst.command) : listed;
		const key = keyInSlowlog(facts, worst.command);
		const place: Message = key === undefined ? '' : message`, on ${key}`;
		return fires('warning', {
			problem: message`runs ${worst.command.toUpperCase()} ${perSecond(worst.callsPerSecond)}${senders?.text ?? script?.text ?? ''}`,
			detail: message`${microseconds(worst.meanMicroseconds ?? 0)} each${place}`,
			effect: 'slow',
			culprit: {
				...senderCulprit(worst.command.toUpperCase(), senders),
				...(script?.client === undefined ? {} : {client: script.client}),
				...(key === undefined ? {} : {key}),
			},
			evidence: [
				...bad.map(({command, callsPerSecond = 0}) => ({
					name: command,
					value: callsPerSecond,
					unit: 'perSecond' as const,
				})),
				{name: longestMean, value: (worst.meanMicroseconds ?? 0) / 1000, unit: 'milliseconds'},
			],
			meaning:
				worst.command === 'exec'
					? 'All commands of a transaction run before any other command, and all clients wait for them.'
					: 'The command goes over every key or every element, and all clients wait for it. It gets slower as data grows.',
			// In a script, SCAN would block all clients for as long as KEYS does.
			next: [
				...(script === undefined
					? []
					: [
							hint(
								`take ${worst.command.toUpperCase()} out of the script, which blocks all clients for as long: the slow log has it, panel 6`,
							),
						]),
				...(linearSteps([worst.command], facts, {client: senders?.only, key}) ?? []),
				...(script === undefined ? senderSteps(senders) : []),
			],
		});
	},
});

export const linearCommandRules = [latOnCmds] as const;
