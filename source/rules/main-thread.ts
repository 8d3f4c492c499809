import {message} from '../domain/message.js';
import {percent} from '../text/units.js';
import {busiestShard} from './busiest-shard.js';
import {longSendersOf, senderCulprit} from './client-names.js';
import {cpuMain} from './cpu-network.js';
import {processorWait} from './host-waits.js';
import {linearSteps} from './linear-remedies.js';
import {answerMissing, increase} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Time between the node's last two samples, in microseconds; 0 without two samples. */
const elapsedMicroseconds = ({sample, earlier}: NodeFacts): number =>
	sample === undefined || earlier === undefined ? 0 : (sample.elapsedMs - earlier.elapsedMs) * 1000;

/**
The share of the event loop's time in which the main thread had a processor, 0 to 1. The value is 1 if INFO does not
report processor time.
*/
function grantedShare(facts: NodeFacts, durationMicroseconds: number): number {
	const user = facts.perSecond('cpu', 'used_cpu_user_main_thread');
	const system = facts.perSecond('cpu', 'used_cpu_sys_main_thread');
	const seconds = elapsedMicroseconds(facts) / 1_000_000;
	return user === undefined || system === undefined || durationMicroseconds === 0
		? 1
		: Math.min(1, ((user + system) * seconds * 1_000_000) / durationMicroseconds);
}

export const latQueue = rule({
	id: 'lat.queue',
	scope: 'node',
	docs: {
		looksAt:
			'The main thread spends more time on other work than on commands, and at least a quarter of its time: `eventloop_duration_sum` minus `eventloop_duration_cmd_sum`. The other work is reading and writing for clients, cron, AOF and expiry. Commands wait for it.',
		since: '7.2',
		falsePositives: [
			'Small commands take less time than the reading of them and the writing of their replies. That is usual, so the finding is only info.',
			'The event loop takes longer on a machine that lacks processor time. Time without a processor does not count.',
		],
	},
	thresholds: {
		share: {
			value: 0.25,
			unit: 'share',
			source: 'of the time, as for lat.eventloop; below it clients hardly wait',
		},
	},
	raiseAfter: 5,
	needs: {
		duration: increase('stats', 'eventloop_duration_sum'),
		inCommands: increase('stats', 'eventloop_duration_cmd_sum'),
	},
	evaluate({duration, inCommands}, facts, limits) {
		const elapsed = elapsedMicroseconds(facts);
		const granted = grantedShare(facts, duration);
		const share = elapsed > 0 ? (Math.max(0, duration - inCommands) * granted) / elapsed : 0;
		const commandShare = elapsed > 0 ? (inCommands * granted) / elapsed : 0;
		return share <= limits.share || share <= commandShare
			? clear
			: fires('info', {
					problem: `spends ${percent(share)} of its time beside commands`,
					detail: `${percent(commandShare)} in commands`,
					evidence: [
						{name: 'eventloop_duration_sum − eventloop_duration_cmd_sum', value: share, unit: 'share'},
						{name: 'eventloop_duration_cmd_sum', value: commandShare, unit: 'share'},
					],
					meaning:
						'Its time goes to reading requests and writing replies, to cron and to AOF. Commands wait for that, and no faster command helps.',
					next: [
						hint('see the parts: panel 5, main thread'),
						hint('send several commands in one request (pipelining), or use fewer connections'),
						redisCli(facts, 'CONFIG GET io-threads'),
					],
				});
	},
});

const commandsOfInterval = {
	read: ({record}: NodeFacts) =>
		record.commands.some(({callsOfInterval}) => callsOfInterval !== undefined) ? record.commands : undefined,
	missing: answerMissing('INFO commandstats'),
};

/** Share of the time, 0–1, in which the main thread runs or waits for a processor, from which it has no time to spare. */
const wholeProcessor = 0.9;

/**
Least own time of a call, in milliseconds, with which a command that always runs holds up all other clients for as long:
the threshold of conn.rtt.
*/
const heldMs = 100;

/** Least own time of a call that makes a command heavy, in milliseconds. Simple commands take a few microseconds. */
const heavyCallMs = 0.2;

