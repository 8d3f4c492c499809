import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import test from 'node:test';
import {allRules, fleetRules} from '../../source/rules/all-rules.js';

const texts = (pattern: string): string[] => globSync(pattern).map(file => readFileSync(file, 'utf8'));

/** Each rule's const by its text: `export const memMax = rule({ id: 'mem.max', scope: 'node', …`. */
const rules = texts('source/rules/*.ts').flatMap(text =>
	[...text.matchAll(/^export const (\w+) = rule\(\{\s*id: '([^']+)',\s*scope: '(\w+)'/gm)].map(
		([, name = '', id = '', scope = '']) => ({name, id, scope}),
	),
);

const tests = texts('test/rules/*.test.ts');

/** The tables of cases of a rule, from `testRule(NAME, [` to their end. */
const casesOf = (harness: string, name: string): string =>
	tests
		.flatMap(text => [...text.matchAll(new RegExp(`^${harness}\\(\\s*${name},[\\s\\S]*?^\\]\\);`, 'gm'))])
		.map(([block]) => block)
		.join('\n');

/** Rules that look at what is always known, such as our own connection; each list says why. */
const neverUnknown = new Set(
	tests.flatMap(text =>
		[...text.matchAll(/neverUnknown[^{]*\{([\s\S]*?)\n\}/g)].flatMap(([, list = '']) =>
			[...list.matchAll(/'([a-z]+\.\w+)':/g)].map(([, id]) => id),
		),
	),
);

test('every rule under source/rules is in the list, once', () => {
	assert.deepEqual(rules.map(({id}) => id).sort(), allRules.map(({id}) => id).sort());
	assert.equal(new Set(rules.map(({id}) => id)).size, rules.length);
});

test('every rule about one node has a case that fires, one that is clear, and one that is not evaluated', () => {
	const faults = rules
		.filter(({scope}) => scope === 'node')
		.flatMap(({name, id}) => {
			const cases = casesOf('testRule', name);
			return [
				/'(?:info|warning|critical)'/.test(cases) ? '' : `${id}: no case fires`,
				/'clear'/.test(cases) ? '' : `${id}: no case is clear`,
				neverUnknown.has(id) || /'(?:pending|absent|denied|unseen)'/.test(cases) ? '' : `${id}: no case is unknown`,
			];
		});
	assert.deepEqual(
		faults.filter(fault => fault !== ''),
		[],
	);
});

test('every rule about a cluster has a case that fires and one that is clear, and is not evaluated without a view', () => {
	const ofClusters = rules.filter(({scope}) => scope === 'cluster');
	assert.ok(ofClusters.length > 10);
	for (const {name, id} of ofClusters) {
		const cases = casesOf('testClusterRule', name);
		assert.match(cases, /\/\^?(?:\(\?:)?(?:info|warning|critical)/, `${id}: no case fires`);
		assert.match(cases, /undefined\]|undefined,\n/, `${id}: no case is clear`);
		const rule = fleetRules.find(each => each.id === id) ?? assert.fail(id);
		const [evaluation] = rule.evaluate(
			{nodes: new Map(), deployment: 'cluster', cluster: undefined, nowMs: 0},
			() => 0,
		);
		assert.equal(evaluation?.kind, 'not-evaluated', id);
	}
});

test('every other rule that compares nodes is evaluated by a test of its own', () => {
	for (const {name, id} of rules.filter(({scope}) => scope === 'fleet')) {
		const uses = tests.reduce((sum, text) => sum + [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length, 0);
		assert.ok(uses >= 2, `${id} is imported by no test, or only imported`);
	}
});
