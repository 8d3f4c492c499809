import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {type InkKey, readKeys} from '../../source/keys/read-keys.js';

const noKey: InkKey = {
	upArrow: false,
	downArrow: false,
	leftArrow: false,
	rightArrow: false,
	pageDown: false,
	pageUp: false,
	home: false,
	end: false,
	return: false,
	escape: false,
	ctrl: false,
	shift: false,
	tab: false,
	backspace: false,
	delete: false,
	meta: false,
};

const cases: ReadonlyArray<readonly [string, Partial<InkKey>, readonly string[], isBunch: boolean]> = [
	['j', {}, ['j'], false],
	['jjj', {}, ['j', 'j', 'j'], true],
	['y\r', {}, ['y', 'enter'], true],
	['y\r\n', {}, ['y', 'enter'], true],
	['y\u0000', {}, ['y'], true],
	['\u0007b', {}, ['b'], true],
	[' ', {}, ['space'], false],
	['a b', {}, ['a', 'space', 'b'], true],
	['é', {}, ['é'], false],
	['e\u0301', {}, ['e\u0301'], false],
	['👩‍🚀', {}, ['👩‍🚀'], false],
	['', {upArrow: true}, ['up'], false],
	['', {pageDown: true}, ['pagedown'], false],
	['\r', {return: true}, ['enter'], false],
	['', {escape: true}, ['escape'], false],
	['', {escape: true, meta: true}, ['escape'], false],
	['', {backspace: true}, ['backspace'], false],
	['', {delete: true}, ['backspace'], false],
	['', {tab: true}, ['tab'], false],
	['', {tab: true, shift: true}, ['shift+tab'], false],
	['l', {ctrl: true}, ['ctrl+l'], false],
	['L', {ctrl: true, shift: true}, ['ctrl+l'], false],
	['', {ctrl: true}, [], false],
	['y', {meta: true}, [], false],
	['', {}, [], false],
	['\u001B', {}, [], false],
	['\u200B', {}, [], false],
];

for (const [input, flags, keys, isBunch] of cases) {
	test(`${JSON.stringify(input)} ${JSON.stringify(flags)}`, () => {
		assert.deepEqual(readKeys(input, {...noKey, ...flags}), {keys, isBunch});
	});
}

const anyKey = fc.record(
	Object.fromEntries(Object.keys(noKey).map(flag => [flag, fc.boolean()])) as Record<
		keyof InkKey,
		fc.Arbitrary<boolean>
	>,
);
const anyInput = fc.string({unit: 'binary', maxLength: 30});

test('any input: it never throws, and no key is empty or a control character', () => {
	fc.assert(
		fc.property(anyInput, anyKey, (input, key) => {
			for (const name of readKeys(input, key).keys) {
				assert.match(name, /^\P{C}|^ctrl\+/u);
			}
		}),
	);
});

test('all printable characters become keys, in order', () => {
	const printable = fc.string({
		unit: fc.constantFrom('a', 'Z', '7', '?', 'ß', '中', '🙂', 'e\u0301', '👩‍🚀', '!'),
		maxLength: 20,
	});
	fc.assert(
		fc.property(printable, input => {
			const {keys, isBunch} = readKeys(input, noKey);
			assert.equal(keys.join(''), input);
			assert.equal(isBunch, keys.length > 1);
		}),
	);
});

test('an input of several characters is a bunch, even if only one of them is a key', () => {
	const piece = fc.constantFrom('y', 'b', '\r', '\n', '\u0000', '\u0007', '\u001B', '\u200E');
	fc.assert(
		fc.property(fc.array(piece, {minLength: 2, maxLength: 6}), pieces => {
			const input = pieces.join('');
			assert.equal(readKeys(input, noKey).isBunch, input !== '\r\n');
		}),
	);
});
