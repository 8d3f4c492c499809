import assert from 'node:assert/strict';
import test from 'node:test';
import {nameOf} from '../../source/domain/message.js';
import {usualKeyboard} from '../../source/keys/keyboard.js';
import type {Finding} from '../../source/rules/finding.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {newView} from '../../source/state/reduce-view.js';
import {nextSubject} from '../../source/state/subject.js';
import {verdictOf} from '../../source/state/verdict.js';
import {unicodeGlyphs} from '../../source/text/glyphs.js';
import {plainText} from '../../source/text/line.js';
import {screenLines} from '../../source/views/screen.js';
import {findingOf} from '../harness/findings.js';
import {recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const nowMs = sampledAtMs + 8000;
const address = '10.0.1.11:6379';

const ladder: NonNullable<NodeRecord['ladder']> = {
	target: address as NodeRecord['address'],
	atMs: nowMs,
	hosting: {provider: 'self-hosted'} as unknown as NonNullable<NodeRecord['ladder']>['hosting'],
	rungs: [],
	certificate: undefined,
	host: undefined,
	remarks: [],
	verdict: {status: 'critical', text: 'is hung', next: []} as unknown as NonNullable<NodeRecord['ladder']>['verdict'],
};

const silentFor = (ms: number): NodeRecord => ({
	...recordFrom({address, info: {memory: {used_memory: 1024}}}),
	reach: 'stale',
	failure: {layer: 'server', code: 'TIMEOUT', problem: 'is not responding', state: 'stale'},
	pendingSinceMs: nowMs - ms,
	ladder,
});

const unresponsive = findingOf('conn.unresponsive', 'critical', address);
const ran = findingOf('lat.slowlog_new', 'warning', address, {
	problem: 'ran KEYS for 5.3 s from nightly-report',
	tells: 'moment',
	culprit: {command: 'KEYS', client: nameOf('client', 'nightly-report')},
	evidence: [{name: 'KEYS', value: 5300, unit: 'milliseconds'}],
	next: [{kind: 'words', text: 'send SCAN in place of KEYS'}],
});

function screenOf(record: NodeRecord, findings: readonly Finding[], columns = 80, rows = 24): string[] {
	const state = {...stateOf([record]), findings};
	const subject = nextSubject(undefined, verdictOf(state, nowMs), nowMs);
	return screenLines({
		state,
		view: {...newView('overview', 1000), subject},
		deployment: 'standalone',
		lock: {kind: 'locked'},
		nowMs,
		liveNowMs: nowMs,
		keyboard: usualKeyboard,
		glyphs: unicodeGlyphs,
		columns,
		rows,
	}).map(plainText);
}

const isLadder = (lines: readonly string[]): boolean => lines.some(line => line.includes('step by step'));

test('while a command that is known holds the server, Overview keeps its panels, and line 2 names the command', () => {
	const lines = screenOf(silentFor(7000), [unresponsive, ran]);
	assert.equal(isLadder(lines), false, lines.join('\n'));
	assert.match(lines[1] ?? '', /^!! .*is not responding: last ran KEYS for 5\.3 s from nightly-report/);
	assert.match(lines[2] ?? '', /next {2}send SCAN in place of KEYS/);
	assert.match(lines.join('\n'), /2 Memory/);
});

test('line 2 names the client beside other causes too', () => {
	const other = findingOf('mem.frag', 'warning', '10.0.1.12:6379');
	const also = findingOf('per.stale', 'critical', '10.0.1.12:6379');
	const [, verdict] = screenOf(silentFor(7000), [unresponsive, ran, other, also]);
	assert.match(verdict ?? '', /nightly-report.*!! 1 {2}! 1/);
});

test('without a known command the ladder comes after five seconds of silence, and panels stay until then', () => {
	assert.equal(isLadder(screenOf(silentFor(3000), [unresponsive])), false);
	assert.equal(isLadder(screenOf(silentFor(7000), [unresponsive])), true);
});

test('a ladder that stops at a silent PING does not contradict the packets that are lost', () => {
	const ping = {
		step: 'ping',
		status: 'critical',
		code: 'TIMEOUT',
		result: 'is not responding: hung',
		meaning: 'it is stopped',
	};
	const stopped = {
		...ladder,
		rungs: [{...ping, address: undefined, tookMs: 2200, confirm: [], next: []}],
		verdict: {...ladder.verdict, step: 'ping', next: [{kind: 'words', text: 'wait'}]},
	} as unknown as typeof ladder;
	const record: NodeRecord = {
		...recordFrom({address}),
		sample: undefined,
		reach: 'stale',
		failure: {
			layer: 'server',
			code: 'TIMEOUT',
			kind: 'LARGE_REPLIES',
			problem: 'sends small replies only',
			state: 'stale',
		},
		pendingSinceMs: nowMs - 7000,
		ladder: stopped,
	};
	const text = screenOf(record, []).join('\n');
	assert.match(text, /step by step/);
	assert.match(text, /ping .*sends small replies only/);
	assert.match(text, /lower the MTU/);
	assert.doesNotMatch(text, /is stopped|hung|wait/);
});
