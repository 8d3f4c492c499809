import assert from 'node:assert/strict';
import {test} from 'node:test';
import {nameOf} from '../../../../source/domain/message.js';
import type {NodeAddress} from '../../../../source/domain/node.js';
import type {RuleId} from '../../../../source/rules/all-rules.js';
import {type BlindRule, findingKey} from '../../../../source/rules/finding.js';
import type {AlertingView} from '../../../../source/state/alerting-view.js';
import {verdictOf} from '../../../../source/state/verdict.js';
import type {TableView} from '../../../../source/state/view-state.js';
import {findingCount} from '../../../../source/views/chrome/tab-bar.js';
import {findingsPanel} from '../../../../source/views/panels/findings/findings.js';
import {findingOf} from '../../../harness/findings.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {clientOf, panelInput, recordFrom, sampledAtMs, stateOf} from '../../../harness/records.js';

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
		'┌─ 9 Findings  !! 1  following 1  i 1  ? 4  sort worst first ─────── 1-6 of 6 ─┐',
		'│ SEVERITY↓   SINCE       NODE            WHAT                                 │',
		'│>!! critical 1m30s       :6379           last background save failed          │',
		'│ !! critical 1m00s       :6379           └─ refuses writes (MISCONF)          │',
		'│ i  note     1m00s       :6379           has per.none                         │',
		'│ !  warning  ended 14:02 10.0.1.12:6379  has mem.max                          │',
		'│ ?  blind                :6379           2 rules not evaluated, CONFIG GET: N…│',
		'│ ?  blind                :6379           2 rules not evaluated, this server d…│',
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
		'│ next         1. redis-cli -h 10.0.1.11 -p 6379 INFO                          │',
		'│ means        What per.rdb_fail means.                                        │',
		'│ evidence     used_memory 1.00G                                               │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('the details name the action, the cause and the cost of the advice', () => {
	const facts = (rule: string) => {
		const key = findingsPanel.rowKeys(input()).find(candidate => candidate.startsWith(rule)) ?? '';
		return new Map(findingsPanel.details?.(input(), key) ?? []);
	};
	assert.match(facts('per.misconf').get('action') ?? '', /^X opens its dialog: /);
	assert.match(facts('per.misconf').get('follows from') ?? '', /^per\.rdb_fail 10\.0\.1\.11:6379$/);
	assert.equal(facts('per.none').get('costs'), 'A fork.');
	assert.match(facts('mem.max').get('since') ?? '', /ended 2026-11-23 14:02:01/);
	assert.equal(findingsPanel.details?.(input(), 'gone'), undefined);
});

test('a finding that has ended says what to look at, and offers no action', () => {
	const over = findingOf('per.misconf', 'critical', node, {
		clearedAtMs: sampledAtMs - 1000,
		effect: 'writes-refused',
		action: 'bgsave',
		next: [{kind: 'words', text: 'repair what the log names'}],
	});
	const state = {...stateOf([recordFrom({address: node})]), findings: [over]};
	const facts = findingsPanel.details?.({...input(), state}, findingKey(over)) ?? [];
	assert.deepEqual(
		facts.filter(([label]) => ['next', 'action', 'means'].includes(label)),
		[],
	);
	assert.deepEqual(
		facts.flatMap(([label, value]) => (label === 'look at' || label === '' ? [value] : [])),
		[
			'1. see in the logs of the clients whether they sent again what failed',
			'2. if it comes back: repair what the log names',
		],
	);
	assert.equal(new Map(facts).get('meant'), 'What per.misconf means.');
});

test('closing the client that causes a finding is its action, as on Overview', () => {
	const culprit = {client: nameOf('client', 'cron-report'), command: 'KEYS'};
	const heavy = findingOf('lat.p99', 'warning', node, {culprit});
	const clients = {atMs: sampledAtMs, value: [clientOf({id: 6, name: 'cron-report'})]};
	const state = {...stateOf([{...recordFrom({address: node}), clients}]), findings: [heavy]};
	const facts = new Map(findingsPanel.details?.({...input(), state}, findingKey(heavy)) ?? []);
	assert.equal(facts.get('action'), 'X opens its dialog: CLIENT KILL ID: close cron-report');
});

test('a denied command is listed with the ACL rule that grants it to the current user', () => {
	const key = findingsPanel.rowKeys(input()).find(candidate => candidate.startsWith('blind denied')) ?? '';
	const facts = new Map(findingsPanel.details?.(input({}, 'watcher'), key) ?? []);
	assert.equal(facts.get('grant'), 'ACL SETUSER watcher +config|get');
	assert.equal(facts.get('rules'), 'per.stale, per.dirty');
});

