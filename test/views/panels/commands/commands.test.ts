import assert from 'node:assert/strict';
import test from 'node:test';
import type {CommandRate, LatencyBounds, NodeRecord} from '../../../../source/state/monitor-state.js';
import {commandsPanel} from '../../../../source/views/panels/commands/commands.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {emptyRecord, panelInput, recordFrom, sampledAtMs} from '../../../harness/records.js';

const screen = {width: 80, height: 21};

const rate = (command: string, callsPerSecond: number, meanMicroseconds: number, timeShare: number): CommandRate => ({
	command,
	calls: callsPerSecond * 3600,
	callsPerSecond,
	meanMicroseconds,
	timeShare,
	failuresPerSecond: command === 'get' ? 0.3 : 0,
});

const bounds = (p50: number, p99: number, p999: number | undefined): LatencyBounds => ({
	calls: 5000,
	p50,
	p99,
	p999,
	max: 1_082_130,
	overMs: 10_000,
});

const node: NodeRecord = recordFrom({
	info: {
		commandstats: {cmdstat_get: 'calls=1'},
		errorstats: {errorstat_WRONGTYPE: 'count=12', errorstat_OOM: 'count=81200'},
	},
	values: {errorReplies: 2.1},
	commands: [
		rate('get', 40_000, 1.2, 0.2),
		rate('hgetall', 120, 850, 0.7),
		rate('client|list', 0.1, 33_816, 0.1),
		{command: 'ping', calls: 4, callsPerSecond: 0, meanMicroseconds: undefined, timeShare: 0, failuresPerSecond: 0},
	],
	latency: {
		atMs: sampledAtMs - 4000,
		value: {
			histograms: new Map([['get', {calls: 10, buckets: [{boundMicroseconds: 1_082_130, cumulativeCount: 10}]}]]),
			elapsedMs: 0,
			runId: undefined,
			bounds: new Map([
				['get', bounds(2, 33_816, 67_633)],
				['hgetall', bounds(528, 1056, undefined)],
			]),
		},
	},
});

