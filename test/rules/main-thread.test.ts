import {commandRates} from '../../source/derive/command-rates.js';
import {latCommandHog, latQueue} from '../../source/rules/main-thread.js';
import type {Sections} from '../harness/records.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';
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

testRule(latCommandHog, [
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