test('a rule with a long id is apart from the reason why it could not be evaluated', () => {
	const spots = [
		blind('mem.rehash', 'absent', 'no series holds its ratio'),
		blind('srv.loading_stuck', 'absent', 'no series holds what it needs'),
	];
	const base = input();
	const key = 'blind absent';
	const shown = {
		...base,
		state: {...base.state, findings: [], blindRules: spots},
		table: {...base.table, selectedKey: key},
	};
	const lines = panelText(findingsPanel, shown, {width: 80, height: 24});
	for (const rule of ['mem.rehash       ', 'srv.loading_stuck']) {
		assert.ok(
			lines.some(line => line.includes(` ${rule} no series holds`)),
			lines.join('\n'),
		);
	}
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

/** A cluster of six nodes on one host: one is full, another one too, and each has the same two notes. */
const sixNodes = Array.from({length: 6}, (_, index) => `10.0.1.11:${7000 + index}`);
const ofSix = [
	findingOf('mem.max', 'warning', sixNodes[0], {problem: 'memory at 91% of maxmemory'}),
	findingOf('mem.max', 'warning', sixNodes[3], {problem: 'memory at 88% of maxmemory', sinceMs: sampledAtMs - 90_000}),
	...sixNodes.map(address => findingOf('sec.noauth', 'info', address, {problem: 'takes commands without a password'})),
	...sixNodes.map(address => findingOf('lat.mon_off', 'info', address, {problem: 'the latency monitor is off'})),
	findingOf('per.none', 'info', sixNodes[1], {problem: 'keeps its data in memory only'}),
];
const sixInput = (table: Partial<TableView> = {}) => {
	const base = panelInput(
		sixNodes.map(address => recordFrom({address})),
		{table},
	);
	return {...base, state: {...base.state, findings: ofSix}};
};

test('at 80x24 the findings of six nodes are one row a rule, and all advice is one row', () => {
	assert.deepEqual(panelText(findingsPanel, sixInput(), {width: 80, height: 14}), [
		'┌─ 9 Findings  ! 1  i 3  sort worst first ────────────────────────── 1-2 of 2 ─┐',
		'│ SEVERITY↓   SINCE  NODE    WHAT                                              │',
		'│>!  warning  1m30s  2 nodes :7000 memory at 91% of maxmemory; 1 more          │',
		'│ i  advice          6 nodes 3 kinds, 13 in all; Enter opens                   │',
		'│                                                                              │',
		'│                                                                              │',
		'│ ──────────────────────────────────────────────────────────────────────────── │',
		'│ what         2 nodes: :7000 memory at 91% of maxmemory; 1 more               │',
		'│ nodes        :7000, :7003                                                    │',
		'│ since        2026-11-23 14:01:01 UTC, 1m30s; mem.max, warning                │',
		'│ next         1. redis-cli -h 10.0.1.11 -p 6379 INFO                          │',
		'│ means        What mem.max means.                                             │',
		'│ evidence     used_memory 1.00G                                               │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
	assert.deepEqual(panelText(findingsPanel, sixInput({selectedKey: 'advice'}), {width: 80, height: 14}), [
		'┌─ 9 Findings  ! 1  i 3  sort worst first ────────────────────────── 1-2 of 2 ─┐',
		'│ SEVERITY↓   SINCE  NODE    WHAT                                              │',
		'│ !  warning  1m30s  2 nodes :7000 memory at 91% of maxmemory; 1 more          │',
		'│>i  advice          6 nodes 3 kinds, 13 in all; Enter opens                   │',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'│ ──────────────────────────────────────────────────────────────────────────── │',
		'│ 1 node       :7001 keeps its data in memory only                             │',
		'│ 6 nodes      the latency monitor is off                                      │',
		'│ 6 nodes      takes commands without a password                               │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
	const [group = ''] = findingsPanel.rowKeys(sixInput());
	assert.deepEqual(panelText(findingsPanel, sixInput({opened: [group, 'advice']}), {width: 80, height: 9}), [
		'┌─ 9 Findings  ! 1  i 3  sort worst first ────────────────────────── 1-6 of 7 ─┐',
		'│ SEVERITY↓   SINCE  NODE    WHAT                                              │',
		'│>!  warning  1m30s  2 nodes :7000 memory at 91% of maxmemory; 1 more          │',
		'│ !  warning  1m00s  :7000   └─ memory at 91% of maxmemory                     │',
		'│ !  warning  1m30s  :7003   └─ memory at 88% of maxmemory                     │',
		'│ i  advice          6 nodes 3 kinds, 13 in all; Enter folds                   │',
		'│ i  note     1m00s  :7001   └─ keeps its data in memory only                  │',
		'│ i  note     1m00s  6 nodes └─ the latency monitor is off                     │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('the rows of groups and of advice are opened and folded; others are not', () => {
	const isFoldable = (table: Partial<TableView> = {}) => {
		const of = sixInput(table);
		return findingsPanel.rowKeys(of).map(key => findingsPanel.isFoldable?.(of, key));
	};
	assert.deepEqual(isFoldable(), [true, true]);
	const [group = ''] = findingsPanel.rowKeys(sixInput());
	assert.deepEqual(isFoldable({opened: [group, 'advice']}), [true, false, false, true, false, true, true]);
	assert.deepEqual(
		isFoldable({sort: 'node'}),
		Array.from(ofSix, () => false),
	);
});

test('a filter shows the advice that it matches', () => {
	const keys = findingsPanel.rowKeys(sixInput({filter: '7001'}));
	assert.deepEqual(
		keys.map(key => key.split(' ')[0]),
		['advice', 'per.none', 'lat.mon_off', 'sec.noauth'],
	);
});

test('the details of a group name its nodes, and those of advice its kinds', () => {
	const [group = ''] = findingsPanel.rowKeys(sixInput());
	const facts = new Map(findingsPanel.details?.(sixInput(), group) ?? []);
	assert.equal(facts.get('what'), '2 nodes: :7000 memory at 91% of maxmemory; 1 more');
	assert.equal(facts.get('nodes'), ':7000, :7003');
	assert.deepEqual(findingsPanel.details?.(sixInput(), 'advice'), [
		['1 node', ':7001 keeps its data in memory only'],
		['6 nodes', 'the latency monitor is off'],
		['6 nodes', 'takes commands without a password'],
	]);
});

test('with an Alertmanager each finding says what it makes of it, and the title how many fire', () => {
	const base = input({selectedKey: findingKey({rule: 'per.rdb_fail', node})});
	const shown = (alerting: AlertingView, row: RuleId = 'per.rdb_fail') => {
		const state = {...base.state, alerting};
		const key = findingKey({rule: row, node});
		const facts = findingsPanel.details?.({...base, state}, key) ?? [];
		const [title = ''] = panelText(findingsPanel, {...base, state}, {width: 80, height: 22});
		return [
			facts.find(([label]) => label === 'alert')?.[1],
			/ {2}(\d+ fire.*|no Alertmanager) {2}sort/.exec(title)?.[1],
		];
	};
	const states = new Map([
		[findingKey({rule: 'per.rdb_fail', node}), 'fires'],
		[findingKey({rule: 'per.misconf', node}), 'silenced'],
	] as const);
	const alerting: AlertingView = {states, problem: undefined};
	assert.deepEqual(shown(alerting), ['fires in Alertmanager', '1 fire, 1 silenced']);
	assert.deepEqual(shown(alerting, 'per.misconf'), ['silenced in Alertmanager', '1 fire, 1 silenced']);
	assert.deepEqual(shown({states: new Map(), problem: undefined}), ['not in Alertmanager', '0 fire']);
	assert.deepEqual(shown(alerting, 'per.none')[0], undefined);
	const problem = 'Alertmanager am:9093 refuses connections: nothing listens on the port';
	assert.deepEqual(shown({states: new Map(), problem}), [problem, 'no Alertmanager']);
});

test('an empty panel says that every rule was evaluated', () => {
	const base = panelInput([recordFrom({})]);
	assert.match(
		panelText(findingsPanel, base, {width: 80, height: 10}).join('\n'),
		/No findings, and every rule could be evaluated/,
	);
});

test('the panel draws at any size', () => {
	assertAnySize(findingsPanel, [
		input(),
		input({sort: 'node'}),
		sixInput(),
		sixInput({opened: ['advice']}),
		panelInput([]),
		panelInput([recordFrom({})]),
	]);
});

test('line 2, the tab and the title count the same causes: nodes and consequences do not count again', () => {
	const on = (address: string, severity: 'critical' | 'warning') => findingOf('mem.max', severity, address);
	const state = {
		...stateOf([recordFrom({address: node})]),
		findings: [...findings.slice(0, 2), on('10.0.1.12:6379', 'warning'), on('10.0.1.13:6379', 'warning')],
	};
	assert.equal(findingCount(state, sampledAtMs), 2);
	const [title = ''] = panelText(findingsPanel, {...input(), state}, {width: 80, height: 12});
	assert.match(title, /─ 9 Findings {2}!! 1 {2}! 1 {2}following 1 {2}sort/);
	const verdict = verdictOf(state, sampledAtMs);
	assert.ok('others' in verdict);
	assert.equal(verdict.others.length + 1, 2);
	assert.equal(findingCount({...state, findings: findings.slice(3)}, sampledAtMs), 0, 'advice is not counted');
});
