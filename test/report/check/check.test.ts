import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {Ajv2020} from 'ajv/dist/2020.js';
import type {NodeRecord} from '../../../source/derive/node-record.js';
import {effects, type Severity} from '../../../source/domain/finding.js';
import {nameOf} from '../../../source/domain/message.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import {checkOf, checkReport} from '../../../source/report/check/check.js';
import {checkText} from '../../../source/report/check/check-text.js';
import {changeJson, changesText, findingChanges, openFindings} from '../../../source/report/check/finding-change.js';
import type {RuleId} from '../../../source/rules/all-rules.js';
import {ruleIds} from '../../../source/rules/all-rules.js';
import type {BlindRule, Finding} from '../../../source/rules/finding.js';
import {everyRule, isRuleChoice} from '../../../source/rules/rule-choice.js';
import {findingOf} from '../../harness/findings.js';
import {emptyRecord, recordFrom, sampledAtMs, stateOf} from '../../harness/records.js';

const node = '10.0.1.11:6379' as NodeAddress;

const up = recordFrom({address: node, info: {server: {redis_version: '7.2.5'}, replication: {role: 'master'}}});

const lost: NodeRecord = {
	...up,
	address: '10.0.1.12:6379' as NodeAddress,
	reach: 'down',
	failure: {
		layer: 'tcp',
		code: 'ECONNREFUSED',
		problem: 'refuses connections',
		reason: 'nothing listens on the port',
		state: 'down',
	},
};

const finding = (severity: Severity, rule: RuleId = 'mem.max', parts: Partial<Finding> = {}): Finding => ({
	rule,
	severity,
	node,
	subject: undefined,
	problem: `is ${severity}`,
	evidence: [{name: 'used_memory', value: 5, unit: 'bytes'}],
	meaning: 'It fills up.',
	next: [{kind: 'command', text: 'redis-cli INFO memory'}],
	sinceMs: sampledAtMs,
	clearedAtMs: undefined,
	...parts,
});

const denied: BlindRule = {
	rule: 'mem.max',
	node,
	reason: 'denied',
	why: 'CONFIG GET: NOPERM no rights',
	command: 'CONFIG GET',
	grant: '+config|get',
};

const check = (
	records: readonly NodeRecord[],
	findings: readonly Finding[] = [],
	{blindRules = [], choice = everyRule}: {blindRules?: readonly BlindRule[]; choice?: typeof everyRule} = {},
) => checkOf({...stateOf(records), findings, blindRules}, sampledAtMs, choice);

/** Its condition held in both samples. */
const unconfirmed: BlindRule = {
	rule: 'key.expire_lag',
	node: up.address,
	reason: 'pending',
	why: 'must hold for 30s: watch for longer',
	grant: undefined,
	holds: 'frees expired keys too slowly',
};

test('the status is that of the worst finding, and a state that can’t be known is not ok', () => {
	const everythingBlind = ruleIds.map((rule): BlindRule => ({...denied, rule}));
	const cases: ReadonlyArray<
		readonly [what: string, status: string, exitCode: number, verdict: RegExp, result: ReturnType<typeof check>]
	> = [
		['nothing found', 'ok', 0, /nothing is wrong with 10\.0\.1\.11:6379$/, check([up])],
		['advice', 'ok', 0, /nothing is wrong/, check([up], [finding('info')])],
		['a warning', 'warning', 1, /^10\.0\.1\.11:6379 is warning$/, check([up], [finding('info'), finding('warning')])],
		['the worst of two', 'critical', 2, /is critical$/, check([up], [finding('warning'), finding('critical')])],
		['what has ended', 'ok', 0, /nothing/, check([up], [finding('critical', 'mem.max', {clearedAtMs: sampledAtMs})])],
		[
			'of the deployment',
			'critical',
			2,
			/^is critical$/,
			check([up], [finding('critical', 'mem.max', {node: undefined})]),
		],
		[
			'what held, but not for long enough',
			'unknown',
			3,
			/^10\.0\.1\.11:6379 frees expired keys too slowly: not confirmed, key\.expire_lag must hold for 30s/,
			check([up], [finding('info')], {blindRules: [unconfirmed]}),
		],
		[
			'the same with a warning',
			'warning',
			1,
			/is warning/,
			check([up], [finding('warning')], {blindRules: [unconfirmed]}),
		],
		['a node that gives nothing', 'unknown', 3, /^10\.0\.1\.12:6379 refuses connections/, check([up, lost])],
		['the same with a warning', 'warning', 1, /is warning/, check([up, lost], [finding('warning')])],
		['never reached', 'unknown', 3, /did not answer in time/, check([emptyRecord('10.0.1.13:6379')])],
		['no node at all', 'unknown', 3, /no node is known/, check([])],
		[
			'every rule blind',
			'unknown',
			3,
			/no rule could be evaluated: CONFIG GET/,
			check([up], [], {blindRules: everythingBlind}),
		],
		[
			'these rules',
			'critical',
			2,
			/is critical/,
			check([up], [finding('critical')], {choice: {only: ['mem.max'], skip: []}}),
		],
	];
	for (const [what, status, exitCode, verdict, result] of cases) {
		assert.deepEqual([result.status, result.exitCode], [status, exitCode], what);
		assert.match(result.verdict, verdict, what);
	}

	assert.deepEqual(check([up], [finding('critical')], {choice: {only: undefined, skip: ['mem']}}).findings, []);
});

