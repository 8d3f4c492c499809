import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {render} from 'ink';
import {usualKeyboard} from '../../source/keys/keyboard.js';
import {createStore} from '../../source/state/external-store.js';
import {newView} from '../../source/state/reduce-view.js';
import type {ViewState} from '../../source/state/view-state.js';
import {unicodeGlyphs} from '../../source/text/glyphs.js';
import {App} from '../../source/views/app.js';
import type {Controller} from '../../source/views/control/controller.js';
import {followView, MonitorScreen, type MonitorScreenOptions} from '../../source/views/monitor-screen.js';
import {inkOptions} from '../../source/views/mount.js';
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
