import assert from 'node:assert/strict';
import test from 'node:test';
import {commandRates} from '../../source/derive/command-rates.js';
import {heavyCommand} from '../../source/derive/heavy-command.js';
import type {Sections} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

/** INFO with the totals of the main thread's processor time in seconds, and of commands as calls and microseconds. */
const totals = (seconds: number, commands: Readonly<Record<string, readonly [number, number]>>): Sections => ({
	cpu: {used_cpu_user_main_thread: seconds, used_cpu_sys_main_thread: 0},
	commandstats: Object.fromEntries(
		Object.entries(commands).map(([name, [calls, usec]]) => [
			`cmdstat_${name}`,
			`calls=${calls},usec=${usec},usec_per_call=0,rejected_calls=0,failed_calls=0`,
		]),
	),
});

const idle = totals(0, {evalsha: [0, 0], get: [0, 0], del: [0, 0]});

const cases: ReadonlyArray<readonly [string, Sections, string | undefined, number?]> = [
	['a script that uses the processor', totals(0.9, {evalsha: [15, 900_000], get: [900, 900]}), 'evalsha', 60],
	['one large deletion', totals(0.5, {del: [1, 470_000], get: [900, 9000]}), 'del', 470],
	['a script that waits for a processor half of the time', totals(0.45, {evalsha: [15, 900_000]}), 'evalsha', 30],
	['quick commands that wait for a processor', totals(0.05, {get: [20, 900_000]}), undefined],
	['quick commands that take the whole processor', totals(0.9, {get: [100_000, 900_000]}), undefined],
	['processor time that sockets took', totals(0.9, {evalsha: [2, 100_000], get: [90_000, 90_000]}), undefined],
	['an idle server', totals(0.001, {get: [3, 30]}), undefined],
	['a server that does not tell its processor time', {...totals(0, {evalsha: [15, 900_000]}), cpu: {}}, undefined],
	['another process', {...totals(0.9, {evalsha: [15, 900_000]}), server: {run_id: 'b'}}, undefined],
];

for (const [name, info, command, ownMs] of cases) {
	test(`heavy command: ${name}`, () => {
		const [before, after] = [sampleOf(idle), sampleOf(info, 1000)];
		const found = heavyCommand(before, after, commandRates(before, after) ?? []);
		assert.equal(found?.command, command);
		assert.equal(found === undefined ? undefined : Math.round(found.ownMs), ownMs);
	});
}

test('heavy command: the duration of a call by the clock and the number of calls are known', () => {
	const [before, after] = [sampleOf(idle), sampleOf(totals(0.45, {evalsha: [15, 900_000]}), 1000)];
	const {ranMs, calls} = heavyCommand(before, after, commandRates(before, after) ?? []) ?? {};
	assert.deepEqual([ranMs, calls], [60, 15]);
});
