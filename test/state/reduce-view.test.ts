import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type {PanelId} from '../../source/state/panel-table.js';
import {panelIds} from '../../source/state/panel-table.js';
import {intervalSteps, newView, reduceView, type ViewEvent} from '../../source/state/reduce-view.js';
import {tableOf, type ViewState} from '../../source/state/view-state.js';
import {at} from '../harness/fake-port.js';

const panel = fc.constantFrom<PanelId>(...panelIds);
const text = fc.string({maxLength: 6});
const by = fc.constantFrom<1 | -1>(1, -1);
const event: fc.Arbitrary<ViewEvent> = fc.oneof(
	fc.record({kind: fc.constant('panel-opened' as const), panel}),
	fc.record({kind: fc.constantFrom('panel-stepped' as const, 'interval-stepped' as const), by}),
	fc.record({
		kind: fc.constantFrom(
			'went-back' as const,
			'sort-inverted' as const,
			'grouping-stepped' as const,
			'filter-started' as const,
			'filter-kept' as const,
			'filter-cleared' as const,
			'overlay-closed' as const,
			'resumed' as const,
			'notice-expired' as const,
		),
	}),
	fc.record({kind: fc.constant('node-chosen' as const), node: text.map(at)}),
	fc.record({kind: fc.constantFrom('row-chosen' as const, 'row-toggled' as const), rowKey: text}),
	fc.record({kind: fc.constant('sorted' as const), sort: fc.option(text, {nil: undefined})}),
	fc.record({kind: fc.constant('filter-typed' as const), text}),
	fc.record({
		kind: fc.constant('overlay-opened' as const),
		overlay: fc.constant({kind: 'help' as const, firstRow: 0}),
	}),
	fc.record({
		kind: fc.constant('help-searched' as const),
		search: fc.option(fc.record({text, isTyping: fc.boolean()}), {nil: undefined}),
	}),
	fc.record({kind: fc.constant('overlay-scrolled' as const), firstRow: fc.nat(50)}),
	fc.record({kind: fc.constant('paused' as const), atMs: fc.nat()}),
);

const start = newView('overview', 1000);
const after = (events: readonly ViewEvent[], from: ViewState = start): ViewState => events.reduce(reduceView, from);

test('any sequence of intents leaves a valid view state', () => {
	fc.assert(
		fc.property(fc.array(event, {maxLength: 40}), events => {
			let view = start;
			for (const each of events) {
				view = reduceView(view, each);
				assert.ok(panelIds.includes(view.panel));
				assert.notEqual(view.previousPanel, view.panel, 'the way back leads elsewhere');
				assert.ok(intervalSteps.includes(view.intervalMs));
				// What is being typed is what the list is filtered by.
				assert.ok(view.filterDraft === undefined || view.filterDraft === tableOf(view, view.panel).filter);
			}
		}),
	);
});

test('repeated Esc ends at the overview without a box or a filter', () => {
	fc.assert(
		fc.property(fc.array(event, {maxLength: 40}), events => {
			const escaped = after(
				Array.from({length: 8}, () => ({kind: 'went-back'}) as const),
				after(events),
			);
			assert.equal(escaped.panel, 'overview');
			assert.deepEqual(
				[escaped.overlay, escaped.filterDraft, tableOf(escaped, 'overview').filter],
				[undefined, undefined, ''],
			);
			assert.equal(reduceView(escaped, {kind: 'went-back'}), escaped);
		}),
	);
});

test('each Esc closes one thing: box, then filter, then panel', () => {
	const filtered = after([
		{kind: 'panel-opened', panel: 'clients'},
		{kind: 'filter-started'},
		{kind: 'filter-typed', text: 'web'},
		{kind: 'filter-kept'},
		{kind: 'overlay-opened', overlay: {kind: 'help', firstRow: 0}},
	]);
	const steps = [filtered];
	for (let press = 0; press < 3; press++) {
		steps.push(reduceView(steps.at(-1) ?? start, {kind: 'went-back'}));
	}

	assert.deepEqual(
		steps.map(view => [view.overlay?.kind, tableOf(view, 'clients').filter, view.panel]),
		[
			['help', 'web', 'clients'],
			[undefined, 'web', 'clients'],
			[undefined, '', 'clients'],
			[undefined, '', 'overview'],
		],
	);
});

