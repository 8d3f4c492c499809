import type {CommandRate} from '../derive/command-rates.js';
import {message} from '../domain/message.js';
import {percent, perSecond, seconds} from '../text/units.js';
import {senderCulprit, sendersOf} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {machineMemory} from './memory-limit.js';
import {answerMissing, infoNumber, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const pushes: ReadonlySet<string> = new Set(['lpush', 'rpush', 'lpushx', 'rpushx']);

/**
Commands that remove entries from lists, shorten lists or delete lists. Also commands that may do so within a script.
Source: https://redis.io/docs/latest/commands/
*/
const takers: ReadonlySet<string> = new Set([
	...['lpop', 'rpop', 'blpop', 'brpop', 'lmpop', 'blmpop', 'lmove', 'blmove', 'rpoplpush', 'brpoplpush'],
	...['ltrim', 'lrem', 'del', 'unlink', 'getdel', 'rename', 'renamenx', 'expire', 'pexpire', 'expireat', 'pexpireat'],
	...['eval', 'evalsha', 'fcall', 'flushdb', 'flushall'],
]);

const callsOf = (stats: readonly CommandRate[], names: ReadonlySet<string>): readonly CommandRate[] =>
	stats.filter(({command, callsPerSecond = 0}) => names.has(command) && callsPerSecond > 0);

export const keyUndrained = rule({
	id: 'key.undrained',
	scope: 'node',
	docs: {
		looksAt:
			'Entries are pushed to lists, and no command of the same interval takes any (INFO commandstats), while `used_memory` grows so fast that it reaches maxmemory, or the memory of the machine, soon.',
		since: '2.6',
		falsePositives: [
			'Consumers that come once a minute take nothing in between. The memory must be full within a quarter of an hour at its present growth.',
			'A script may take entries. The rule is clear while scripts run.',
		],
	},
	thresholds: {
		rate: {value: 10, unit: 'perSecond', source: 'pushes; fewer fill no memory'},
		seconds: {value: 900, unit: 'seconds', source: 'a quarter of an hour is left to act'},
	},
	raiseAfter: 4,
	clearAfter: 5,
	roles: ['primary'],
	needs: {
		stats: {
			read: ({record}: NodeFacts) =>
				record.commands.some(({callsPerSecond}) => callsPerSecond !== undefined) ? record.commands : undefined,
			missing: answerMissing('INFO commandstats'),
		},
		used: infoNumber('memory', 'used_memory'),
		growth: rate('memory', 'used_memory'),
	},
	evaluate({stats, used, growth}, facts, limits) {
		const pushing = callsOf(stats, pushes).toSorted(
			(one, other) => (other.callsPerSecond ?? 0) - (one.callsPerSecond ?? 0),
		);
		const pushed = pushing.reduce((sum, {callsPerSecond = 0}) => sum + callsPerSecond, 0);
		const maxmemory = facts.number('memory', 'maxmemory') ?? 0;
		const room = maxmemory > 0 ? maxmemory : machineMemory(facts)?.bytes;
		const [most] = pushing;
		if (most === undefined || room === undefined || pushed < limits.rate || callsOf(stats, takers).length > 0) {
			return clear;
		}

		const leftSeconds = Math.max(0, room - used) / growth;
		if (!(growth > 0) || leftSeconds >= limits.seconds) {
			return clear;
		}

		const senders = sendersOf(facts, most.command);
		return fires('warning', {
			problem: message`gets list entries${senders?.text ?? ''} that nobody takes`,
			detail: `${perSecond(pushed)}, memory is full in about ${seconds(leftSeconds)}`,
			culprit: senderCulprit(most.command.toUpperCase(), senders),
			evidence: [
				{name: 'pushes', value: pushed, unit: 'perSecond'},
				{name: 'growth', value: growth, unit: 'bytesPerSecond'},
				{name: 'used', value: percent(used / room)},
				...infoEvidence(facts, ['memory', 'used_memory', 'bytes'], ['memory', 'maxmemory', 'bytes']),
			],
			meaning:
				'No command takes entries from a list: the workers of the queue do not run, or read another one. The list grows until memory is full, and writes are then refused or keys evicted.',
			next: [
				hint('see whether the workers run, and which database and key they read'),
				redisCli(facts, '--bigkeys -i 0.01'),
				hint('slow the producers down, or raise maxmemory, until the workers are back'),
			],
			action: 'set-maxmemory',
		});
	},
});

export const undrainedListRules = [keyUndrained] as const;
