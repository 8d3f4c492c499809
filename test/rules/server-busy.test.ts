import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {Failure} from '../../source/domain/sample.js';
import {replyFailure} from '../../source/parse/reply-error.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {fnEngine, srvBusy, srvPaused} from '../../source/rules/server-busy.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, recordFrom} from '../harness/records.js';
import {type FactsParts, factsOf, type RuleCase, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const failing = (failure: Failure): FactsParts => ({record: {failure}});

testRule(srvBusy, [
	['it answers', {}, 'clear'],
	['a script', failing(replyFailure('BUSY Redis is busy running a script. You can only call SCRIPT KILL')), 'critical'],
	['a server that gives no reply', failing(socketFailure('TIMEOUT', '')), 'clear'],
]);

test('srv.busy: the finding names the command, and the action where the server can kill that command', () => {
	const found = (reply: string) => {
		const evaluation = srvBusy.evaluate(factsOf(failing(replyFailure(reply))), 0);
		return evaluation.kind === 'fires' ? [evaluation.culprit?.command, evaluation.action] : evaluation.kind;
	};

	assert.deepEqual(found('BUSY Redis is busy running a script. You can only call SCRIPT KILL'), [
		'EVAL',
		'script-kill',
	]);
	assert.deepEqual(found('BUSY Redis is busy running a script. You can only call FUNCTION KILL'), [
		'FCALL',
		'function-kill',
	]);
	assert.deepEqual(found('BUSY Redis is busy running a module command.'), [undefined, undefined]);
});

test('srv.busy: each step in words says what to do, also where the screen shows only its first clause', () => {
	const {next} = firingOf(
		srvBusy,
		failing(replyFailure('BUSY Redis is busy running a script. You can only call SCRIPT KILL')),
	);
	const words = next.filter(({kind}) => kind === 'words').map(({text}) => messageText(text));
	assert.deepEqual(
		words.map(text => text.split(': ')[0]),
		['wait where it answers UNKILLABLE'],
	);
});

const scriptReply = 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.';
const functionReply = 'BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.';
type Run = readonly [command: string, agoMs: number, seconds: number, client: string];
const busyAfter = (reply: string, runs: readonly Run[], role: 'primary' | 'replica' = 'primary'): FactsParts => ({
	record: {
		role,
		failure: replyFailure(reply),
		failingSinceMs: nowMs - 300_000,
		slowlog: {
			atMs: nowMs - 300_000,
			value: {
				entries: runs.map(([command, agoMs, seconds, clientName], id) => ({
					id,
					atMs: nowMs - 300_000 - agoMs,
					durationMicroseconds: seconds * 1_000_000,
					arguments: [command],
					clientAddress: `10.0.4.2${id}:50004`,
					clientName,
				})),
				perMinute: 1,
				lost: 0,
			},
		},
	},
});
const script = /^runs a script and answers nothing else \(BUSY\)/;
testRule(srvBusy, [
	[
		'a client ran a long script shortly before',
		busyAfter(scriptReply, [['eval', 5000, 4, 'report-job']]),
		'critical',
		/^runs a script, likely of report-job, and answers only BUSY: SCRIPT KILL ends it/,
	],
	[
		'a client without a name',
		busyAfter(scriptReply, [['evalsha', 5000, 4, '']]),
		'critical',
		/^runs a script, likely of 10\.0\.4\.20:50004, and/,
	],
	[
		'a function of a client',
		busyAfter(functionReply, [['fcall', 5000, 4, 'report-job']]),
		'critical',
		/^runs a function, likely of report-job, and/,
	],
	['its scripts are quick', busyAfter(scriptReply, [['eval', 5000, 0.5, 'report-job']]), 'critical', script],
	['its script ran long ago', busyAfter(scriptReply, [['eval', 90_000, 4, 'report-job']]), 'critical', script],
	['it ran another command', busyAfter(scriptReply, [['keys', 5000, 4, 'report-job']]), 'critical', script],
	[
		'two clients ran scripts for as long',
		busyAfter(scriptReply, [
			['eval', 5000, 4, 'report-job'],
			['eval', 15_000, 4, 'web'],
		]),
		'critical',
		script,
	],
]);

test('srv.busy: the likely sender is the culprit, is to be stopped after the kill, and a replica refuses reads', () => {
	const {culprit, next, effect} = firingOf(
		srvBusy,
		busyAfter(scriptReply, [['eval', 5000, 4, 'report-job']], 'replica'),
	);
	assert.deepEqual(culprit, {command: 'EVAL', client: {kind: 'client', name: 'report-job'}});
	assert.equal(messageText(next[1]?.text ?? ''), 'stop report-job, which likely sends it again after that');
	assert.equal(effect, 'reads-refused');
});

const clients = (flags: string, command: string): FactsParts => ({
	record: {clients: {atMs: nowMs, value: [clientOf({id: 1, flags, command})]}},
});
testRule(srvPaused, [
	[
		'Valkey says so',
		{info: {clients: {paused_reason: 'client_pause', paused_actions: 'write', paused_timeout_milliseconds: 90_000}}},
		'critical',
		/^pauses writes \(CLIENT PAUSE\), for 1m30s more$/,
	],
	[
		'Valkey says so, of all commands',
		{info: {clients: {paused_reason: 'client_pause', paused_actions: 'all'}}},
		'critical',
		/^pauses all commands \(CLIENT PAUSE\)$/,
	],
	['Valkey fails over', {info: {clients: {paused_reason: 'failover_in_progress'}}}, 'warning', /\(a failover\)$/],
	['Valkey shuts down', {info: {clients: {paused_reason: 'shutdown_in_progress'}}}, 'warning', /\(SHUTDOWN\)$/],
	[
		'Valkey shuts down, and is a replica of a primary that answers, as in a rolling restart',
		{
			info: {
				clients: {paused_reason: 'shutdown_in_progress'},
				replication: {role: 'slave', master_host: '10.0.1.12', master_port: 6379},
			},
			record: {role: 'replica'},
			nodes: [recordFrom({address: '10.0.1.12:6379', role: 'primary'})],
		},
		'info',
	],
	[
		'Sentinel pauses the writes of the former primary, which is a replica now',
		{
			record: {role: 'replica'},
			info: {clients: {paused_reason: 'client_pause', paused_actions: 'write', paused_timeout_milliseconds: 19_000}},
		},
		'info',
		/^pauses writes \(CLIENT PAUSE\), for 19s more$/,
	],
	[
		'reads of a replica are paused too',
		{record: {role: 'replica'}, info: {clients: {paused_reason: 'client_pause', paused_actions: 'all'}}},
		'critical',
	],
	['Valkey says no', {info: {clients: {paused_reason: 'none'}}}, 'clear'],
	[
		'a write is blocked',
		{info: {clients: {blocked_clients: 1}}, ...clients('b', 'set')},
		'critical',
		/^pauses writes \(CLIENT PAUSE\): SET waits$/,
	],
	[
		'a write is blocked by FAILOVER',
		{info: {clients: {}, replication: {master_failover_state: 'waiting-for-sync'}}, ...clients('b', 'set')},
		'warning',
		/^pauses writes \(a failover\): SET waits$/,
	],
	['a read is blocked', {info: {clients: {}}, ...clients('b', 'get')}, 'critical', /^pauses all commands/],
	...['ft.search', 'ts.mrange', 'flushall', 'unheard-of'].map(
		command => [`${command} may wait by itself`, {info: {clients: {}}, ...clients('b', command)}, 'clear'] as const,
	),
	['BLPOP waits by design', {info: {clients: {}}, ...clients('b', 'blpop')}, 'clear'],
	...['ft.search', 'ts.mrange', 'flushall', 'flushdb', 'wait', 'shutdown', 'bgsave', 'eval'].map(
		(command): RuleCase => [`${command} may wait by itself`, {info: {clients: {}}, ...clients('b', command)}, 'clear'],
	),
	['CLIENT LIST was not read', {info: {clients: {}}}, 'absent'],
]);

const busy = (running: Failure['running'], kill = 'FUNCTION KILL'): FactsParts =>
	failing({
		layer: 'server',
		code: 'BUSY',
		kind: kill === 'FUNCTION KILL' ? 'BUSY_FUNCTION' : undefined,
		problem: 'is busy',
		state: 'busy',
		running,
	});

testRule(fnEngine, [
	['for long', busy({name: 'endless', durationMs: 12_400}), 'critical', /^is busy with the function endless, for 12s$/],
	['not for long yet', busy({name: 'endless', durationMs: 900}), 'clear'],
	['a script', busy(undefined, 'SCRIPT KILL'), 'clear'],
	['a function that the server does not name', busy(undefined), 'pending'],
	['it answers', {info: {server: {redis_version: '7.0.0'}}}, 'clear'],
]);

/** Why these rules are always evaluated. */
export const neverUnknown = {
	'srv.busy': 'looks at the reply to our own command',
} as const;

for (const rule of [srvBusy]) {
	test(`${rule.id}: never unknown: ${neverUnknown[rule.id]}`, () => {
		assert.equal(rule.evaluate(factsOf({}), 0).kind, 'clear');
	});
}