test('the first line names a problem of several nodes once, with the nodes', () => {
	const nodes = ['10.0.1.12:6379', '10.0.1.13:6379', '10.0.1.14:6379'].map(address => address as NodeAddress);
	const silent = nodes.map(address =>
		finding('critical', 'conn.refused', {
			node: address,
			problem: 'refuses connections',
			reason: 'nothing listens',
			effect: 'unreachable',
		}),
	);
	const drifted = nodes.map(address =>
		finding('warning', 'per.drift', {
			node: address.replace('10.0.1', '10.0.3') as NodeAddress,
			problem: 'runs with other settings',
			effect: 'data-at-risk',
		}),
	);
	assert.equal(
		check([up, lost], [...silent, ...drifted, finding('warning', 'mem.max', {effect: 'slow'})]).verdict,
		[
			'10.0.1.12:6379 refuses connections: nothing listens, also 10.0.1.13:6379, 10.0.1.14:6379',
			'10.0.1.11:6379 is warning',
			'10.0.3.12:6379 runs with other settings, also 10.0.3.13:6379, 10.0.3.14:6379',
		].join('; '),
	);
	const differing = nodes.map((address, index) =>
		finding('warning', 'per.drift', {node: address, problem: `runs with ${index + 1} other settings`}),
	);
	assert.equal(
		check([up, lost], differing).verdict,
		'10.0.1.12:6379 runs with 1 other settings; 10.0.1.13:6379 runs with 2 other settings; 10.0.1.14:6379 runs with 3 other settings',
	);
	const many = Array.from({length: 12}, (_, index) =>
		finding('warning', 'per.drift', {node: `10.0.2.${index}:6379` as NodeAddress, problem: 'runs with other settings'}),
	);
	assert.match(
		check([up, lost], many).verdict,
		/^10\.0\.2\.0:6379 .*, also 10\.0\.2\.1:6379, .*10\.0\.2\.8:6379 and 3 more$/,
	);
});

test('blind spots are denied commands with their rules and grants, and every other reason once', () => {
	const record: NodeRecord = {
		...up,
		blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM no rights', grant: '+config|get'}],
	};
	const unseen: BlindRule = {
		...denied,
		reason: 'unseen',
		why: 'only on its machine',
		command: undefined,
		grant: undefined,
	};
	const blindRules = [denied, {...unseen, rule: 'mem.swap'}, {...unseen, rule: 'per.disk'}] as const;
	const {blind} = check([record], [], {blindRules});
	assert.deepEqual(blind, [
		{
			what: 'CONFIG GET',
			node,
			why: 'NOPERM no rights',
			fix: 'ACL SETUSER default +config|get',
			reason: 'denied',
			rules: ['mem.max'],
		},
		{
			what: 'mem.swap, per.disk',
			node,
			why: 'only on its machine',
			fix: null,
			reason: 'unseen',
			rules: ['mem.swap', 'per.disk'],
		},
	]);
});

test('effect, culprit and nodes of a finding are data, in `check` and in `watch`', () => {
	const other = '10.0.1.12:6379' as NodeAddress;
	const parts: Partial<Finding> = {
		effect: 'slow',
		culprit: {client: nameOf('client', 'reports'), command: 'KEYS', key: nameOf('key', 'user:*'), node: other},
		nodes: [node, other],
	};
	const partsOf = (json: {readonly effect: unknown; readonly culprit: unknown; readonly nodes: unknown} | undefined) =>
		json && [json.effect, json.culprit, json.nodes];
	const told = ['slow', {client: 'reports', command: 'KEYS', key: 'user:*', node: other}, [node, other]];
	const full = finding('warning', 'mem.max', parts);
	assert.deepEqual(partsOf(check([up], [full]).findings[0]), told);
	assert.deepEqual(partsOf(JSON.parse(changeJson({event: 'opened', finding: full}, 0)).finding), told);
	assert.deepEqual(partsOf(check([up], [finding('warning')]).findings[0]), [null, null, [node]]);
	const ofDeployment = finding('warning', 'mem.max', {node: undefined, culprit: {command: 'KEYS'}});
	assert.deepEqual(partsOf(check([up], [ofDeployment]).findings[0]), [
		null,
		{client: null, command: 'KEYS', key: null, node: null},
		[],
	]);
});

