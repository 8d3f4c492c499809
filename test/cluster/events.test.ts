import assert from 'node:assert/strict';
import test from 'node:test';
import type {EventInput} from '../../source/cluster/cluster-event.js';
import {compareViews} from '../../source/cluster/comparison.js';
import {noConditionStarts, updateConditionStarts} from '../../source/cluster/condition-since.js';
import {clusterEvents} from '../../source/cluster/events.js';
import {failureReportsIn} from '../../source/cluster/failure-reports.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import {clusterVerdicts} from '../../source/cluster/verdicts.js';
import {idOf, nameOf, six, sixViews, viewFrom} from './views.js';

type Round = {readonly atMs: number; readonly views: readonly NodeView[]; readonly silent?: readonly number[]};

/** What happens from round to round, as the Events panel would list it, without `127.0.0.1:`. */
function eventsOver(rounds: readonly Round[]): string[] {
	let before: (EventInput & {conditionStarts: typeof noConditionStarts}) | undefined;
	const lines: string[] = [];
	for (const {atMs, views, silent = []} of rounds) {
		const timed = views.map(view => ({...view, atMs}));
		const unreached = silent.map(port => ({address: nameOf(port), id: idOf(port)}));
		const comparison = compareViews({views: timed, unreached});
		const conditionStarts = updateConditionStarts(before?.conditionStarts ?? noConditionStarts, comparison);
		const after = {
			atMs,
			comparison,
			conditionStarts,
			failureReports: failureReportsIn(before?.failureReports ?? new Map(), comparison, atMs),
			verdicts: clusterVerdicts({comparison, conditionStarts, nodeTimeoutMs: 2000, nowMs: atMs}),
		};
		for (const {severity, node, kind, text} of before === undefined ? [] : clusterEvents(before, after)) {
			lines.push(`${atMs} ${severity} ${node ?? '-'} ${kind}: ${text}`.replaceAll('127.0.0.1:', ''));
		}

		before = after;
	}

	return lines;
}

const without = (ports: readonly number[], parts: Parameters<typeof viewFrom>[1]) =>
	[17050, 17051, 17052, 17053, 17054, 17055].filter(port => !ports.includes(port)).map(port => viewFrom(port, parts));

test('a frozen primary gives events for PFAIL, FAIL, election, promotion and its return as a replica', () => {
	const suspected = {changed: ['17050 master,fail? 1 0-5460']};
	const failed = {changed: ['17050 master,fail 1 0-5460'], state: 'fail'};
	const promoted = ['17050 master,fail 1', '17053 master 7 0-5460'];
	const returned = ['17050 slave:17053 7', '17053 master 7 0-5460'];
	const lines = eventsOver([
		{atMs: 0, views: sixViews()},
		{atMs: 2500, views: [...without([17050, 17051], {}), viewFrom(17051, suspected)], silent: [17050]},
		{atMs: 3000, views: without([17050], failed), silent: [17050]},
		{atMs: 3500, views: without([17050], {...failed, epoch: 7}), silent: [17050]},
		{atMs: 3800, views: without([17050], {changed: promoted, epoch: 7}), silent: [17050]},
		{atMs: 9000, views: sixViews({}, {changed: returned, epoch: 7})},
	]);
	assert.deepEqual(lines, [
		'2500 warning 17050 suspected: flagged PFAIL (fail?) by 17051; it does not answer redis-top either',
		'3000 critical 17050 failed: marked FAIL by 5 of 5 other nodes, 0.5s after the first PFAIL; it owns slots 0-5460 (5,461 slots); it does not answer redis-top either',
		'3000 critical 17050 owner-failed: slots 0-5460 (5,461 slots) are not served: 17050 is marked FAIL',
		'3500 info 17053 election: election in epoch 7 for the slots of 17050',
		'3800 warning 17053 promoted: promoted in epoch 7: owns 0-5460 (5,461 slots) of 17050; they were without an owner for 1.3s, 0.8s of it after FAIL',
		'3800 info 17050 owner-failed-over: the outage of its slots is over, after 1.3s',
		'9000 info 17050 trusted-again: no longer marked FAIL, 6s after it was marked FAIL',
	]);
});

