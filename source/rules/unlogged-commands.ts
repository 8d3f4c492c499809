import type {Evaluation} from '../domain/finding.js';
import {message} from '../domain/message.js';
import {milliseconds, seconds} from '../text/units.js';
import {longSendersOf, senderCulprit} from './client-names.js';
import {linearSteps} from './linear-remedies.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires} from './rule.js';

/**
Name of the evidence of lat.slowlog_new that commands took 100 ms or more. Each such command delays all clients
noticeably.
*/
export const longSlow = 'commands of a tenth of a second and more';

/** How long a command is told after its end, in milliseconds, as for entries of the slow log. */
const toldForMs = 60_000;

/** Length that the slow log gets where it has none: the default. Source: redis.conf. */
const defaultLength = 128;

/** Commands that move a key to another node, or free the data of a flush: planned work that ends by itself. */
const planned: ReadonlySet<string> = new Set(['migrate', 'restore', 'restore-asking', 'flushall', 'flushdb']);

/**
Why the slow log does not hold a command of this duration, and the setting that mends it. Undefined where it holds the
command, and where its settings are unknown.
*/
function slowlogGap(facts: NodeFacts, ranMs: number): {readonly why: string; readonly mend: string} | undefined {
	const threshold = Number(facts.setting('slowlog-log-slower-than') ?? Number.NaN);
	const length = Number(facts.setting('slowlog-max-len') ?? Number.NaN);
	const mend = 'CONFIG SET slowlog-log-slower-than 10000';
	if (threshold < 0) {
		return {why: 'the slow log is off', mend};
	}

	if (length === 0) {
		return {why: 'the slow log keeps nothing', mend: `CONFIG SET slowlog-max-len ${defaultLength}`};
	}

	return threshold / 1000 > ranMs ? {why: `the slow log begins at ${milliseconds(threshold / 1000)}`, mend} : undefined;
}

/**
The finding about a command that held the main thread and that the slow log does not hold. The counters of the command
and the processor time of the main thread show it. Clear without such a command.

@param longMs Duration of a single command that is told, in milliseconds. Shorter ones must add up to it in an interval.
@param eachMs Shortest duration of a command that is told.
*/
export function unloggedCommand(facts: NodeFacts, longMs: number, eachMs: number): Evaluation {
	const {longCommand} = facts.memory;
	if (longCommand === undefined || facts.nowMs - longCommand.atMs > toldForMs) {
		return clear;
	}

	const {command, ranMs = 0, ownMs, calls = 1, atMs} = longCommand;
	const gap = slowlogGap(facts, ranMs);
	// A thread that had no processor for most of the duration waited: the finding is then about the machine.
	const isLong = ranMs >= eachMs && ranMs * calls >= longMs && 2 * ownMs >= ranMs;
	if (!isLong || gap === undefined || planned.has(command)) {
		return clear;
	}

	const name = command.toUpperCase();
	const senders = longSendersOf(facts, command);
	return fires('warning', {
		problem: message`ran ${name} for ${milliseconds(ranMs)}${senders?.text ?? ''}`,
		detail: `${calls > 1 ? `${calls} times, ` : ''}${seconds(Math.max(0, Math.round((facts.nowMs - atMs) / 1000)))} ago`,
		reason: gap.why,
		tells: 'moment',
		effect: 'slow',
		culprit: senderCulprit(name, senders),
		evidence: [
			{name: longSlow, value: calls, unit: 'count'},
			{name: `cmdstat_${command}, mean`, value: ranMs, unit: 'milliseconds'},
			{name: 'processor time of a call', value: ownMs, unit: 'milliseconds'},
		],
		meaning: 'All clients waited while it ran. The slow log would show its key, its arguments and its client.',
		next: [
			...(linearSteps([command], facts, {client: senders?.only}) ?? [
				hint(message`let ${senders?.only ?? 'its client'} do less in one ${name}: all clients wait until it ends`),
			]),
			redisCli(facts, gap.mend),
			hint('find the client: panel 4, by last command'),
		],
	});
}
