import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {bindings} from '../../source/keys/bindings.js';
import {changeableIds, keyChange, keyConflicts} from '../../source/keys/key-changes.js';
import {keyNamed, shownKey} from '../../source/keys/key-names.js';
import {keyboardWith, usualKeyboard} from '../../source/keys/keyboard.js';

const names: ReadonlyArray<readonly [typed: string, name: string | undefined, shown?: string]> = [
	['x', 'x', 'x'],
	['X', 'X', 'X'],
	['é', 'é', 'é'],
	['Ctrl-L', 'ctrl+l', 'Ctrl-L'],
	['ctrl+x', 'ctrl+x', 'Ctrl-X'],
	['Esc', 'escape', 'Esc'],
	['PgUp', 'pageup', 'PgUp'],
	[' ', 'space', 'Space'],
	['shift-tab', 'shift+tab', 'Shift-Tab'],
	['up', 'up', '↑'],
	// Terminals send the same bytes for these keys as for backspace, tab and Enter.
	['ctrl+h', undefined],
	['ctrl+i', undefined],
	['ctrl+m', undefined],
	['f1', 'f1', 'F1'],
	['f2', undefined],
	['xy', undefined],
	['', undefined],
	['\u0001', undefined],
	['\u00A0', undefined],
	['ctrl+1', undefined],
	['constructor', undefined],
];

for (const [typed, name, shown = ''] of names) {
	test(`${JSON.stringify(typed)} ${name === undefined ? 'is no key' : `is ${name}`}`, () => {
		assert.equal(keyNamed(typed), name);
		assert.equal(name === undefined ? '' : shownKey(name), shown);
	});
}

test('the shown name of every key in the table is parsed to that key', () => {
	for (const key of bindings.flatMap(({keys}) => keys)) {
		assert.equal(keyNamed(key), key);
		assert.equal(keyNamed(shownKey(key)), key);
	}
});

const wrong: ReadonlyArray<readonly [id: string, value: unknown, problem: RegExp]> = [
	['panel', ['1'], /panels' keys can't be changed/],
	['pauze', 'p', /no key does that; there is .*pause/],
	['pause', 'hyper', /"hyper" is no key/],
	['pause', 7, /7 is no key/],
	['pause', [['p']], /is no key/],
	['pause', true, /true is no key/],
	['pause', 'ctrl+c', /Ctrl-C always quits/],
	['pause', ['p', 'p'], /p is listed twice/],
	['quit', [], /must keep a key/],
	['quit', 'ctrl+c', /must keep a key/],
];

for (const [id, value, problem] of wrong) {
	test(`${id} = ${JSON.stringify(value)} is refused`, () => {
		const change = keyChange(id, value);
		assert.match('problem' in change ? change.problem : '', problem);
	});
}

test('a key or a list of keys replaces the default keys', () => {
	assert.deepEqual(keyChange('pause', 'p'), {keys: ['p']});
	assert.deepEqual(keyChange('pause', ['Space', 'ctrl-p']), {keys: ['space', 'ctrl+p']});
	assert.deepEqual(keyChange('baseline', []), {keys: []});
	const keyboard = keyboardWith(
		new Map([
			['pause', ['P', 'ctrl+p']],
			['baseline', []],
			['quit', ['Z']],
		]),
	);
	assert.deepEqual(keyboard.bindingOf('P')?.intent('P'), {kind: 'toggle-pause'});
	assert.equal(keyboard.shown('pause'), 'P Ctrl-P');
	assert.equal(keyboard.bindingOf('space'), undefined);
	assert.equal(keyboard.bindingOf('b'), undefined);
	assert.equal(
		keyboard.bindings.some(({id}) => id === 'baseline'),
		false,
	);
	assert.deepEqual(
		['q', 'Z', 'ctrl+c'].map(key => keyboard.bindingOf(key)?.id),
		[undefined, 'quit', 'quit'],
	);
});

test('two changed bindings of one key are a conflict, and so is a key that is fixed', () => {
	assert.deepEqual(keyConflicts(new Map()), []);
	assert.deepEqual(
		keyConflicts(
			new Map([
				['pause', ['P']],
				['baseline', ['P']],
			]),
		),
		[['baseline', 'P is the key of pause already: give pause another key, or []']],
	);
	assert.deepEqual(keyConflicts(new Map([['help', ['q']]])), [['help', 'q is the key of quit: give quit another key']]);
	assert.deepEqual(
		keyConflicts(
			new Map([
				['help', ['q']],
				['quit', ['Z']],
			]),
		),
		[],
	);
	assert.deepEqual(
		keyConflicts(
			new Map([
				['pause', ['b']],
				['baseline', ['space']],
			]),
		),
		[],
	);
	assert.deepEqual(keyConflicts(new Map([['pause', ['5']]])), [
		['pause', "5 opens a panel, and the digits can't be changed"],
	]);
});

