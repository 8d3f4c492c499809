import assert from 'node:assert/strict';
import {existsSync, globSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import {nodeRole} from '../../source/derive/replication-peers.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {limitsOf} from '../../source/domain/threshold.js';
import {parseConfig} from '../../source/parse/config.js';
import {parseInfo} from '../../source/parse/info.js';
import {allRules} from '../../source/rules/all-rules.js';
import {allThresholds} from '../../source/rules/all-thresholds.js';
import {evaluateNode} from '../../source/rules/engine.js';
import {findingText} from '../../source/rules/finding.js';
import {memMax} from '../../source/rules/memory-limit.js';
import {NodeFacts} from '../../source/rules/node-facts.js';
import {roleGrace} from '../../source/rules/replication-link.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {factsOf} from '../harness/rule-cases.js';

const fixtures = globSync('test/fixtures/*/*/info*.txt').sort();

test('there are at least eight captured replies to test the rules with', () => {
	assert.ok(fixtures.length >= 8, fixtures.join());
});

for (const file of fixtures) {
	test(`a healthy server has no finding above info: ${file}`, () => {
		const info = parseInfo(readFileSync(file, 'utf8'));
		const facts = factsOf({record: {role: nodeRole(info)}});
		// The replies were captured at different times; each arrived when the clock of its server said so.
		const serverMs = (info.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
		const sample = {...facts.sample, atMs: serverMs, elapsedMs: 0, roundTripMs: 1, info, runId: 'a'};
		const {memory, settings, nowMs, nodes} = facts;
		const record = {...facts.record, sample};
		const results = evaluateNode(new NodeFacts({record, earlier: undefined, memory, settings, nowMs, nodes}));
		const loud = results.flatMap(({rule, evaluation}) =>
			evaluation.kind === 'fires' && evaluation.severity !== 'info' ? [`${rule.id}: ${findingText(evaluation)}`] : [],
		);
		assert.deepEqual(loud, []);
	});
}

/** Counts how often all nodes were gone through. */
class CountedNodes extends Map<NodeAddress, NodeRecord> {
	scans = 0;

	override values() {
		this.scans += 1;
		return super.values();
	}

	override entries() {
		this.scans += 1;
		return super.entries();
	}

	override [Symbol.iterator]() {
		return this.entries();
	}
}

for (const file of fixtures) {
	// With N nodes, N evaluations that each go through all nodes take N² steps.
	test(`a healthy node is evaluated without going through all nodes: ${file}`, () => {
		const info = parseInfo(readFileSync(file, 'utf8'));
		const settingsFile = path.join(path.dirname(file), 'config.json');
		const config = existsSync(settingsFile)
			? Object.fromEntries(parseConfig(JSON.parse(readFileSync(settingsFile, 'utf8'))))
			: {};
		const facts = factsOf({record: {role: nodeRole(info)}, config});
		const serverMs = (info.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
		const sample = {...facts.sample, atMs: serverMs, elapsedMs: 0, roundTripMs: 1, info, runId: 'a'};
		const {memory, settings, nowMs} = facts;
		const record = {...facts.record, sample};
		memory.tracks.note(sample);
		const nodes = new CountedNodes([[record.address, record]]);
		const evaluate = () =>
			evaluateNode(new NodeFacts({record, earlier: {...sample, elapsedMs: -1000}, memory, settings, nowMs, nodes}));
		// What is computed once for all nodes together is computed by the first evaluation.
		evaluate();
		nodes.scans = 0;
		evaluate();
		assert.equal(nodes.scans, 0);
	});
}

test('every rule has an id of its own', () => {
	const ids = allRules.map(({id}) => id);
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

test('the config file replaces thresholds one by one, and no other name of an object is one', () => {
	for (const [name, {source}] of allThresholds) {
		assert.notEqual(source, '', name);
	}

	assert.deepEqual(limitsOf(memMax, {'mem.max.warning': 0.5}), {warning: 0.5, critical: 0.9});
	assert.deepEqual(limitsOf(memMax), {warning: 0.8, critical: 0.9});
	assert.ok(!allThresholds.has('toString'));
});

test('each threshold is read by its own rule, or by another one that names this rule', () => {
	const sources = readdirSync('source/rules').map(file => readFileSync(path.join('source/rules', file), 'utf8'));
	const unread = [...allRules, roleGrace].flatMap(({id, thresholds}) => {
		const own = sources.find(source => source.includes(`\tid: '${id}',`)) ?? '';
		const [, constant = ''] = new RegExp(String.raw`export const (\w+) = (?:rule\()?\{\n\tid: '${id}'`).exec(own) ?? [];
		return Object.keys(thresholds).filter(
			what =>
				!new RegExp(String.raw`\blimits(?:\([^)]*\))?\.${what}\b`).test(own) &&
				!sources.some(source => source.includes(`limitsOf(${constant}).${what}`)),
		);
	});
	assert.ok(allThresholds.size > 100, `only ${allThresholds.size} are known`);
	assert.deepEqual(unread, []);
});
