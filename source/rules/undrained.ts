import type {CommandRate} from '../derive/command-rates.js';
import {message} from '../domain/message.js';
import {percent, seconds} from '../text/units.js';
import {presentSendersOf, senderCulprit} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {machineMemory} from './limit-facts.js';
import {answerMissing, infoNumber, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';
import {listConsumers, type StoppedConsumers, stoppedConsumers} from './stopped-consumers.js';
import {topWrite, trimSteps} from './writers.js';

const pushes: ReadonlySet<string> = new Set(['lpush', 'rpush', 'lpushx', 'rpushx']);

/**
Commands that remove entries from lists, shorten lists or delete lists. EVAL, EVALSHA and FCALL are included, because a
script may run such a command. Source: https://redis.io/docs/latest/commands/
*/
const takers: ReadonlySet<string> = new Set([
	...listConsumers,
	...['lrem', 'del', 'unlink', 'getdel', 'rename', 'renamenx', 'expire', 'pexpire', 'expireat', 'pexpireat'],
	...['eval', 'evalsha', 'fcall', 'flushdb', 'flushall'],
]);

/**
Share of the peak of used memory, 0–1. Memory below this share was larger before and shrank again, so its growth may be
usual.
*/
const usualTop = 0.95;

const callsOf = (stats: readonly CommandRate[], names: ReadonlySet<string>): readonly CommandRate[] =>
	stats.filter(({command, callsPerSecond = 0}) => names.has(command) && callsPerSecond > 0);

/** The calls of commands between the last two samples, by INFO commandstats. */
const intervalStats = {
	read: ({record}: NodeFacts) =>
		record.commands.some(({callsPerSecond}) => callsPerSecond !== undefined) ? record.commands : undefined,
	missing: answerMissing('INFO commandstats'),
};

/** A queue that gets entries which nobody takes. */
type Undrained = {
	/** The command that adds most entries, with its client as its sender. */
	readonly adding: CommandRate;
	readonly perSecond: number;
	/** What is added, in words: `list entries`. */
	readonly entries: string;
	/** The consumers that took entries until now, where they are known. */
	readonly stopped: StoppedConsumers | undefined;
	readonly wereTaken: boolean;
};

/** What sorted sets and sets get that serve as queues: of jobs with a time, and of jobs in any order. */
const otherQueues: Readonly<Record<string, string>> = {zadd: 'sorted set entries', sadd: 'set entries'};

/**
The queue that gets entries which no command of the interval takes. Undefined if there is none. Sorted sets and sets hold
other data as well. They are queues only where consumers took entries until now.
*/
function undrainedQueue(facts: NodeFacts, stats: readonly CommandRate[], least: number): Undrained | undefined {
	const pushing = callsOf(stats, pushes).toSorted(
		(one, other) => (other.callsPerSecond ?? 0) - (one.callsPerSecond ?? 0),
	);
	const pushed = pushing.reduce((sum, {callsPerSecond = 0}) => sum + callsPerSecond, 0);
	const [most] = pushing;
	if (most !== undefined && pushed >= least && callsOf(stats, takers).length === 0) {
		const wereTaken = stats.some(({command, calls}) => calls > 0 && listConsumers.includes(command));
		return {adding: most, perSecond: pushed, entries: 'list entries', stopped: stoppedConsumers(facts), wereTaken};
	}

	const command = topWrite(facts) ?? '';
	const entries = otherQueues[command];
	const [adding] = callsOf(stats, new Set([command]));
	const perSecond = adding?.callsPerSecond ?? 0;
	const stopped = entries === undefined || perSecond < least ? undefined : stoppedConsumers(facts);
	return adding === undefined || entries === undefined || stopped === undefined
		? undefined
		: {adding, perSecond, entries, stopped, wereTaken: true};
}

/** The bytes that data can fill: maxmemory, or without it the memory of the machine; undefined if unknown. */
function roomOf(facts: NodeFacts): number | undefined {
	const maxmemory = facts.number('memory', 'maxmemory') ?? 0;
	return maxmemory > 0 ? maxmemory : machineMemory(facts)?.bytes;
}

/** When memory is full, in words that fit beside the client's name on a narrow screen. */
const fullText = (leftSeconds: number): string =>
	leftSeconds < 1 ? 'memory full within a second' : `full in ${seconds(leftSeconds)}`;

export const keyUndrained = rule({
	id: 'key.undrained',
	scope: 'node',
	docs: {
		looksAt:
			'Entries are pushed to lists, and no command of the same interval takes any (INFO commandstats), while `used_memory` grows so fast that it reaches maxmemory, or the memory of the machine, soon. Entries of sorted sets (ZADD) and sets (SADD) count where commands took such entries until now.',
		since: '2.6',
		falsePositives: [
			'Consumers that come once a minute take nothing in between. The memory must be full within a quarter of an hour at its present growth.',
			'Where entries were taken earlier and memory was larger already (`used_memory_peak`), the consumers may come in time. The finding is info for the first two minutes, unless memory is full within five.',
			'A script may take entries. The rule is clear while scripts run.',
		],
	},
	thresholds: {
		rate: {value: 10, unit: 'perSecond', source: 'pushes; fewer fill no memory'},
		seconds: {value: 900, unit: 'seconds', source: 'a quarter of an hour is left to act'},
		urgent: {
			value: 300,
			unit: 'seconds',
			source: 'five minutes are left to act; waiting for a consumer costs too much',
		},
		patience: {value: 120, unit: 'seconds', source: 'twice the pause of a consumer that comes once a minute'},
	},
	raiseAfter: 4,
	clearAfter: 5,
	roles: ['primary'],
	needs: {
		stats: intervalStats,
		used: infoNumber('memory', 'used_memory'),
		growth: rate('memory', 'used_memory'),
	},
	evaluate({stats, used, growth}, facts, limits, heldMs) {
		const queue = undrainedQueue(facts, stats, limits.rate);
		const room = roomOf(facts);
		if (queue === undefined || room === undefined) {
			return clear;
		}

		const leftSeconds = Math.max(0, room - used) / growth;
		if (!(growth > 0) || leftSeconds >= limits.seconds) {
			return clear;
		}

		const {adding, stopped} = queue;
		const wasLarger = used < usualTop * (facts.number('memory', 'used_memory_peak') ?? 0);
		const mayComeBack = queue.wereTaken && wasLarger && leftSeconds > limits.urgent && heldMs < limits.patience * 1000;
		const senders = presentSendersOf(facts, adding.command, adding.callsPerSecond ?? 0);
		return fires(mayComeBack ? 'info' : 'warning', {
			problem: message`gets ${queue.entries}${senders?.text ?? ''} that nobody takes`,
			detail: fullText(leftSeconds),
			reason: stopped?.text,
			tells: 'forecast',
			culprit: senderCulprit(adding.command.toUpperCase(), senders),
			evidence: [
				{
					name: queue.entries === 'list entries' ? 'pushes' : adding.command.toUpperCase(),
					value: queue.perSecond,
					unit: 'perSecond',
				},
				...(stopped?.evidence ?? []),
				{name: 'growth', value: growth, unit: 'bytesPerSecond'},
				{name: 'used', value: percent(used / room)},
				...infoEvidence(facts, ['memory', 'used_memory', 'bytes'], ['memory', 'maxmemory', 'bytes']),
			],
			meaning:
				'No command takes entries: the workers of the queue do not run, or read another one. The queue grows until memory is full, and writes are then refused or keys evicted.',
			next: [
				...(stopped?.next ?? [hint('see whether the workers run: which database and key do they read?')]),
				hint('slow the producers down, or raise maxmemory, until the workers are back'),
				redisCli(facts, '--bigkeys -i 0.01'),
			],
		});
	},
});

/**
Commands that remove entries of streams, or whole streams. EVAL, EVALSHA and FCALL are included, because a script may
run such a command.
*/
const trimmers: ReadonlySet<string> = new Set([
	...['xtrim', 'xdel', 'xdelex', 'xackdel', 'del', 'unlink', 'rename', 'expire', 'pexpire', 'expireat', 'pexpireat'],
	...['eval', 'evalsha', 'fcall', 'flushdb', 'flushall'],
]);

/**
Commands that add data, other than XADD. If they run more often than XADD, they may be the reason that memory grows.
*/
const otherWrites: ReadonlySet<string> = new Set([
	...['set', 'setex', 'psetex', 'mset', 'append', 'hset', 'hmset', 'sadd', 'zadd', 'restore', 'json.set', ...pushes],
]);

export const keyUntrimmed = rule({
	id: 'key.untrimmed',
	scope: 'node',
	docs: {
		looksAt:
			'Entries are added to streams (XADD), and no command of the same interval removes any (INFO commandstats), while `used_memory` grows so fast that it reaches maxmemory, or the memory of the machine, soon. A stream keeps its entries after consumers acknowledged them (XACK).',
		since: '5.0',
		falsePositives: [
			'XADD with MAXLEN or MINID removes entries by itself. Memory does not grow then once the stream has its length.',
			'Other commands add data as well. XADD must be the most frequent of them.',
			'A script may remove entries. The rule is clear while scripts run.',
		],
	},
	thresholds: {
		rate: {value: 10, unit: 'perSecond', source: 'entries; fewer fill no memory'},
		seconds: {value: 900, unit: 'seconds', source: 'a quarter of an hour is left to act'},
	},
	raiseAfter: 4,
	clearAfter: 5,
	roles: ['primary'],
	needs: {
		stats: intervalStats,
		used: infoNumber('memory', 'used_memory'),
		growth: rate('memory', 'used_memory'),
	},
	evaluate({stats, used, growth}, facts, limits) {
		const sum = (rates: readonly CommandRate[]) => rates.reduce((all, {callsPerSecond = 0}) => all + callsPerSecond, 0);
		const added = sum(callsOf(stats, new Set(['xadd'])));
		const room = roomOf(facts);
		const isMain = added >= limits.rate && added >= sum(callsOf(stats, otherWrites));
		if (room === undefined || !isMain || callsOf(stats, trimmers).length > 0) {
			return clear;
		}

		const leftSeconds = Math.max(0, room - used) / growth;
		if (!(growth > 0) || leftSeconds >= limits.seconds) {
			return clear;
		}

		const senders = presentSendersOf(facts, 'xadd', added);
		const stopped = stoppedConsumers(facts);
		return fires('warning', {
			problem: message`gets stream entries${senders?.text ?? ''} that nobody trims`,
			detail: fullText(leftSeconds),
			reason: stopped?.text,
			tells: 'forecast',
			culprit: senderCulprit('XADD', senders),
			evidence: [
				{name: 'XADD', value: added, unit: 'perSecond'},
				...(stopped?.evidence ?? []),
				{name: 'growth', value: growth, unit: 'bytesPerSecond'},
				{name: 'used', value: percent(used / room)},
				...infoEvidence(facts, ['memory', 'used_memory', 'bytes'], ['memory', 'maxmemory', 'bytes']),
			],
			meaning:
				'A stream keeps its entries after consumers read and acknowledged them. It grows until memory is full, and writes are then refused or keys evicted.',
			next: [...(stopped?.next ?? []), ...trimSteps, redisCli(facts, '--bigkeys -i 0.01')],
		});
	},
});

export const undrainedRules = [keyUndrained, keyUntrimmed] as const;
