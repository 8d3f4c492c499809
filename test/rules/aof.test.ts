import assert from 'node:assert/strict';
import test from 'node:test';
import {cfgAlways, perAofBloat, perAofPending, perAofRewrite, perAofWrite, perFsync} from '../../source/rules/aof.js';
import {firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {emptyKernel, type FactsParts, testRule} from '../harness/rule-cases.js';

const mega = 1024 * 1024;
const persistence = (fields: Sections[string]): Sections => ({persistence: fields});
const aof = (fields: Sections[string]): Sections => persistence({aof_enabled: 1, ...fields});

const unwritten = persistence({aof_last_write_status: 'err'});
testRule(perAofWrite, [
	['written', {info: persistence({aof_last_write_status: 'ok'})}, 'clear'],
	['not written', {info: unwritten}, 'critical', /^refuses writes \(MISCONF\): cannot write its append-only file$/],
	[
		'not written on a replica',
		{info: unwritten, record: {role: 'replica'}},
		'critical',
		/^cannot write its append-only file$/,
	],
	['not in INFO', {info: persistence({})}, 'absent'],
]);

test('per.aof_write: the effect on a primary is refused writes, and a replica has no clients that write', () => {
	assert.equal(firingOf(perAofWrite, {info: unwritten}).effect, 'writes-refused');
	assert.equal(firingOf(perAofWrite, {info: unwritten, record: {role: 'replica'}}).effect, 'data-at-risk');
});

testRule(perAofRewrite, [
	['the last rewrite succeeded', {info: persistence({aof_last_bgrewrite_status: 'ok'})}, 'clear'],
	[
		'failed once',
		{info: persistence({aof_last_bgrewrite_status: 'err'})},
		'warning',
		/^failed to rewrite its append-only file$/,
	],
	[
		'failed three times in a row',
		{info: persistence({aof_last_bgrewrite_status: 'err', aof_rewrites_consecutive_failures: 3})},
		'critical',
		/, 3 times in a row$/,
	],
	['not in INFO', {info: persistence({})}, 'absent'],
]);

testRule(perAofPending, [
	['AOF is off', {info: persistence({aof_enabled: 0, aof_rewrite_in_progress: 0})}, 'clear'],
	[
		'the first file',
		{info: aof({aof_rewrite_in_progress: 1, aof_current_size: 0})},
		'warning',
		/^writes its first append-only file$/,
	],
	['a later rewrite', {info: aof({aof_rewrite_in_progress: 1, aof_current_size: 5 * mega})}, 'clear'],
	['not in INFO', {info: persistence({})}, 'absent'],
]);

const delayed = (count: number): Sections => aof({aof_delayed_fsync: count});
/** A second of event loop cycles of this mean, in which the main thread used a processor for so long. */
const cycles = (count: number, meanMs: number, processorSeconds = 0, appendfsync = 'always'): FactsParts => {
	const at = (factor: number): Sections => ({
		...delayed(5),
		stats: {eventloop_cycles: 1000 + factor * count, eventloop_duration_sum: 1000 + factor * count * meanMs * 1000},
		cpu: {used_cpu_user_main_thread: 10 + factor * processorSeconds, used_cpu_sys_main_thread: 5},
	});
	return {info: at(1), earlier: at(0), config: {appendfsync}};
};

testRule(perFsync, [
	['no delayed fsync', {info: delayed(5), earlier: delayed(5)}, 'clear'],
	['two delayed fsyncs', {info: delayed(7), earlier: delayed(5)}, 'warning', /, 2 delayed fsyncs since/],
	['no append-only file', {info: persistence({aof_enabled: 0})}, 'clear'],
	[
		'every write waits for the disk',
		cycles(10, 90),
		'warning',
		/^waits for the disk at every write, an event loop cycle takes 90\.0 ms: appendfsync always$/,
	],
	['the same cycles, in which the thread works', cycles(10, 90, 0.9), 'clear'],
	['the same cycles with everysec', cycles(10, 90, 0, 'everysec'), 'clear'],
	['quick cycles', cycles(500, 0.1), 'clear'],
	[
		'cycles of some slices on a machine short of processor time',
		{...cycles(40, 20), host: {kernel: {...emptyKernel, processorPressure: 0.9}}},
		'clear',
	],
	[
		'far longer cycles on such a machine',
		{...cycles(10, 90), host: {kernel: {...emptyKernel, processorPressure: 0.9}}},
		'warning',
	],
	['the first sample', {info: delayed(7)}, 'pending'],
]);

const sized = (size: number, base: number, rest: Sections[string] = {}): Sections =>
	aof({aof_current_size: size * mega, aof_base_size: base * mega, ...rest});
testRule(perAofBloat, [
	['twice its base', {info: sized(200, 100)}, 'clear'],
	[
		'four times its base',
		{info: sized(400, 100)},
		'info',
		/^has an append-only file of 400M, 100M after its last rewrite$/,
	],
	['a small file', {info: sized(40, 1)}, 'clear'],
	['never read nor rewritten', {info: sized(400, 0)}, 'clear'],
	['a rewrite is scheduled', {info: sized(400, 100, {aof_rewrite_scheduled: 1})}, 'clear'],
	['not in INFO', {info: aof({})}, 'absent'],
]);

testRule(cfgAlways, [
	['every second', {config: {appendfsync: 'everysec', appendonly: 'yes'}}, 'clear'],
	[
		'always',
		{config: {appendfsync: 'always', appendonly: 'yes'}},
		'info',
		/^waits for the disk at every write: appendfsync always$/,
	],
	['always, but AOF is off', {config: {appendfsync: 'always', appendonly: 'no'}}, 'clear'],
	['CONFIG GET was not answered yet', {}, 'pending'],
]);
