import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {NodeAddress} from '../../../../source/domain/node.js';
import type {BlindRule} from '../../../../source/rules/finding.js';
import type {TableView} from '../../../../source/state/view-state.js';
import {findingsPanel} from '../../../../source/views/panels/findings/findings.js';
import {findingOf} from '../../../harness/findings.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {panelInput, recordFrom, sampledAtMs} from '../../../harness/records.js';

const node = '10.0.1.11:6379' as NodeAddress;
const findings = [
	findingOf('per.misconf', 'critical', node, {problem: 'refuses writes (MISCONF)', action: 'bgsave'}),
	findingOf('per.rdb_fail', 'critical', node, {problem: 'last background save failed', sinceMs: sampledAtMs - 90_000}),
	findingOf('mem.max', 'warning', '10.0.1.12:6379', {clearedAtMs: sampledAtMs - 30_000}),
	findingOf('per.none', 'info', node, {adviceCost: 'A fork.'}),
];
const blind = (rule: BlindRule['rule'], reason: BlindRule['reason'], why: string, grant?: string): BlindRule => ({
	rule,
	node,
	reason,
	why,
	grant,
});
const blindRules = [
	blind('per.stale', 'denied', 'CONFIG GET: NOPERM', '+config|get'),
	blind('per.dirty', 'denied', 'CONFIG GET: NOPERM', '+config|get'),
	blind('mem.rehash', 'absent', 'INFO memory does not say mem_overhead_db_hashtable_rehashing'),
	blind('mem.frag', 'absent', 'INFO memory does not say allocator_frag_ratio'),
];

const input = (table: Partial<TableView> = {}, user?: string) => {
	const base = panelInput([recordFrom({})], {table});
	return {...base, state: {...base.state, findings, blindRules, user}};
};
const drawn = (table: Partial<TableView> = {}, width = 80, height = 22) =>
	panelText(findingsPanel, input(table), {width, height});

test('at 80 columns there are a cause, its consequences, notes, cleared findings, blind spots, and an explanation of the first row', () => {
	assert.deepEqual(drawn(), [
		'┌─ 9 Findings  !! 2  i 1  ? 4  sort worst first ──────────────────── 1-6 of 6 ─┐',
		'│ SEVERITY↓   SINCE       NODE            WHAT                                 │',
		'│>!! critical 1m30s       10.0.1.11:6379  last background save failed          │',
		'│ !! critical 1m00s       10.0.1.11:6379  └─ refuses writes (MISCONF)          │',
		'│ i  note     1m00s       10.0.1.11:6379  has per.none                         │',
		'│ !  warning  ended 14:02 10.0.1.12:6379  has mem.max                          │',
		'│ ?  blind                10.0.1.11:6379  2 rules not evaluated, CONFIG GET: N…│',
		'│ ?  blind                10.0.1.11:6379  2 rules not evaluated, this server d…│',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'│ ──────────────────────────────────────────────────────────────────────────── │',
		'│ what         10.0.1.11:6379 last background save failed                      │',
		'│ since        2026-11-23 14:01:01 UTC, 1m30s; per.rdb_fail, critical          │',
		'│ evidence     used_memory 1.00G                                               │',
		'│ means        What per.rdb_fail means.                                        │',
		'│ next         1. redis-cli -h 10.0.1.11 -p 6379 INFO                          │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('the details name the action, the cause and the cost of the advice', () => {
	const facts = (rule: string) => {
		const key = findingsPanel.rowKeys(input()).find(candidate => candidate.startsWith(rule)) ?? '';
		return new Map(findingsPanel.details?.(input(), key) ?? []);
	};
	assert.match(facts('per.misconf').get('action') ?? '', /^A then b: /);
	assert.match(facts('per.misconf').get('follows from') ?? '', /^per\.rdb_fail 10\.0\.1\.11:6379$/);
	assert.equal(facts('per.none').get('costs'), 'A fork.');
	assert.match(facts('mem.max').get('since') ?? '', /ended 2026-11-23 14:02:01/);
	assert.equal(findingsPanel.details?.(input(), 'gone'), undefined);
});

test('a denied command is listed with the ACL rule that grants it to the current user', () => {
	const key = findingsPanel.rowKeys(input()).find(candidate => candidate.startsWith('blind denied')) ?? '';
	const facts = new Map(findingsPanel.details?.(input({}, 'watcher'), key) ?? []);
	assert.equal(facts.get('grant'), 'ACL SETUSER watcher +config|get');
	assert.equal(facts.get('rules'), 'per.stale, per.dirty');
});

test('the list is sorted and filtered', () => {
	const order = (table: Partial<TableView>) =>
		findingsPanel.rowKeys(input(table)).map(key => key.split(' ').slice(0, 2).join(' ').trim());
	assert.equal(order({sort: 'since'}).at(0)?.split(' ')[0], 'per.misconf');
	assert.deepEqual(
		order({filter: 'cleared'}).map(key => key.split(' ')[0]),
		['mem.max'],
	);
	assert.deepEqual(order({filter: 'blind'}), ['blind denied', 'blind absent']);
});

test('an empty panel says that every rule was evaluated', () => {
	const base = panelInput([recordFrom({})]);
	assert.match(
		panelText(findingsPanel, base, {width: 80, height: 10}).join('\n'),
		/No findings, and every rule could be evaluated/,
	);
});

test('the panel draws at any size', () => {
	assertAnySize(findingsPanel, [input(), input({sort: 'node'}), panelInput([]), panelInput([recordFrom({})])]);
});
