import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {catalogue} from '../../source/actions/catalogue/catalogue.js';
import {expectedVerdicts, isTitleOf, type NamedTest, provingTests} from './proving-tests.js';

const textOf = (file: string): string => readFileSync(path.join('test', file), 'utf8');

/** True where the file has a test of just this title. */
function hasTest([file, title]: NamedTest): boolean {
	const escaped = title.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll('{name}', '\\$\\{name\\}');
	return new RegExp(`\\btest\\(\\s*(['"\`])${escaped}\\1\\s*,`).test(textOf(file));
}

test('each action of the catalogue has a test that proves it on a real server, and there are no others', () => {
	const ids: ReadonlySet<string> = new Set([...catalogue.map(({id}) => id), 'restart']);
	assert.deepEqual(
		Object.keys(provingTests).filter(id => !ids.has(id)),
		[],
	);
	assert.deepEqual(
		[...ids].filter(id => !(id in provingTests)),
		[],
	);
});

test('each named test is there, in a file whose tests are held to their audit logs', () => {
	assert.ok(!hasTest(['actions/proving-tests.test.ts', 'no such test']));
	for (const {id, file, title} of expectedVerdicts) {
		assert.ok(hasTest([file, title]), `${id}: ${file}: ${title}`);
		assert.match(textOf(file), /from '\S*\/(?:workbench|recorded-verdicts)\.js'/, file);
	}
});

test('a title is that of a test on whichever version, and of no other', () => {
	assert.ok(isTitleOf('a: {name}', 'a: redis-7.0') && isTitleOf('{name}: b', 'redis-7.0: b') && isTitleOf('c', 'c'));
	assert.ok(
		!isTitleOf('a: {name}', 'b: redis-7.0') && !isTitleOf('{name}: b', 'redis-7.0: c') && !isTitleOf('c', 'cc'),
	);
});
