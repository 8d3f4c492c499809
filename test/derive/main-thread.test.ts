import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {commandRates} from '../../source/derive/command-rates.js';
import {type MainThreadPart, mainThreadParts} from '../../source/derive/main-thread.js';
import type {Sections} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const partsOf = (before: Sections, after: Sections, seconds = 1): readonly MainThreadPart[] | undefined => {
	const [earlier, later] = [sampleOf(before, 0), sampleOf(after, seconds * 1000)];
	return mainThreadParts(earlier, later, commandRates(earlier, later) ?? []);
};

/** The parts in percent, by name. */
const percents = (parts: readonly MainThreadPart[] | undefined): Record<string, number> =>
	Object.fromEntries((parts ?? []).map(({name, share}) => [name, Math.round(share * 1000) / 10]));

const command = (calls: number, usec: number): string => `calls=${calls},usec=${usec},usec_per_call=1`;

const nothing: Sections = {
	stats: {
		eventloop_duration_sum: 0,
		eventloop_duration_cmd_sum: 0,
		expire_cycle_cpu_milliseconds: 0,
		total_forks: 0,
		latest_fork_usec: 90_000,
	},
	debug: {eventloop_duration_cron_sum: 0, eventloop_duration_aof_sum: 0},
	commandstats: {cmdstat_get: command(0, 0)},
};

test('the parts of a second are commands by name, the jobs of the server and idle time', () => {
	const parts = partsOf(nothing, {
		stats: {
			eventloop_duration_sum: 700_000,
			eventloop_duration_cmd_sum: 400_000,
			expire_cycle_cpu_milliseconds: 20,
			total_forks: 1,
			latest_fork_usec: 10_000,
		},
		debug: {eventloop_duration_cron_sum: 50_000, eventloop_duration_aof_sum: 30_000},
		commandstats: {cmdstat_get: command(100, 300_000), cmdstat_ping: command(9, 5000), cmdstat_set: command(9, 95_000)},
	});
	assert.deepEqual(percents(parts), {
		get: 30,
		set: 9.5,
		'other commands': 0.5,
		'event loop': 22,
		cron: 2,
		AOF: 3,
		expiry: 2,
		fork: 1,
		idle: 30,
	});
	assert.deepEqual(
		parts?.map(({field}) => field),
		[
			'cmdstat_get',
			'cmdstat_set',
			'eventloop_duration_cmd_sum',
			'eventloop_duration_sum',
			'eventloop_duration_cron_sum',
			'eventloop_duration_aof_sum',
			'expire_cycle_cpu_milliseconds',
			'latest_fork_usec',
			'eventloop_duration_sum',
		],
	);
});

test('without INFO debug, cron and AOF are in the rest of the event loop', () => {
	const stats = {eventloop_duration_sum: 500_000, eventloop_duration_cmd_sum: 200_000};
	const none = {eventloop_duration_sum: 0, eventloop_duration_cmd_sum: 0};
	assert.deepEqual(percents(partsOf({stats: none}, {stats})), {commands: 20, 'event loop': 30, idle: 50});
});

test('the time of commands inside a script counts once', () => {
	const parts = partsOf(nothing, {
		stats: {...nothing.stats, eventloop_duration_sum: 400_000, eventloop_duration_cmd_sum: 400_000},
		debug: nothing.debug ?? {},
		commandstats: {cmdstat_eval: command(1, 400_000), cmdstat_get: command(9, 300_000)},
	});
	assert.deepEqual(percents(parts), {get: 30, eval: 10, idle: 60});
});

test('time without a processor is taken from the other parts in proportion', () => {
	const cpu = (seconds: number) => ({used_cpu_user_main_thread: seconds, used_cpu_sys_main_thread: 0});
	const parts = partsOf(
		{...nothing, cpu: cpu(0)},
		{
			stats: {...nothing.stats, eventloop_duration_sum: 800_000, eventloop_duration_cmd_sum: 400_000},
			debug: nothing.debug ?? {},
			commandstats: {cmdstat_get: command(9, 400_000)},
			cpu: cpu(0.2),
		},
	);
	assert.deepEqual(percents(parts), {get: 10, 'event loop': 10, 'no processor': 60, idle: 20});
});

