import assert from 'node:assert/strict';
import {globSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import {nodeRole} from '../../source/derive/replication-peers.js';
import {
	isThresholdName,
	thresholdNames,
	thresholdRows,
	withOverrides,
} from '../../source/domain/thresholds/thresholds.js';
import {parseInfo} from '../../source/parse/info.js';
import {fleetRules, nodeRules} from '../../source/rules/all-rules.js';
import {evaluateNode} from '../../source/rules/engine.js';
import {findingText} from '../../source/rules/finding.js';
import {NodeFacts} from '../../source/rules/node-facts.js';
import {factsOf} from '../harness/rule-cases.js';

const fixtures = globSync('test/fixtures/*/*/info*.txt').sort();

test('there are at least eight captured replies to test the rules with', () => {
	assert.ok(fixtures.length >= 8, fixtures.join());
});

for (const file of fixtures) {
	test(`a healthy server has no finding above info: ${file}`, () => {
		const info = parseInfo(readFileSync(file, 'utf8'));
		const facts = factsOf({record: {role: nodeRole(info)}});
		const sample = {...facts.sample, atMs: facts.nowMs, elapsedMs: 0, roundTripMs: 1, info, runId: 'a'};
		const {memory, settings, nowMs, nodes} = facts;
		const record = {...facts.record, sample};
		const results = evaluateNode(new NodeFacts({record, earlier: undefined, memory, settings, nowMs, nodes}));
		const loud = results.flatMap(({rule, evaluation}) =>
			evaluation.kind === 'fires' && evaluation.severity !== 'info' ? [`${rule.id}: ${findingText(evaluation)}`] : [],
		);
		assert.deepEqual(loud, []);
	});
}

test('every rule has an id of its own', () => {
	const ids = [...nodeRules, ...fleetRules].map(({id}) => id);
	assert.equal(new Set(ids).size, ids.length);
	for (const id of ids) {
		assert.match(id, /^[a-z]+\.[a-z0-9_]+$/);
	}
});

test('a server without any data has no finding, and no rule is clear for it', () => {
	const results = evaluateNode(factsOf({}));
	assert.deepEqual(
		results.filter(({evaluation}) => evaluation.kind === 'fires'),
		[],
	);
	assert.ok(results.filter(({evaluation}) => evaluation.kind === 'not-evaluated').length > 30);
});

/** The fields that real servers were seen to say, by section. */
const known = new Map<string, Set<string>>();
for (const file of fixtures) {
	for (const [section, fields] of parseInfo(readFileSync(file, 'utf8')).sections) {
		const names = known.get(section) ?? new Set();
		known.set(section, names);
		for (const name of fields.keys()) {
			names.add(name);
		}
	}
}

const wildValue = fc.oneof(
	fc.integer(),
	fc.nat({max: 200}),
	fc.double({noNaN: true}),
	fc.constantFrom('', 'err', 'ok', 'up', 'down', 'slave', '-1', 'noeviction', 'volatile-lru', 'keys=5000,expires=1'),
);
const sections = ['server', 'clients', 'memory', 'persistence', 'stats', 'replication', 'keyspace', 'errorstats'];
const wildInfo = fc.record(
	Object.fromEntries(
		sections.map(section => [
			section,
			fc.dictionary(fc.constantFrom(...(known.get(section) ?? ['x'])), wildValue, {maxKeys: 60}),
		]),
	),
);

test('no rule throws for any reply, and every finding is one line', () => {
	fc.assert(
		fc.property(
			wildInfo,
			wildInfo,
			fc.constantFrom('primary', 'replica', 'sentinel', 'unknown'),
			(info, earlier, role) => {
				const config = {save: '3600 1', dir: '/data', 'stop-writes-on-bgsave-error': 'yes'};
				for (const {evaluation} of evaluateNode(factsOf({info, earlier, config, record: {role}}))) {
					if (evaluation.kind === 'fires') {
						assert.ok(!/[\n\r]/.test(findingText(evaluation)));
						assert.doesNotMatch(findingText(evaluation), /NaN|undefined/);
					}
				}
			},
		),
		{numRuns: 300},
	);
});

test('thresholds are named after rules, and can be replaced one by one', () => {
	const ids = new Set<string>([...nodeRules, ...fleetRules].map(({id}) => id));
	for (const name of thresholdNames) {
		const rule = name.split('.').slice(0, 2).join('.');
		assert.ok(ids.has(rule) || rule === 'rep.grace', `${name} belongs to no rule`);
		assert.notEqual(thresholdRows[name].source, '');
	}

	const changed = withOverrides({...factsOf({}).settings.thresholds}, {'mem.max.warning': 0.5});
	assert.equal(changed['mem.max.warning'], 0.5);
	assert.equal(changed['mem.max.critical'], 0.9);
	assert.ok(!isThresholdName('toString'));
});

test('each threshold is read by a rule', () => {
	const folder = 'source/rules';
	const source = readdirSync(folder)
		.map(file => readFileSync(path.join(folder, file), 'utf8'))
		.join('\n');
	const read = new Set(
		[...source.matchAll(/\bthreshold(?:For)?\((?:[^()']*, )?'([^']+)'\)/g)].map(([, name = '']) => name),
	);
	assert.ok(read.size > 100, `only ${read.size} are read`);
	assert.deepEqual(
		thresholdNames.filter(name => !read.has(name)),
		[],
	);
});
