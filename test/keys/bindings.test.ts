import assert from 'node:assert/strict';
import test from 'node:test';
import {bindings} from '../../source/keys/bindings.js';
import type {Intent} from '../../source/keys/intent.js';
import {bindingsOn, keyboardWith, usualKeyboard} from '../../source/keys/keyboard.js';
import {keysText, panelIds, panelNamed, panelRow, panelTable, panelWithKey} from '../../source/state/panel-table.js';

const {bindingOf} = usualKeyboard;

test('no key has two bindings on a screen', () => {
	for (const screen of ['live', 'replay'] as const) {
		const keys = bindingsOn(screen).flatMap(binding => binding.keys);
		assert.deepEqual(
			keys.filter((key, index) => keys.indexOf(key) !== index),
			[],
			screen,
		);
	}
});

test('ids are unique, and no two words share a rank on the last line', () => {
	const ids = bindings.map(({id}) => id);
	const ranks = bindings.flatMap(({footerRank}) => footerRank ?? []);
	assert.deepEqual([...new Set(ids)], ids);
	assert.deepEqual([...new Set(ranks)], ranks);
	for (const {id, footer, footerRank} of bindings) {
		assert.equal(footer === undefined, footerRank === undefined, id);
	}
});

const intents: ReadonlyArray<readonly [key: string, intent: Intent]> = [
	['q', {kind: 'quit'}],
	['ctrl+c', {kind: 'quit'}],
	['Q', {kind: 'quit-with-frame'}],
	['?', {kind: 'open-help'}],
	['escape', {kind: 'back'}],
	['1', {kind: 'open-panel', panel: 'overview'}],
	['8', {kind: 'open-panel', panel: 'cluster'}],
	['0', {kind: 'open-panel', panel: 'events'}],
	['tab', {kind: 'step-panel', by: 1}],
	['j', {kind: 'move', to: 'down'}],
	['down', {kind: 'move', to: 'down'}],
	['k', {kind: 'move', to: 'up'}],
	['g', {kind: 'move', to: 'first'}],
	['G', {kind: 'move', to: 'last'}],
	['pageup', {kind: 'move', to: 'page-up'}],
	['enter', {kind: 'open-details'}],
	['/', {kind: 'start-filter'}],
	['s', {kind: 'next-sort'}],
	['I', {kind: 'invert-sort'}],
	['space', {kind: 'toggle-pause'}],
	['+', {kind: 'step-interval', by: 1}],
	['-', {kind: 'step-interval', by: -1}],
	[',', {kind: 'scrub', by: -1, unit: 'sample'}],
	['.', {kind: 'scrub', by: 1, unit: 'sample'}],
	['[', {kind: 'scrub', by: -1, unit: 'minute'}],
	[']', {kind: 'scrub', by: 1, unit: 'minute'}],
	['R', {kind: 'poll-now'}],
	['n', {kind: 'step-node', by: 1}],
	['N', {kind: 'step-node', by: -1}],
	['A', {kind: 'open-actions'}],
	['y', {kind: 'copy', what: 'row'}],
	['Y', {kind: 'copy', what: 'panel'}],
	['U', {kind: 'take-back'}],
	['D', {kind: 'write-dump'}],
	['ctrl+l', {kind: 'repaint'}],
	['ctrl+z', {kind: 'suspend'}],
];

for (const [key, intent] of intents) {
	test(`${key} means ${JSON.stringify(intent)}`, () => {
		assert.deepEqual(bindingOf(key)?.intent(key), intent);
	});
}

const replayIntents: ReadonlyArray<readonly [key: string, intent: Intent | undefined]> = [
	['space', {kind: 'toggle-play'}],
	[',', {kind: 'scrub', by: -1, unit: 'sample'}],
	[']', {kind: 'scrub', by: 1, unit: 'minute'}],
	['{', {kind: 'step-ten-minutes', by: -1}],
	['}', {kind: 'step-ten-minutes', by: 1}],
	['f', {kind: 'step-change', by: 1}],
	['F', {kind: 'step-change', by: -1}],
	['t', {kind: 'ask-time'}],
	['<', {kind: 'step-speed', by: -1}],
	['>', {kind: 'step-speed', by: 1}],
	['end', {kind: 'go-live'}],
	['n', {kind: 'step-node', by: 1}],
	// A replay polls nothing and records nothing.
	...['+', '-', 'R', 'x', 'L'].map(key => [key, undefined] as const),
];

test('in a replay its keys move through the recording, and the others mean what they mean live', () => {
	const keyboard = keyboardWith(new Map(), 'replay');
	for (const [key, intent] of replayIntents) {
		assert.deepEqual(keyboard.bindingOf(key)?.intent(key), intent, key);
	}
});

test('only q, Q and Ctrl-C quit; Esc never does', () => {
	const quitting = bindings.flatMap(({keys, intent}) => keys.filter(key => intent(key).kind.startsWith('quit')));
	assert.deepEqual(quitting, ['q', 'ctrl+c', 'Q']);
});

test('an unbound key has no intent', () => {
	for (const key of ['F', 'ctrl+q', '', 'constructor', '__proto__']) {
		assert.equal(bindingOf(key), undefined);
	}
});

test('every panel has a key of its own, and each key opens its panel', () => {
	assert.deepEqual(
		panelTable.map(({id}) => panelWithKey(panelRow(id).key)),
		[...panelIds],
	);
	for (const {key, id: panel} of panelTable) {
		assert.deepEqual(bindingOf(key)?.intent(key), {kind: 'open-panel', panel});
	}
});

test('the help names the key of every panel, digits in a row as a range', () => {
	assert.equal(keysText(['1', '2', '3', '0', 'a', 'K']), '0-3 a K');
	assert.equal(keysText(['1', '3', '0']), '0 1 3');
	assert.equal(keysText(['1', '2']), '1 2');
});

test('a panel is found by its key and its name, in upper and lower case', () => {
	for (const {key, id} of panelTable) {
		assert.equal(panelNamed(key), id);
		assert.equal(panelNamed(id.toUpperCase()), id);
	}

	assert.equal(panelNamed('A'), 'audit');
	assert.equal(panelNamed('x'), undefined);
});