/**
Whether a heavy command keeps the thread busy although other processes take a part of its processor: the thread always runs
or waits to run.
*/
function fillsProcessor(facts: NodeFacts, meanMs: number): boolean {
	const user = facts.perSecond('cpu', 'used_cpu_user_main_thread') ?? Number.NaN;
	const system = facts.perSecond('cpu', 'used_cpu_sys_main_thread') ?? Number.NaN;
	const wait = processorWait.read(facts);
	return wait !== undefined && user + system + wait >= wholeProcessor && meanMs * (1 - wait) >= heavyCallMs;
}

/** Name of the evidence that the thread had no work for most of the time that a command took: it waited in the command. */
export const waitedInCommand = 'main thread, processor time';

/** The processor time of the main thread as a share of the time, if it is less than half of what the command took. */
function littleProcessorTime(facts: NodeFacts, share: number): number | undefined {
	const user = facts.perSecond('cpu', 'used_cpu_user_main_thread') ?? Number.NaN;
	const system = facts.perSecond('cpu', 'used_cpu_sys_main_thread') ?? Number.NaN;
	return user + system < share / 2 ? user + system : undefined;
}

export const latCommandHog = rule({
	id: 'lat.command_hog',
	scope: 'node',
	docs: {
		looksAt:
			"One command takes more than half of the main thread's time: `usec` of `cmdstat_…`, compared with the time between two samples. redis-top asks the node in focus for INFO commandstats.",
		since: '2.6',
		falsePositives: [
			'A server with one kind of work has one command. The finding is only info below the threshold of `cpu.main`, unless the calls are long and the thread always runs or waits for a processor (`os.runq`).',
			'Short calls in large numbers are a warning. The finding is critical only if each call holds the thread for a tenth of a second, for nearly all of the time.',
			'A call may have begun before the earlier sample. Three samples in a row must show the share.',
		],
	},
	thresholds: {
		share: {value: 0.5, unit: 'share', source: "of the main thread's time: more than all the rest"},
	},
	raiseAfter: 3,
	needs: {commands: commandsOfInterval},
	evaluate({commands}, facts, limits) {
		const elapsed = elapsedMicroseconds(facts);
		const shares = commands.map(({command, callsOfInterval = 0, meanMicroseconds = 0}) => ({
			command,
			meanMicroseconds,
			calls: callsOfInterval,
			share: elapsed > 0 ? (callsOfInterval * meanMicroseconds) / elapsed : 0,
		}));
		const [top] = shares.toSorted((one, other) => other.share - one.share);
		if (top === undefined || top.share <= limits.share) {
			return clear;
		}

		const command = top.command.toUpperCase();
		const senders = longSendersOf(facts, top.command);
		const isHeavy = top.meanMicroseconds / 1000 >= heavyCallMs;
		const isFull = top.share >= facts.limitsOf(cpuMain).warning || fillsProcessor(facts, top.meanMicroseconds / 1000);
		const worked = littleProcessorTime(facts, top.share);
		const shard = isFull ? busiestShard(facts) : undefined;
		const isHeld =
			isFull &&
			top.share >= facts.limitsOf(cpuMain).critical &&
			(top.meanMicroseconds / 1000) * (1 - (processorWait.read(facts) ?? 0)) >= heldMs;
		return fires(isHeld ? 'critical' : isFull ? 'warning' : 'info', {
			problem: message`spends ${percent(Math.min(1, top.share))} of its time in ${command}${senders?.text ?? ''}`,
			detail: shard?.text,
			effect: 'slow',
			culprit: senderCulprit(command, senders),
			evidence: [
				{name: `cmdstat_${top.command} usec`, value: top.share, unit: 'share'},
				{name: 'calls', value: top.calls, unit: 'count'},
				{name: 'mean', value: top.meanMicroseconds / 1000, unit: 'milliseconds'},
				...(worked === undefined ? [] : [{name: waitedInCommand, value: worked, unit: 'share' as const}]),
			],
			meaning: 'All other commands wait for it on the one main thread.',
			next: [
				...(isHeavy ? (linearSteps([command], facts, {client: senders?.only}) ?? []) : []),
				facts.record.role === 'replica'
					? hint(
							message`stop the job${senders?.only === undefined ? '' : message` of ${senders.only}`} that sends it (panel 4 closes its connections), or let it run on a replica of its own`,
						)
					: hint(message`let ${senders?.only ?? 'its clients'} send it less often, on less data, or to a replica`),
				...(shard === undefined ? [] : [shard.step]),
				hint('see its calls and percentiles: panel 5; single slow calls: panel 6'),
			],
		});
	},
});

export const mainThreadRules = [latQueue, latCommandHog] as const;
