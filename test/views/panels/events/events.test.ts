import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {MonitorEvent} from '../../../../source/domain/event.js';
import {message, nodeName} from '../../../../source/domain/message.js';
import type {NodeAddress} from '../../../../source/domain/node.js';
import type {TableView} from '../../../../source/state/view-state.js';
import {eventWords, notableEvents} from '../../../../source/views/event-words.js';
import {eventsPanel} from '../../../../source/views/panels/events/events.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {emptyRecord, sampledAtMs as nowMs, panelInput, sampledAtMs, stateOf} from '../../../harness/records.js';

const eventOf = (secondsAgo: number, parts: Partial<MonitorEvent>): MonitorEvent => ({
	atMs: sampledAtMs - secondsAgo * 1000,
	severity: 'info',
	node: '10.0.1.11:6379' as NodeAddress,
	kind: 'save-done',
	text: 'background save done in 41 s',
	...parts,
});

const events: readonly MonitorEvent[] = [
	eventOf(3, {severity: 'critical', kind: 'node-lost', text: 'refuses connections: nothing listens on the port'}),
	eventOf(24, {
		severity: 'warning',
		node: '10.0.1.13:6379' as NodeAddress,
		kind: 'link-lost',
		text: 'link to 10.0.1.11:6379 lost',
	}),
	eventOf(139, {}),
	eventOf(200_000, {node: undefined, kind: 'action', text: 'BGSAVE sent'}),
];

const input = (table: Partial<TableView> = {}, list = events) => panelInput([], {events: list, table});
const drawn = (table: Partial<TableView> = {}, width = 80, height = 8, list = events): string[] =>
	panelText(eventsPanel, input(table, list), {width, height});