test('the schema lists every effect', () => {
	const schema = JSON.parse(readFileSync('schema/check.json', 'utf8'));
	assert.deepEqual(schema.properties.findings.items.properties.effect.enum, [...effects, null]);
});

test('the schema accepts the JSON and refuses JSON without one of its parts', () => {
	const culprit = {command: 'KEYS'};
	const result = check([up, lost], [finding('critical', 'mem.max', {effect: 'slow', culprit})], {blindRules: [denied]});
	const validate = new Ajv2020({allowUnionTypes: true}).compile(
		JSON.parse(readFileSync('schema/check.json', 'utf8')) as object,
	);
	const json = JSON.parse(JSON.stringify(result)) as Record<string, unknown>;
	assert.ok(validate(json), JSON.stringify(validate.errors));
	for (const key of Object.keys(json)) {
		const {[key]: _, ...rest} = json;
		assert.equal(validate(rest), false, `without ${key}`);
	}

	assert.equal(validate({...json, status: 'fine'}), false);
	assert.ok(validate({...json, later: true}), 'fields may be added');
});

/** The text of a state. */
const textOf = (records: readonly NodeRecord[], findings: readonly Finding[], isVerbose = false): string =>
	checkText(
		checkReport({...stateOf(records), findings, blindRules: [denied]}, sampledAtMs, {ruleChoice: everyRule, isVerbose}),
	);

const other = recordFrom({
	address: '10.0.1.13:6379',
	info: {memory: {used_memory: 83, maxmemory: 100}},
	values: {connectionsRejected: 0, evicted: 12.34},
	replicas: [{address: node, state: 'online', behindBytes: 10, behindSeconds: 1.5, ackAgeSeconds: 1, offset: 1}],
});

test('a consequence names the rule of its cause, and has steps of its own only if it is critical, or with -v', () => {
	const of = (rule: RuleId, severity: Severity) => ({...findingOf(rule, severity, up.address), next: [step]});
	const step = {kind: 'words', text: 'ask who sends it'} as const;
	const found = [of('rep.refused', 'warning'), of('err.rate', 'warning')];
	assert.equal(textOf([up], found).match(/ask who sends it/g)?.length, 1);
	assert.match(textOf([up], found), /\nwarning {2}err\.rate {2}.*\n {2}follows from rep\.refused above\n\n/);
	assert.equal(textOf([up], found, true).match(/ask who sends it/g)?.length, 2);
	const critical = [of('rep.refused', 'critical'), of('rep.min_good', 'critical')];
	assert.equal(textOf([up], critical).match(/ask who sends it/g)?.length, 2);
	assert.match(textOf([up], critical), / {2}follows from rep\.refused above\n {2}\S/);
	assert.doesNotMatch(textOf([up], [of('err.rate', 'warning')]), /follows from/);
});

test('the text is that of a monitoring plugin: counts, findings by rule, and performance data after the only pipe', () => {
	const steps: Partial<Finding> = {
		next: [
			{kind: 'command', text: 'redis-cli INFO memory | head'},
			{kind: 'shell', text: 'df -h'},
			{kind: 'words', text: 'find what grew'},
		],
	};
	const findings = [
		finding('warning', 'mem.max', steps),
		finding('warning', 'mem.max', {...steps, node: other.address}),
		finding('info', 'rep.none'),
		finding('info', 'rep.none', {node: other.address}),
	];
	assert.equal(
		textOf([up, other], findings).replace(/^(not evaluated): .*$/m, '$1'),
		[
			'WARNING: 2 warnings, 2 notes on 2 nodes: 10.0.1.11:6379 is warning, also 10.0.1.13:6379 | mem=83%;80;90 rejected=0 evicted=12.3 lag=1.5s;5;30 p99=U;10;100',
			'',
			'warning  mem.max  2 nodes  is warning',
			'  on 10.0.1.11:6379, 10.0.1.13:6379',
			'  It fills up.',
			'  $ head < <(redis-cli INFO memory)',
			'  on its host: $ df -h',
			'  - find what grew',
			'',
			'2 of 2 nodes up',
			'2 notes of 1 kind: -v lists them',
			'not seen: mem.max on 10.0.1.11:6379: CONFIG GET: NOPERM no rights',
			'not evaluated',
		].join('\n'),
	);
	const granting = finding('warning', 'mem.max', {next: [{kind: 'words', text: 'ACL SETUSER monitor +slowlog|get'}]});
	assert.match(textOf([up], [granting]), /\+slowlog¦get[\s\S]*\n¦ stands for the pipe character; --json has it$/);
	assert.match(textOf([up, other], findings, true), /\ninfo {2}rep\.none {2}2 nodes {2}is info\n/);
});

