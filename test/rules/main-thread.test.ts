import assert from 'node:assert/strict';
import test from 'node:test';
import {commandRates} from '../../source/derive/command-rates.js';
import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {latCommandHog, latQueue} from '../../source/rules/main-thread.js';
import {firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {clientOf} from '../harness/records.js';
import {emptyHost, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';
import {sampleOf} from '../harness/samples.js';

/** Two samples, one second apart, with the event loop's and the commands' microseconds between them. */
const loop = (duration: number, inCommands: number, cpuSeconds?: number): FactsParts => {
	const cpu = (seconds: number): Sections =>
		cpuSeconds === undefined ? {} : {cpu: {used_cpu_user_main_thread: seconds, used_cpu_sys_main_thread: 0}};
	return {
		info: {
			stats: {eventloop_duration_sum: duration, eventloop_duration_cmd_sum: inCommands},
			...cpu(cpuSeconds ?? 0),
		},
		earlier: {stats: {eventloop_duration_sum: 0, eventloop_duration_cmd_sum: 0}, ...cpu(0)},
	};
};

testRule(latQueue, [
	[
		'most of the time beside commands',
		loop(600_000, 200_000),
		'info',
		/^spends 40% of its time beside commands, 20% in commands$/,
	],
	['less than a quarter', loop(250_000, 0), 'clear'],
	['commands take more', loop(900_000, 500_000), 'clear'],
	['the machine gives the thread no processor', loop(900_000, 100_000, 0.2), 'clear'],
	['the thread runs all the time', loop(900_000, 100_000, 0.9), 'info'],
	['before 7.2', {info: {stats: {total_commands_processed: 1}}}, 'absent'],
	['a first sample', {info: {stats: {eventloop_duration_sum: 1, eventloop_duration_cmd_sum: 1}}}, 'pending'],
]);

/** Two samples, one second apart, between which each command took so many microseconds in ten calls. */
function commandsOf(usec: Readonly<Record<string, number>>, parts: FactsParts['record'] = {}): FactsParts {
	const section = (factor: number): Sections => ({
		commandstats: Object.fromEntries(
			Object.entries(usec).map(([name, time]) => [
				`cmdstat_${name}`,
				`calls=${10 * factor},usec=${time * factor},usec_per_call=1`,
			]),
		),
	});
	const commands = commandRates(sampleOf(section(0), 599_000), sampleOf(section(1), 600_000)) ?? [];
	return {info: section(1), earlier: section(0), record: {commands, ...parts}};
}

/** The same on a machine where the main thread had a processor and waited for one, each for a share of the time. */
function waiting(parts: FactsParts, {ran, waited}: {readonly ran: number; readonly waited: number}): FactsParts {
	const cpu = (seconds: number) => ({used_cpu_user_main_thread: seconds, used_cpu_sys_main_thread: 0});
	const process = {processId: 77} as ProcessEvidence;
	const queued = (seconds: number) => ({processorWaitNs: seconds * 1e9});
	const before = {atMs: factsOf({}).nowMs - 10_000, value: {...emptyHost, process, waits: queued(1)}};
	return {
		...parts,
		info: {...parts.info, cpu: cpu(ran)},
		earlier: {...parts.earlier, cpu: cpu(0)},
		host: {process, waits: queued(1 + 10 * waited)},
		record: {...parts.record, hostBefore: before},
	};
}

/** One call a second of HGETALL, that takes nearly all of it. */
const longCalls: FactsParts = {
	...commandsOf({}),
	record: {
		commands: [
			{
				command: 'hgetall',
				calls: 30,
				callsPerSecond: 1,
				callsOfInterval: 1,
				meanMicroseconds: 980_000,
				timeShare: 1,
				failuresPerSecond: 0,
			},
		],
	},
};

testRule(latCommandHog, [
	[
		'it takes more than half, and other processes take the rest of the processor of the thread',
		waiting(commandsOf({sinter: 650_000}), {ran: 0.45, waited: 0.47}),
		'warning',
		/^spends 65% of its time in SINTER$/,
	],
	[
		'calls of a second hold the thread all of the time, on a busy machine',
		waiting(longCalls, {ran: 0.35, waited: 0.65}),
		'critical',
		/^spends 98% of its time in HGETALL$/,
	],
	['the same without other processes', longCalls, 'critical'],
	['calls that take long for want of a processor alone', waiting(longCalls, {ran: 0.05, waited: 0.93}), 'warning'],
	['the thread has time to spare', waiting(commandsOf({sinter: 650_000}), {ran: 0.45, waited: 0.3}), 'info'],
	[
		'short calls in large numbers',
		waiting(
			{
				...commandsOf({}),
				record: {
					commands: [
						{
							command: 'get',
							calls: 6000,
							callsPerSecond: 6000,
							callsOfInterval: 6000,
							meanMicroseconds: 100,
							timeShare: 1,
							failuresPerSecond: 0,
						},
					],
				},
			},
			{ran: 0.45, waited: 0.47},
		),
		'info',
	],
	[
		'one command takes most of the thread, and one client sends it',
		commandsOf(
			{lrange: 900_000, get: 10_000},
			{clients: {atMs: 600_000, value: [clientOf({id: 1, name: 'export', command: 'lrange'})]}},
		),
		'warning',
		/^spends 90% of its time in LRANGE from export$/,
	],
	['it takes more than half', commandsOf({get: 600_000}), 'info', /^spends 60% of its time in GET$/],
	['it takes half', commandsOf({get: 500_000, set: 400_000}), 'clear'],
	['INFO commandstats was not read', {info: {stats: {total_commands_processed: 1}}}, 'pending'],
]);

test('lat.command_hog: the first step is about the command, and names its client', () => {
	const firstStep = (command: string, role: 'primary' | 'replica') => {
		const clients = {atMs: 600_000, value: [clientOf({id: 1, name: 'export', command})]};
		const [first] = firingOf(latCommandHog, commandsOf({[command]: 900_000}, {role, clients})).next;
		return messageText(first?.text ?? '');
	};
	assert.match(firstStep('lrange', 'primary'), /^ask for fewer entries at once/);
	assert.match(firstStep('eval', 'primary'), /^let export send it less often/);
	assert.match(firstStep('eval_ro', 'replica'), /^stop the job of export that sends it/);
});
