import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {catalogue} from '../../source/actions/catalogue/catalogue.js';
import {type NamedTest, type ProvenId, provingTests} from './proving-tests.js';

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

test('each named test is there, and its file asserts the proof or the refusal of that action', () => {
	assert.ok(!hasTest(['actions/proving-tests.test.ts', 'no such test']));
	for (const [id, {proved, refused}] of Object.entries(provingTests) as Array<
		[ProvenId, (typeof provingTests)[ProvenId]]
	>) {
		for (const [named, assertion] of [
			[proved, /assertProved\(|'proved'|verified/],
			[refused, /assertRefused\(|'refused'/],
		] as const) {
			if (named !== undefined) {
				assert.ok(hasTest(named), `${id}: ${named.join(': ')}`);
				assert.match(textOf(named[0]), assertion, named[0]);
				assert.ok(id === 'restart' || textOf(named[0]).includes(`'${id}'`), `${id} is not in ${named[0]}`);
			}
		}
	}
});
