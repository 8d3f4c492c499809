import assert from 'node:assert/strict';
import test from 'node:test';
import {usualKeyboard} from '../../../source/keys/keyboard.js';
import {createStore} from '../../../source/state/external-store.js';
import {FleetController} from '../../../source/views/fleet/fleet-controller.js';
import {type FleetView, newFleetView} from '../../../source/views/fleet/fleet-view.js';
import {fleetStateOf, instanceOf} from '../../harness/fleet.js';

const instances = [
	instanceOf('10.0.0.1', {deployment: 'a'}),
	instanceOf('10.0.0.2', {deployment: 'a', role: 'replica'}),
	...Array.from({length: 60}, (_, index) => instanceOf(`10.0.1.${index}`)),
];

function listOf() {
	const view = createStore<FleetView>(newFleetView);
	const asked: string[] = [];
	const controller = new FleetController({
		view,
		state: () => fleetStateOf(instances),
		keyboard: usualKeyboard,
		now: () => 0,
		rows: () => 30,
		effects: {
			quit: () => asked.push('quit'),
			refresh: () => asked.push('refresh'),
			suspend: () => asked.push('suspend'),
			repaint: () => asked.push('repaint'),
			open: ({name}) => asked.push(`open ${name}`),
		},
	});
	const press = (...keys: readonly string[]) => {
		for (const key of keys) {
			controller.press({keys: [key], isBunch: false});
		}
	};

	return {view, asked, controller, press};
}

test('Enter opens a server, folds a group, and pasted keys open nothing', () => {
	const {asked, press, controller, view} = listOf();
	press('enter');
	assert.deepEqual([...view.get().folded], ['group a']);
	press('enter', 'down', 'enter');
	assert.deepEqual(asked, ['open 10.0.0.1:6379']);
	controller.press({keys: ['down', 'enter'], isBunch: true});
	assert.equal(asked.length, 1);
	controller.press({keys: ['/', '1', 'enter'], isBunch: true});
	assert.deepEqual([view.get().filter, view.get().isTyping], ['1', false]);
	controller.paste('enter');
	assert.match(view.get().notice?.text ?? '', /pasted text is ignored/);
});

test('keys move by rows, pages and to both ends', () => {
	const {view, press} = listOf();
	press('G');
	assert.equal(view.get().selectedKey, '10.0.1.59');
	press('k');
	assert.equal(view.get().selectedKey, '10.0.1.58');
	press('home', 'pagedown');
	assert.equal(view.get().selectedKey, '10.0.1.14');
	press('up', 'up', 'g');
	assert.equal(view.get().selectedKey, 'group a');
});

test('a filter is typed, kept and cleared; Esc never quits', () => {
	const {view, press, asked} = listOf();
	press('/', 'q', 'x', 'backspace', 'enter');
	assert.deepEqual([view.get().filter, view.get().isTyping], ['q', false]);
	press('escape');
	assert.equal(view.get().filter, '');
	press('/', 'a', 'escape', 'escape', 'escape');
	assert.deepEqual([view.get().filter, asked], ['', []]);
	press('?', 'q');
	assert.deepEqual([view.get().hasHelp, asked], [false, []]);
	press('R', 'ctrl+l', 'ctrl+z', 'q', 'ctrl+c');
	assert.deepEqual(asked, ['refresh', 'repaint', 'suspend', 'quit', 'quit']);
});

test('orders and groups step around, and other keys say that they have no effect', () => {
	const {view, press} = listOf();
	press('s');
	assert.equal(view.get().sort, 'memory');
	press('I', 's', 's', 's', 's', 's');
	assert.deepEqual([view.get().sort, view.get().isInverted], ['worst', false]);
	press('v');
	assert.equal(view.get().groupBy, undefined);
	press('v');
	assert.equal(view.get().groupBy, 'deployment');
	press('A');
	assert.match(view.get().notice?.text ?? '', /has no effect/);
});
