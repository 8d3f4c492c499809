import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../../source/domain/node.js';
import {keyboardWith} from '../../../source/keys/keyboard.js';
import {createStore} from '../../../source/state/external-store.js';
import {newView} from '../../../source/state/reduce-view.js';
import type {ViewState} from '../../../source/state/view-state.js';
import {ReplayControl} from '../../../source/views/control/replay-control.js';

const node = '10.0.0.1:6379' as NodeAddress;
const keyboard = keyboardWith(new Map(), 'replay');

/** A control whose effects are noted. */
function controlled() {
	const asked: string[] = [];
	const told: string[] = [];
	const view = createStore<ViewState>(newView('overview', 1000));
	const note =
		(name: string) =>
		(...given: readonly unknown[]) => {
			asked.push([name, ...given].join(' '));
			return undefined;
		};
	const control = new ReplayControl({
		view,
		effects: {
			togglePlay: note('toggle'),
			stepSample: note('sample'),
			stepBy: note('by'),
			stepChange: by => {
				note('change')(by);
				return 'what it is';
			},
			goTo: text => {
				note('go')(text);
				return text === 'noon' ? 'noon is no moment' : undefined;
			},
			toEnd: note('end'),
			stepSpeed: note('speed'),
		},
		notify: text => told.push(text),
	});
	const press = (key: string): boolean => {
		if (control.type(key)) {
			return true;
		}

		const intent = keyboard.bindingOf(key)?.intent(key);
		return intent !== undefined && control.obey(intent, node);
	};
	return {asked, told, view, press};
}

const cases: ReadonlyArray<readonly [key: string, asked: string]> = [
	['space', 'toggle'],
	[',', `sample -1 ${node}`],
	['.', `sample 1 ${node}`],
	['[', 'by -60000'],
	[']', 'by 60000'],
	['{', 'by -600000'],
	['}', 'by 600000'],
	['f', 'change 1'],
	['F', 'change -1'],
	['<', 'speed -1'],
	['>', 'speed 1'],
	['end', 'end'],
];

test('each key of a replay moves it in its own way', () => {
	for (const [key, expected] of cases) {
		const {asked, press} = controlled();
		assert.equal(press(key), true, key);
		assert.deepEqual(asked, [expected], key);
	}
});

test('keys that mean the same on the live screen are left to it', () => {
	const {asked, press} = controlled();
	for (const key of ['1', 'n', 'A', 'U', ':', 'down', '/', 'w', 'b', 'q', '?', 'D']) {
		assert.equal(press(key), false, key);
	}

	assert.deepEqual(asked, []);
});

test('t takes every key until Enter goes to the moment, or Esc does not', () => {
	const {asked, told, view, press} = controlled();
	for (const key of ['t', '-', '5', 'q', 'backspace', 'm']) {
		press(key);
	}

	assert.equal(view.get().timeDraft, '-5m');
	press('enter');
	assert.equal(view.get().timeDraft, undefined);
	assert.deepEqual(asked, ['go -5m']);
	for (const key of ['t', '1', 'escape', 't', 'enter']) {
		press(key);
	}

	assert.deepEqual(asked, ['go -5m']);
	for (const key of ['t', ...'noon', 'enter']) {
		press(key);
	}

	assert.deepEqual(told, ['noon is no moment']);
});
