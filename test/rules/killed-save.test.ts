import assert from 'node:assert/strict';
import test from 'node:test';
import type {CgroupEvidence} from '../../source/domain/control-group.js';
import type {LogEvidence, OomKill} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {perAofRewrite} from '../../source/rules/aof.js';
import {explanations} from '../../source/rules/explanations.js';
import {perRdbFail} from '../../source/rules/rdb.js';
import {findingOf} from '../harness/findings.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, type RuleCase, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const mega = 1024 * 1024;

/** The memory of a control group with a limit, after so many kills. */
const group = (oomKills: number, usedBytes = 148 * mega): CgroupEvidence => ({
	limitBytes: 149 * mega,
	usedBytes,
	oomKills,
});

/** The kernel's line about the process that it killed. */
const kernelKill = (line: string, agoMs = 4000): OomKill => ({
	atMs: nowMs - agoMs,
	processId: 99,
	name: 'redis-server',
	line,
});

/** The cases of a rule on a failed save or rewrite. `what` is its word in the findings, `begins` begins them. */
function casesOf(what: string, begins: string, killed: (host: FactsParts['host'], signal?: string) => FactsParts) {
	const begin = (rest: string) => new RegExp(`^${begins}${rest}$`);
	return [
		[
			'the kernel killed it at the memory limit of the control group',
			killed({cgroup: group(1)}),
			begin(`, its control group's memory \\(149M\\) was full: the ${what} was killed for memory`),
		],
		[
			'the kernel tells of its kill at the limit',
			killed({cgroup: group(0), oomKills: [kernelKill('Memory cgroup out of memory: Killed process 99')]}),
			begin(`, its control group's memory \\(149M\\) was full: the ${what} was killed for memory`),
		],
		[
			'the group has counted no kill: somebody else sent the signal',
			killed({cgroup: group(0)}),
			begin(`: signal 9 killed the ${what}`),
		],
		[
			'the group counted a kill, and has far more room than a copy of the server needs',
			killed({cgroup: group(1, 9 * mega)}),
			begin(`: signal 9 killed the ${what}`),
		],
		[
			'a group without a limit counted a kill',
			killed({cgroup: {...group(1), limitBytes: undefined}}),
			begin(`: signal 9 killed the ${what}`),
		],
		['another signal', killed({cgroup: group(1)}, 'signal 15'), begin(`: signal 15 killed the ${what}`)],
		[
			'the kernel killed it because the machine was out of memory',
			killed({oomKills: [kernelKill('Out of memory: Killed process 99')]}),
			begin(`, the memory of the machine was full: the ${what} was killed for memory`),
		],
		[
			'the kernel killed a server of the machine an hour before',
			killed({oomKills: [kernelKill('Out of memory: Killed process 99', 3_600_000)]}),
			begin(`: signal 9 killed the ${what}`),
		],
	] as const;
}

const logOf = (id: string, rule: string, line: string): LogEvidence => ({
	source: 'log',
	lines: [],
	remarks: [{id, severity: 'critical', rules: [rule], meaning: '', line, atMs: nowMs - 4000, count: 1}],
});

const ofSave = (host: FactsParts['host'], signal = 'signal 9'): FactsParts => ({
	info: {persistence: {rdb_last_bgsave_status: 'err'}},
	config: {save: '3600 1'},
	host: {log: logOf('save-killed', 'per.rdb_fail', `7:M # Background saving terminated by ${signal}`), ...host},
});

const ofRewrite = (host: FactsParts['host'], signal = 'signal 9'): FactsParts => ({
	info: {persistence: {aof_last_bgrewrite_status: 'err'}},
	host: {
		log: logOf('rewrite-killed', 'per.aof_rewrite', `7:M # Background AOF rewrite terminated by ${signal}`),
		...host,
	},
});

testRule(
	perRdbFail,
	casesOf('save', 'last background save failed', ofSave).map(
		([name, parts, words]): RuleCase => [name, parts, 'critical', words],
	),
);
testRule(
	perAofRewrite,
	casesOf('rewrite', 'failed to rewrite its append-only file', ofRewrite).map(
		([name, parts, words]): RuleCase => [name, parts, 'warning', words],
	),
);

const importer: FactsParts['record'] = {
	commands: [
		{command: 'setrange', calls: 99, callsPerSecond: 900, meanMicroseconds: 1, timeShare: 0.5, failuresPerSecond: 0},
	],
	clients: {atMs: nowMs, value: [clientOf({id: 7, name: 'catalog-import', command: 'setrange'})]},
};

for (const [rule, parts, again] of [
	[perRdbFail, ofSave, 'BGSAVE'],
	[perAofRewrite, ofRewrite, 'BGREWRITEAOF'],
] as const) {
	test(`${rule.id}: the limit comes first, then who writes, and no action that would fail again`, () => {
		const atLimit = firingOf(rule, {...parts({cgroup: group(1)}), record: importer});
		const [first, second] = atLimit.next.map(({text}) => messageText(text));
		assert.equal(first, 'raise its memory limit (container or unit), now 149M');
		assert.match(second ?? '', /^or stop catalog-import until a save has succeeded/);
		assert.equal(atLimit.action, undefined);
		assert.ok(atLimit.next.some(({text}) => messageText(text).endsWith(again)));
		assert.equal(firingOf(rule, parts({})).action, again.toLowerCase());
	});
}

test('a save that was killed at the limit explains the finding about the limit', () => {
	const row = explanations.find(({cause, symptoms}) => cause === 'per.rdb_fail' && symptoms.includes('os.cgroup'));
	const found = (parts: FactsParts) => ({...findingOf('per.rdb_fail', 'critical'), ...firingOf(perRdbFail, parts)});
	assert.equal(row?.isCause?.(found(ofSave({cgroup: group(1)}))), true);
	assert.equal(row?.isCause?.(found(ofSave({cgroup: group(0)}))), false);
});