test('a node that reports a new role gives the event promoted or demoted', () => {
	const promoted = ['17050 slave:17053 7', '17053 master 7 0-5460'];
	assert.deepEqual(
		eventsOver([
			{atMs: 0, views: sixViews()},
			{atMs: 1000, views: sixViews({}, {changed: promoted, epoch: 7})},
		]),
		[
			'1000 warning 17053 promoted: promoted in epoch 7: owns 0-5460 (5,461 slots) of 17050, which had not failed: the failover was requested',
			'1000 warning 17050 demoted: demoted: replicates from 17053, which wins by epoch (7 against 1)',
		],
	);
});

test('a failing replica is a warning event, and a PFAIL that passes gives an event for its end', () => {
	const replica = {changed: ['17053 slave,fail:17050 1']};
	assert.match(
		eventsOver([
			{atMs: 0, views: sixViews()},
			{atMs: 9, views: without([17053], replica), silent: [17053]},
		])[0] ?? '',
		/^9 warning 17053 failed: marked FAIL by 5 of 5 other nodes; it does not answer/,
	);
	const passing = eventsOver([
		{atMs: 0, views: sixViews()},
		{atMs: 1000, views: sixViews({17052: {changed: ['17050 master,fail? 1 0-5460']}})},
		{atMs: 3000, views: sixViews()},
	]);
	assert.deepEqual(
		passing.filter(line => /suspected|trusted/.test(line)),
		[
			'1000 warning 17050 suspected: flagged PFAIL (fail?) by 17052; it answers redis-top',
			'3000 info 17050 trusted-again: no longer flagged PFAIL, after 2s',
		],
	);
});

test('a failure report does not end when the reporting node is gone', () => {
	const suspected = {changed: ['17050 master,fail? 1 0-5460']};
	const lines = eventsOver([
		{atMs: 0, views: sixViews()},
		{atMs: 1000, views: sixViews({17052: suspected})},
		{atMs: 2000, views: without([17052], {}), silent: [17052]},
	]);
	assert.ok(!lines.some(line => line.includes('trusted-again')), lines.join('\n'));
});

test('slots that move between primaries are one event', () => {
	const moved = ['17050 master 1 100-5460', '17051 master 8 0-99 5461-10922'];
	assert.deepEqual(
		eventsOver([
			{atMs: 0, views: sixViews()},
			{atMs: 1, views: sixViews({}, {changed: moved, epoch: 8})},
		]),
		['1 info 17051 slots-moved: took slots 0-99 (100 slots) over from 17050'],
	);
});

test('a partition begins once and ends once, whichever nodes flag each other in it', () => {
	const cut = (mine: readonly number[]) =>
		six.filter(line => !mine.includes(Number(line.slice(0, 5)))).map(line => line.replace(/(master|slave)/, '$1,fail'));
	const sideA = [17050, 17054];
	const sideB = [17051, 17052, 17053, 17055];
	const split = [
		...sideA.map(port => viewFrom(port, {changed: cut(sideA), state: 'fail', epoch: 5})),
		...sideB.map(port =>
			viewFrom(port, {changed: ['17050 master,fail 1', '17053 master 6 0-5460', '17054 slave,fail:17051 3'], epoch: 6}),
		),
	];
	const healed = sixViews({}, {changed: ['17050 slave:17053 6', '17053 master 6 0-5460']});
	const lines = eventsOver([
		{atMs: 0, views: sixViews()},
		{atMs: 4000, views: split},
		{atMs: 4200, views: split},
		{atMs: 20_000, views: healed},
	]);
	const kinds = lines.map(line => line.split(' ').slice(0, 4).join(' '));
	assert.deepEqual(kinds, [
		'4000 critical 17050 failed:',
		'4000 warning 17054 failed:',
		'4000 warning 17053 promoted:',
		'4000 critical 17050 minority:',
		'4200 critical 17053 fenced-primary:',
		'20000 info 17050 trusted-again:',
		'20000 info 17054 trusted-again:',
		'20000 warning 17050 demoted:',
		'20000 info 17053 fenced-primary-over:',
		'20000 info 17050 minority-over:',
	]);
	assert.match(lines.at(-1) ?? '', /the separation from the majority is over, after 16s/);
});

test('equal states give no event, and neither does the first state', () => {
	assert.deepEqual(
		eventsOver([
			{atMs: 0, views: sixViews()},
			{atMs: 5, views: sixViews()},
		]),
		[],
	);
	assert.deepEqual(
		eventsOver([
			{atMs: 0, views: []},
			{atMs: 5, views: sixViews()},
			{atMs: 9, views: []},
		]),
		[],
	);
});