test('the rejected connections are unknown while a node that is full cannot be asked', () => {
	const quiet = {...up, values: new Map([['connectionsRejected', 0]])} as unknown as NodeRecord;
	const failing = (kind?: 'MAXCLIENTS'): NodeRecord =>
		({
			...lost,
			reach: 'refusing',
			failure: {layer: 'greet', state: 'refusing', kind, problem: 'refuses'},
		}) as NodeRecord;
	assert.match(textOf([quiet, failing('MAXCLIENTS')], []), / rejected=U /);
	assert.match(textOf([quiet, failing()], []), / rejected=0 /);
});

test('without warnings the verdict comes first, and the notes are counted', () => {
	assert.match(textOf([up], []), /^OK: nothing is wrong with 10\.0\.1\.11:6379 \| mem=U;80;90 rejected=U /);
	assert.match(textOf([up], [finding('info')]), /^OK: nothing is wrong with 10\.0\.1\.11:6379; 1 note on 1 node \| /);
	assert.match(
		textOf([lost], [finding('info')]),
		/^UNKNOWN: 10\.0\.1\.12:6379 refuses connections.*; 1 note on 1 node \| /,
	);
	assert.match(textOf([up], [finding('critical')]), /^CRITICAL: 1 critical on 1 node: /);
});

test('rules are chosen by whole ids or by their beginnings up to a dot', () => {
	for (const [text, isOne] of [
		['mem', true],
		['mem.max', true],
		['mem.m', false],
		['me', false],
		['', false],
		['mem.max.warning', false],
	] as const) {
		assert.equal(isRuleChoice(text, ruleIds), isOne, text);
	}
});

test('a closed finding has what to look at, and no action any more', () => {
	const over = finding('warning', 'mem.max', {effect: 'slow', action: 'set-maxmemory'});
	const part = (event: 'opened' | 'closed') => JSON.parse(changeJson({event, finding: over}, 0)).finding;
	assert.equal(part('opened').action, 'set-maxmemory');
	assert.equal(part('closed').action, null);
	assert.equal(part('closed').actionNode, null);
	assert.match(part('closed').next[0], /^see in the slow log/);
	assert.notDeepEqual(part('opened').next, part('closed').next);
});

test('a finding that opens, gets worse or closes is a change, and a new figure is not', () => {
	const open = (...findings: readonly Finding[]) => openFindings(findings, everyRule);
	const told = (before: ReturnType<typeof open>, now: ReturnType<typeof open>) =>
		findingChanges(before, now).map(({event, finding: {rule, severity}}) => `${event} ${rule} ${severity}`);
	assert.deepEqual(told(open(), open(finding('warning'))), ['opened mem.max warning']);
	assert.deepEqual(told(open(finding('warning')), open(finding('warning', 'mem.max', {problem: 'at 92%'}))), []);
	assert.deepEqual(told(open(finding('warning')), open(finding('critical'))), ['changed mem.max critical']);
	assert.deepEqual(
		told(open(finding('warning'), finding('info', 'rep.none')), open(finding('critical', 'conn.refused'))),
		['closed mem.max warning', 'closed rep.none info', 'opened conn.refused critical'],
	);
	assert.deepEqual(told(open(finding('warning')), open(finding('warning', 'mem.max', {clearedAtMs: 1}))), [
		'closed mem.max warning',
	]);
	assert.equal(
		changesText([{event: 'opened', finding: finding('warning')}], 0),
		'1970-01-01T00:00:00.000Z  OPENED   warning   mem.max  10.0.1.11:6379  is warning',
	);
	const onNode = (port: number, problem: string) =>
		finding('warning', 'mem.max', {node: `10.0.1.11:${port}` as NodeAddress, problem});
	const opened = (...findings: readonly Finding[]) =>
		changesText(
			findings.map(each => ({event: 'opened', finding: each})),
			0,
		);
	const start = '1970-01-01T00:00:00.000Z  OPENED   warning   mem.max';
	assert.equal(
		opened(onNode(1, 'is full'), onNode(2, 'is full')),
		`${start}  2 nodes  is full (10.0.1.11:1, 10.0.1.11:2)`,
	);
	assert.equal(
		opened(onNode(1, 'at 91%'), onNode(2, 'at 92%'), finding('critical')),
		`${start}  2 nodes  10.0.1.11:1 at 91%; 1 more (10.0.1.11:1, 10.0.1.11:2)\n${start.replace('warning ', 'critical')}  10.0.1.11:6379  is critical`,
	);
	const many = opened(...Array.from({length: 12}, (_, port) => onNode(port, 'is full')));
	assert.match(many, /12 nodes {2}is full \(10\.0\.1\.11:0, .*10\.0\.1\.11:7 and 4 more\)$/);
});