test('at 80 columns the newest event is first, and its severity is a glyph', () => {
	assert.deepEqual(drawn(), [
		'┌─ 0 Events  !! 1  ! 1  sort time ────────────────────────────────── 1-4 of 4 ─┐',
		'│ TIME UTC↓     !  NODE            WHAT HAPPENED                               │',
		'│>14:02:28      !! 10.0.1.11:6379  refuses connections: nothing listens on the…│',
		'│ 14:02:07      !  10.0.1.13:6379  link to 10.0.1.11:6379 lost                 │',
		'│ 14:00:12         10.0.1.11:6379  background save done in 41 s                │',
		'│ 11-21 06:29      redis-top       BGSAVE sent                                 │',
		'│                                                                              │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('at 80x24 the whole text of the selected event is below the list', () => {
	const text = `promoted in epoch 7: owns 0-5460 (5,461 slots) in place of 10.0.1.11:6379, which is marked FAIL by all others`;
	const lines = drawn({}, 80, 21, [{...events[0], text} as (typeof events)[number], ...events]);
	assert.match(lines.at(-5) ?? '', /^│ ─+ │$/);
	assert.match(lines.slice(-4).join(' '), /promoted in epoch 7.*marked FAIL by all/);
	assert.doesNotMatch(drawn({}, 140, 21).join(''), /│ ──/);
});

test('E adds what was before the start, marked, and what is not known of it', () => {
	const node = {
		...emptyRecord('10.0.1.11:6379'),
		blind: [{command: 'ACL LOG', kind: 'denied', why: 'NOPERM', grant: '+acl|log'}],
	} as const;
	const earlierEvents = [eventOf(500, {kind: 'slow-command', text: 'ran KEYS for 900 ms (slow log)', isEarlier: true})];
	const state = {...stateOf([node], events.slice(0, 1)), earlierEvents, startedAtMs: sampledAtMs - 60_000};
	const shown = (table: Partial<TableView>) =>
		panelText(eventsPanel, {...input(table), state}, {width: 96, height: 6}).map(text => text.trimEnd());
	assert.deepEqual(shown({}), [
		'┌─ 0 Events  !! 1  E 1 earlier  sort time ────────────────────────────────────────── 1-1 of 1 ─┐',
		'│ TIME UTC↓ !  NODE    WHAT HAPPENED                                                           │',
		'│>14:02:28  !! :6379   refuses connections: nothing listens on the port                        │',
		'│                                                                                              │',
		'│                                                                                              │',
		'└──────────────────────────────────────────────────────────────────────────────────────────────┘',
	]);
	assert.deepEqual(shown({groupBy: 'earlier'}).slice(0, 5), [
		'┌─ 0 Events  !! 1  with 1 earlier  sort time ─────────────────────────────────────── 1-3 of 3 ─┐',
		'│ TIME UTC↓ !  NODE    WHAT HAPPENED                                                           │',
		'│>14:02:28  !! :6379   refuses connections: nothing listens on the port                        │',
		'│ 14:01:31     :6379   earlier: not known: refused users: ACL LOG is refused, NOPERM; +acl|log…│',
		'│ 13:54:11     :6379   earlier: ran KEYS for 900 ms (slow log)                                 │',
	]);
	assert.deepEqual(
		eventsPanel
			.details?.(
				{...input({groupBy: 'earlier'}), state},
				eventsPanel.rowKeys?.({...input({groupBy: 'earlier'}), state})[2] ?? '',
			)
			?.at(-1),
		['text', 'ran KEYS for 900 ms (slow log)'],
	);
});

test('the column KIND needs a wide screen', () => {
	assert.deepEqual(drawn({}, 120, 8).slice(1, 2), [
		'│ TIME UTC↓     !  NODE            WHAT HAPPENED                                                                       │',
	]);
	assert.match(drawn({}, 200, 8)[2] ?? '', /refuses connections: nothing listens on the port +node-lost +│$/);
});

test('a small card prefers other events to routine ones, in the order of time', () => {
	const many = [
		eventOf(1, {kind: 'save-done'}),
		eventOf(2, {kind: 'node-back'}),
		eventOf(3, {kind: 'save-done'}),
		eventOf(70, {kind: 'node-lost', severity: 'critical'}),
		eventOf(80, {kind: 'save-done'}),
		eventOf(2000, {kind: 'node-lost', severity: 'critical'}),
	];
	const kinds = (most: number) => notableEvents(many, most, nowMs).map(({kind}) => kind);
	assert.deepEqual(kinds(1), ['node-back']);
	assert.deepEqual(kinds(3), ['save-done', 'node-back', 'node-lost']);
	assert.deepEqual(kinds(9).length, many.length);
	assert.deepEqual(kinds(0), []);
});

test('an event names other nodes by their ports where one host has all nodes', () => {
	const nodes = [emptyRecord('10.0.1.11:6379'), emptyRecord('10.0.1.11:6380')];
	const event = eventOf(1, {
		node: nodes[0]?.address,
		text: message`replicates from ${nodeName('10.0.1.11:6380' as NodeAddress)}, not ${nodeName('110.0.1.11:6381' as NodeAddress)}`,
	});
	assert.equal(eventWords(event, stateOf(nodes)), 'replicates from :6380, not 110.0.1.11:6381');
	const apart = stateOf([...nodes, emptyRecord('10.0.1.12:6379')]);
	assert.equal(eventWords(event, apart), 'replicates from 10.0.1.11:6380, not 110.0.1.11:6381');
});

test('the list is sorted and filtered', () => {
	const kinds = (table: Partial<TableView>) => eventsPanel.rowKeys(input(table)).map(key => key.split(' ')[2]);
	assert.deepEqual(kinds({isInverted: true}), ['action', 'save-done', 'link-lost', 'node-lost']);
	assert.deepEqual(eventsPanel.rowKeys(input({filter: '!10.0'})).length, 1);
	assert.deepEqual(eventsPanel.rowKeys(input({filter: 'warning'})).length, 1);
	assert.match(drawn({filter: 'zzz'}).join('\n'), /Nothing matches the filter zzz/);
	assert.match(drawn({}, 80, 8, []).join('\n'), /Nothing has happened in the 1m00s since redis-top started/);
});

test('a row keeps its key when newer events come, also among equal events', () => {
	const before = [eventOf(5, {}), eventOf(5, {}), eventOf(9, {})];
	const keys = eventsPanel.rowKeys(input({}, before));
	assert.equal(new Set(keys).size, 3);
	assert.deepEqual(eventsPanel.rowKeys(input({}, [eventOf(1, {}), eventOf(5, {}), ...before])).slice(2), keys);
});

test('the details of an event have its whole text', () => {
	const key = eventsPanel.rowKeys(input())[3] ?? '';
	assert.deepEqual(eventsPanel.details?.(input(), key), [
		['when (UTC)', '2026-11-21 06:29:11'],
		['ago', '2d07h'],
		['severity', 'info'],
		['node', 'redis-top'],
		['kind', 'action'],
		['text', 'BGSAVE sent'],
	]);
	assert.equal(eventsPanel.details?.(input(), 'gone'), undefined);
});

test('the panel draws at any size', () => {
	const hostile = [eventOf(1, {text: '事件'.repeat(80), kind: '種類', node: '主机:1' as NodeAddress})];
	assertAnySize(eventsPanel, [input(), input({}, []), panelInput([emptyRecord('10.0.1.11:6379')], {events})]);
	for (const width of [1, 2, 3, 17, 40, 80, 200]) {
		panelText(eventsPanel, input({}, hostile), {width, height: 6});
	}
});