test('before Redis 7.2 processor time tells the event loop, and the rest is idle or waiting', () => {
	const cpu = (seconds: number) => ({used_cpu_user_main_thread: seconds, used_cpu_sys_main_thread: 0});
	const before = {cpu: cpu(0), commandstats: {cmdstat_get: command(0, 0)}};
	const after = {cpu: cpu(0.5), commandstats: {cmdstat_get: command(9, 200_000)}};
	assert.deepEqual(percents(partsOf(before, after)), {get: 20, 'event loop': 30, 'idle or waiting': 50});
	const older = partsOf({commandstats: before.commandstats}, {commandstats: after.commandstats});
	assert.deepEqual(percents(older), {get: 20, 'idle or unknown': 80});
});

test('a cycle that began before the earlier sample fills the time between the samples', () => {
	const parts = partsOf(nothing, {
		stats: {...nothing.stats, eventloop_duration_sum: 5_000_000, eventloop_duration_cmd_sum: 5_000_000},
		debug: nothing.debug ?? {},
		commandstats: {cmdstat_keys: command(1, 5_000_000)},
	});
	assert.deepEqual(percents(parts), {keys: 100, idle: 0});
});

test('nothing is known without two samples of one process', () => {
	assert.equal(mainThreadParts(undefined, sampleOf(nothing), []), undefined);
	assert.equal(partsOf(nothing, {...nothing, server: {run_id: 'run-2'}}), undefined);
	assert.equal(partsOf(nothing, nothing, 0), undefined);
	assert.equal(partsOf({stats: {}}, {stats: {}}), undefined);
});

test('the shares add up to 1 and none is negative, whatever the counters are', () => {
	const counter = fc.integer({min: 0, max: 3_000_000});
	fc.assert(
		fc.property(
			fc.record({
				sum: counter,
				inCommands: counter,
				cron: counter,
				aof: counter,
				expiry: fc.integer({min: 0, max: 3000}),
				fork: counter,
				get: counter,
				exec: counter,
				processor: fc.option(fc.double({min: 0, max: 3, noNaN: true}), {nil: undefined}),
				hasEventLoop: fc.boolean(),
			}),
			({sum, inCommands, cron, aof, expiry, fork, get, exec, processor, hasEventLoop}) => {
				const cpu = (seconds: number): Sections =>
					processor === undefined ? {} : {cpu: {used_cpu_user_main_thread: seconds, used_cpu_sys_main_thread: 0}};
				const loop = (one: number, other: number) =>
					hasEventLoop ? {eventloop_duration_sum: one, eventloop_duration_cmd_sum: other} : {};
				const parts = partsOf(
					{
						...cpu(0),
						stats: {...loop(0, 0), expire_cycle_cpu_milliseconds: 0, total_forks: 0},
						debug: {eventloop_duration_cron_sum: 0, eventloop_duration_aof_sum: 0},
						commandstats: {cmdstat_get: command(0, 0), cmdstat_exec: command(0, 0)},
					},
					{
						...cpu(processor ?? 0),
						stats: {
							...loop(sum, inCommands),
							expire_cycle_cpu_milliseconds: expiry,
							total_forks: 1,
							latest_fork_usec: fork,
						},
						debug: {eventloop_duration_cron_sum: cron, eventloop_duration_aof_sum: aof},
						commandstats: {cmdstat_get: command(9, get), cmdstat_exec: command(9, exec)},
					},
				);
				const shares = (parts ?? []).map(({share}) => share);
				assert.ok(shares.every(share => share >= 0 && share <= 1.000001));
				assert.ok(Math.abs(shares.reduce((all, share) => all + share, 0) - 1) < 1e-9, String(shares));
			},
		),
	);
});