test('the key of the shown panel changes nothing', () => {
	const open = (...panels: PanelId[]) =>
		after(panels.map(each => ({kind: 'panel-opened', panel: each}) as const)).panel;
	assert.equal(open('memory', 'memory'), 'memory');
	assert.equal(open('memory', 'clients', 'clients'), 'clients');
	assert.equal(open('overview'), 'overview');
});

test('Tab visits all panels and returns to the first', () => {
	for (const step of [1, -1] as const) {
		const walk = panelIds.map(
			(_, index) => after(Array.from({length: index + 1}, () => ({kind: 'panel-stepped', by: step}) as const)).panel,
		);
		assert.equal(new Set(walk).size, panelIds.length);
		assert.equal(walk.at(-1), 'overview');
	}
});

test('each panel keeps its own filter, sort, selection and opened rows', () => {
	const view = after([
		{kind: 'panel-opened', panel: 'clients'},
		{kind: 'filter-typed', text: 'web'},
		{kind: 'sorted', sort: 'idle'},
		{kind: 'sort-inverted'},
		{kind: 'row-chosen', rowKey: '17'},
		{kind: 'row-toggled', rowKey: '16'},
		{kind: 'row-toggled', rowKey: '17'},
		{kind: 'row-toggled', rowKey: '16'},
		{kind: 'panel-opened', panel: 'slowlog'},
		{kind: 'filter-typed', text: 'KEYS'},
	]);
	assert.deepEqual(tableOf(view, 'clients'), {
		sort: 'idle',
		isInverted: true,
		filter: 'web',
		selectedKey: '17',
		groupBy: undefined,
		opened: ['17'],
	});
	assert.equal(tableOf(view, 'slowlog').filter, 'KEYS');
	assert.equal(tableOf(view, 'memory').filter, '');
});

const intervals: ReadonlyArray<readonly [from: number, by: 1 | -1, to: number]> = [
	[1000, 1, 2000],
	[1000, -1, 500],
	[500, -1, 500],
	[10_000, 1, 10_000],
	[750, 1, 1000],
	[750, -1, 500],
	[60_000, -1, 10_000],
	[60_000, 1, 60_000],
];

for (const [from, step, to] of intervals) {
	test(`${step === 1 ? '+' : '-'} at ${from} ms: ${to} ms`, () => {
		assert.equal(reduceView(newView('overview', from), {kind: 'interval-stepped', by: step}).intervalMs, to);
	});
}

test('E widens the events to what was before the start, and back; on other panels it opens them widened', () => {
	const opened = reduceView(newView('overview', 1000, false), {kind: 'earlier-toggled'});
	assert.deepEqual([opened.panel, opened.tables.events?.groupBy], ['events', 'earlier']);
	const narrowed = reduceView(opened, {kind: 'earlier-toggled'});
	assert.equal(narrowed.tables.events?.groupBy, undefined);
	assert.equal(reduceView(narrowed, {kind: 'earlier-toggled'}).tables.events?.groupBy, 'earlier');
});

test('what a failure would lose opens on the panel that fits, and closes there', () => {
	const opened = reduceView(newView('overview', 1000, false), {kind: 'what-if-toggled', panel: 'cluster'});
	assert.deepEqual([opened.panel, opened.tables.cluster?.groupBy], ['cluster', 'what-if']);
	const closed = reduceView(opened, {kind: 'what-if-toggled', panel: 'cluster'});
	assert.deepEqual([closed.panel, closed.tables.cluster?.groupBy], ['cluster', undefined]);
	const other = reduceView({...closed, panel: 'replication'}, {kind: 'what-if-toggled', panel: 'cluster'});
	assert.deepEqual([other.panel, other.tables.replication?.groupBy], ['replication', 'what-if']);
});