test('commands are ordered by time share, and those with enough calls have percentiles', () => {
	assert.deepEqual(panelText(commandsPanel, panelInput([node]), {width: 80, height: 10}), [
		'┌─ 5 Commands and latency  percentiles over 10s, 4s old ──────────── 1-4 of 4 ─┐',
		'│ calls 40.1k/s  time in commands 15%    failures 0.3/s                        │',
		'│ error replies 2.1/s    since the start OOM 81.2k  WRONGTYPE 12               │',
		'│ COMMAND        CALLS/S    MEAN      P50       P99    P99.9 TIME↓ FAIL/S TOTAL│',
		'│>hgetall            120  850 µs  ≤528 µs   ≤1.1 ms        -   70%      0  432k│',
		'│ get              40.0k  1.2 µs  ≤2.0 µs !≤33.8 ms ≤67.6 ms   20%    0.3  144M│',
		'│ client|list        0.1 33.8 ms        -         -        -   10%      0   360│',
		'│ ping                 0       -        -         -        -    0%      0     4│',
		'│                                                                              │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('every sort key orders the list in both directions', () => {
	const order = (sort: string, isInverted = false) =>
		commandsPanel.rowKeys(panelInput([node], {table: {sort, isInverted}})).join(' ');
	assert.equal(order('share'), 'hgetall get client|list ping');
	assert.equal(order('calls'), 'get hgetall client|list ping');
	assert.equal(order('p99'), 'get hgetall client|list ping');
	assert.equal(order('mean'), 'client|list hgetall get ping');
	assert.equal(order('command'), 'client|list get hgetall ping');
	assert.equal(order('command', true), 'ping hgetall get client|list');
	for (const {id} of commandsPanel.sortKeys) {
		assert.notEqual(order(id), order(id, true), id);
	}
});

test('the list is filtered, and says when no command matches', () => {
	assert.deepEqual(commandsPanel.rowKeys(panelInput([node], {table: {filter: 'GET'}})), ['hgetall', 'get']);
	const none = panelText(commandsPanel, panelInput([node], {table: {filter: 'xyz'}}), screen).join('\n');
	assert.match(none, /Nothing matches the filter xyz/);
});

test('before a second sample only totals are known', () => {
	const first = {
		...node,
		latency: undefined,
		commands: [
			{
				...node.commands[0]!,
				callsPerSecond: undefined,
				meanMicroseconds: undefined,
				timeShare: undefined,
				failuresPerSecond: undefined,
			},
		],
	};
	const text = panelText(commandsPanel, panelInput([first]), screen);
	assert.match(text[1]!, /calls - +time in commands - +failures -/);
	assert.match(text[4]!, />get +- +- +- +- +- +- +- +144M/);
});

test('without commandstats the panel says what is missing', () => {
	assert.match(
		panelText(commandsPanel, panelInput([recordFrom({})]), screen).join('\n'),
		/Waiting for INFO commandstats/,
	);
});

test('the details of a command have its calls, times and percentiles', () => {
	const details = new Map(commandsPanel.details?.(panelInput([node]), 'get'));
	assert.equal(details.get('p50'), '≤2.0 µs of 5,000 calls in 10s');
	assert.equal(details.get('p99.9'), '≤67.6 ms');
	assert.equal(details.get('slowest, last interval'), '>541 ms');
	assert.equal(details.get('slowest since the start'), '>541 ms');
	assert.equal(details.get('calls since the start'), '144,000,000');
	assert.equal(commandsPanel.details?.(panelInput([node]), 'gone'), undefined);
});

test('the panel draws at any size', () => {
	const states = [[node], [recordFrom({})], [emptyRecord('10.0.1.11:6379')], []];
	assertAnySize(commandsPanel, [
		...states.map(records => panelInput(records)),
		panelInput([node], {table: {filter: 'xyz'}}),
	]);
});

test('the order is that of the shown figures, whatever the last second was', () => {
	const shown = {
		rates: [rate('get', 1010, 1020, 0.2), rate('hgetall', 10, 980, 0.8)],
		overMs: 10_000,
		atMs: sampledAtMs - 4000,
		elapsedMs: 0,
		isOfHistograms: true,
	};
	const latest = [rate('get', 990, 1, 0.9), rate('hgetall', 10, 1, 0.1)];
	const record: NodeRecord = {
		...node,
		commands: latest,
		commandWindow: {rates: latest, overMs: 10_000, shown, starts: [], histogramsAt: undefined},
	};
	const inOrder = (sort?: string) => panelText(commandsPanel, panelInput([record], {table: {sort}}), screen).join('\n');
	assert.match(inOrder(), /over 10s, 4s old ─[\s\S]*>hgetall +10 +980 µs.* 80%[\s\S]* get +1\.01k +1\.0 ms.* 20%/);
	assert.match(inOrder('calls'), />get +1\.01k[\s\S]* hgetall +10 /);
	assert.match(inOrder('mean'), />get +1\.01k[\s\S]* hgetall +10 /);
	assert.equal(commandsPanel.isOrderHeld, undefined, 'the figures stay as long as their order');

	const apart = {...record, commandWindow: {...record.commandWindow!, shown: {...shown, isOfHistograms: false}}};
	const title = panelText(commandsPanel, panelInput([apart]), {width: 120, height: 21})[0];
	assert.match(title ?? '', /over 10s, 4s old, percentiles over 10s, 4s old/);
});

/** An entry of the slow log that ended so many seconds before the sample. */
const logged = (id: number, secondsAgo: number, ms: number, clientName = 'nightly-report') => ({
	id,
	atMs: sampledAtMs - secondsAgo * 1000,
	durationMicroseconds: ms * 1000,
	arguments: ['keys', '*'],
	clientAddress: '10.0.0.9:5000',
	clientName,
});

const withLog = (...entries: ReadonlyArray<ReturnType<typeof logged>>): string =>
	panelText(
		commandsPanel,
		panelInput([{...node, slowlog: {atMs: sampledAtMs, value: {entries, lost: 0, perMinute: entries.length}}}]),
		{width: 100, height: 14},
	).join('\n');

test('the slowest command of the last minute stands above the list, with its client and its share of the minute', () => {
	assert.match(withLog(logged(1, 20, 5300)), / slowest {5}KEYS 5\.3 s, 2\ds ago, from nightly-report +│/);
	assert.match(
		withLog(logged(1, 35, 5300), logged(2, 20, 6700)),
		/KEYS 6\.7 s, 2\ds ago, from nightly-report; 2 took 20% of a minute/,
	);
});

test('no slow command is named that is older than a minute, that took a moment, or that redis-top sent', () => {
	assert.doesNotMatch(withLog(logged(1, 75, 5300)), / slowest /);
	assert.doesNotMatch(withLog(logged(1, 20, 30)), / slowest /);
	assert.doesNotMatch(withLog(logged(1, 20, 5300, 'redis-top')), / slowest /);
});

test('the totals above the list have the window of the list', () => {
	const rates = [rate('get', 500, 2, 1), rate('set', 250, 2, 0)];
	const shown = {rates, overMs: 10_000, atMs: sampledAtMs, elapsedMs: 0, isOfHistograms: false};
	const commandWindow = {rates, overMs: 10_000, shown, starts: [], histogramsAt: undefined};
	const text = panelText(commandsPanel, panelInput([{...node, commandWindow}]), {width: 80, height: 10}).join('\n');
	assert.match(text, / calls 750\/s /);
});
