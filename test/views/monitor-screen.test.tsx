import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {render} from 'ink';
import {usualKeyboard} from '../../source/keys/keyboard.js';
import {createStore} from '../../source/state/external-store.js';
import {newView, reduceView} from '../../source/state/reduce-view.js';
import type {ViewState} from '../../source/state/view-state.js';
import {unicodeGlyphs} from '../../source/text/glyphs.js';
import {App} from '../../source/views/app.js';
import type {Controller} from '../../source/views/control/controller.js';
import {followView, MonitorScreen, type MonitorScreenOptions} from '../../source/views/monitor-screen.js';
import {inkOptions} from '../../source/views/mount.js';
import {panelById} from '../../source/views/panels.js';
import {panelInput} from '../../source/views/screen-input.js';
import {emptyRecord, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';
import {createScreen} from '../harness/screen.js';

/** A terminal that keeps what was written to it. */
function terminal() {
	const written: string[] = [];
	const stream = {
		columns: 80,
		rows: 24,
		write(text: string, taken?: () => void) {
			written.push(text);
			taken?.();
		},
		on: () => undefined,
		off: () => undefined,
	};
	return {stream, written};
}

function optionsFor() {
	const states = createStore(stateOf([emptyRecord('10.0.1.11:6379')]));
	const changes: string[] = [];
	const options: MonitorScreenOptions = {
		state: states,
		live: states,
		view: createStore<ViewState>(newView('overview', 1000)),
		deployment: () => 'replicated',
		now: () => sampledAtMs + 300,
		historyFrom: () => undefined,
		glyphs: unicodeGlyphs,
		theme: 'dark',
		hasMouse: false,
		keyboard: usualKeyboard,
		onViewChanged: node => changes.push(String(node)),
	};
	return {states, options, changes};
}

const locked = {kind: 'locked'} as const;

test('each state is drawn before Ink is there, and nothing afterwards', () => {
	const {stream, written} = terminal();
	const {states, options} = optionsFor();
	const screen = new MonitorScreen(options, stream);
	screen.open(locked);
	assert.match(written.join(''), /connecting to/);
	states.set(stateOf([recordFrom({})]));
	assert.match(written.at(-1) ?? '', /age/);
	screen.handOver();
	const before = written.length;
	states.set(stateOf([emptyRecord('10.0.1.12:6379')]));
	assert.equal(written.length, before);
});

test('a screen that Ink never drew restores the terminal', () => {
	const {stream, written} = terminal();
	const screen = new MonitorScreen(optionsFor().options, stream);
	screen.open(locked);
	screen.close();
	const modes = [...written.join('').matchAll(/\u001B\[\?(\d+)([hl])/g)];
	const last = new Map(modes.map(([, mode, state]) => [mode, state]));
	assert.deepEqual([last.get('1049'), last.get('25'), last.get('2004')], ['l', 'h', 'l']);
});

test('Ink takes over without writing a cell', async (t: TestContext) => {
	const {stream, written} = terminal();
	const {options} = optionsFor();
	const screen = new MonitorScreen(options, stream);
	screen.open(locked);
	screen.handOver();
	const before = written.length;
	const {promise: rendered, resolve} = Promise.withResolvers<void>();
	const keys = createScreen(80, 24);
	const controller = {press: () => undefined, paste: () => undefined} as unknown as Controller;
	const instance = render(
		<App
			state={options.state}
			view={options.view}
			dialog={createStore(undefined)}
			controller={controller}
			screenInput={() => screen.input(locked)}
			paint={screen.paint}
			onResize={() => undefined}
			onReady={() => undefined}
		/>,
		{...inkOptions(screen.output, keys.stdin), onRender: () => resolve()},
	);
	t.after(() => {
		screen.output.leave();
		instance.unmount();
		keys.dispose();
	});
	await rendered;
	assert.match(written.slice(before).join(''), /^(?:\u001B\[\?[\d;]+[hl])*$/);
});

test('the node in focus is told at once and when it changes', () => {
	const {states, options, changes} = optionsFor();
	followView(options);
	states.set(stateOf([emptyRecord('10.0.1.11:6379')]));
	states.set(stateOf([emptyRecord('10.0.1.12:6379')]));
	assert.deepEqual(changes, ['10.0.1.11:6379', '10.0.1.12:6379']);
});

test('a sorted list of nodes keeps its order for five seconds, and then follows the figures', () => {
	const node = (address: string, operations: number) => recordFrom({address, values: {operations}});
	const [one, other] = ['10.0.1.11:6379', '10.0.1.12:6379'] as const;
	const {states, options} = optionsFor();
	let nowMs = sampledAtMs;
	const moving: MonitorScreenOptions = {...options, now: () => nowMs};
	const screen = new MonitorScreen(moving, terminal().stream);
	const order = () => {
		const input = panelInput(screen.input(locked));
		return panelById.overview.rowKeys(input);
	};
	followView(moving);
	options.view.set(reduceView(options.view.get(), {kind: 'sorted', sort: 'operations'}));
	states.set(stateOf([node(one, 200), node(other, 100)]));
	assert.deepEqual(order(), [one, other]);
	nowMs += 1000;
	states.set(stateOf([node(one, 100), node(other, 200)]));
	assert.deepEqual(order(), [one, other], 'held');
	options.view.set(reduceView(options.view.get(), {kind: 'sort-inverted'}));
	assert.deepEqual(order(), [one, other], 'a key orders the rows at once: the smallest first');
	options.view.set(reduceView(options.view.get(), {kind: 'sort-inverted'}));
	nowMs += 5000;
	states.set(stateOf([node(one, 100), node(other, 201)]));
	assert.deepEqual(order(), [other, one], 'follows');
});