test('a config file that took a key before it became a default one stays valid, and the new default has no key', () => {
	for (const key of ['p', 'X', 'E', 'c', 'K', 'S']) {
		const owner = usualKeyboard.bindingOf(key);
		const changes = new Map([['pause', [key]]]);
		assert.deepEqual(keyConflicts(changes), [], key);
		const keyboard = keyboardWith(changes);
		assert.equal(keyboard.bindingOf(key)?.id, 'pause');
		assert.equal(keyboard.bindingOf('space'), undefined);
		assert.equal(
			keyboard.bindings.filter(({keys}) => keys.includes(key)).length,
			1,
			`${key} of ${owner?.id} has one binding`,
		);
	}
});

test('a binding whose keys are all taken is listed with the binding that took them', () => {
	const keyboard = keyboardWith(
		new Map([
			['pause', ['p']],
			['baseline', ['g', 'a']],
			['dump', []],
		]),
	);
	assert.deepEqual(
		keyboard.lost.map(({binding, takenBy}) => [binding.id, takenBy]),
		[['password', 'pause']],
		'a binding that keeps a key, or that the file itself leaves without one, is not listed',
	);
	assert.equal(keyboard.shown('password'), '');
	assert.equal(keyboard.shown('first'), 'Home');
	assert.equal(keyboard.shown('panel'), '0-9 K');
	assert.doesNotMatch(keyboard.bindings.find(({id}) => id === 'panel')?.description ?? '', /Audit/);
	assert.deepEqual(usualKeyboard.lost, []);
});

test('a key of a replay takes none on the live screen, and the other way round', () => {
	const changes = new Map([
		['play', ['p']],
		['pause', ['f']],
	]);
	assert.deepEqual(keyConflicts(changes), []);
	assert.equal(keyboardWith(changes).bindingOf('p')?.id, 'password');
	assert.equal(keyboardWith(changes, 'replay').bindingOf('f')?.id, 'next-change');
});

test('a key that was configured stays so in a replay, and a key of the replay can be changed', () => {
	const changes = new Map([
		['baseline', ['f']],
		['play', ['p']],
	]);
	assert.deepEqual(keyConflicts(changes), []);
	const keyboard = keyboardWith(changes, 'replay');
	assert.deepEqual(
		['f', 'p', 'space', 'F'].map(key => keyboard.bindingOf(key)?.id),
		['baseline', 'play', undefined, 'previous-change'],
	);
	assert.deepEqual(
		keyConflicts(new Map([['play', ['q']]])).map(([id]) => id),
		['play'],
	);
});

test('after any accepted changes no key has two bindings, and a key quits', () => {
	const keys = fc.array(fc.constantFrom('q', 'b', 'p', 'X', 'ctrl+c', 'space', 'ctrl+p', 'up'), {maxLength: 3});
	const wishes = fc.dictionary(fc.constantFrom('quit', 'pause', 'baseline', 'up', 'help'), keys);
	fc.assert(
		fc.property(wishes, wish => {
			const read = Object.entries(wish).map(([id, value]) => [id, keyChange(id, value)] as const);
			const changes = new Map(read.flatMap(([id, change]) => ('keys' in change ? [[id, change.keys] as const] : [])));
			const keyboard = keyboardWith(changes);
			const all = keyboard.bindings.flatMap(({keys: bound}) => bound);
			const given = [...changes.values()].flat();
			const isFree = new Set(given).size === given.length && (changes.has('quit') || !given.includes('q'));
			assert.equal(keyConflicts(changes).length === 0, isFree);
			if (isFree) {
				assert.equal(new Set(all).size, all.length);
				assert.equal(
					keyboard.bindings.some(({id, keys: bound}) => id === 'quit' && bound.length > 1),
					true,
				);
			}
		}),
	);
	assert.equal(usualKeyboard.bindings.length, bindings.filter(({on}) => on !== 'replay').length);
	assert.equal(changeableIds.includes('panel'), false);
});
