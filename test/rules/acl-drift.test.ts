import assert from 'node:assert/strict';
import test from 'node:test';
import type {BlindSpot} from '../../source/domain/sample.js';
import {parseAclList} from '../../source/parse/acl-list.js';
import {aclDiffers} from '../../source/rules/acl-drift.js';
import {findingText} from '../../source/rules/finding.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {recordFrom, sampledAtMs} from '../harness/records.js';
import {factsOf} from '../harness/rule-cases.js';

type Node = {readonly users?: readonly string[]; readonly version?: string; readonly blind?: readonly BlindSpot[]};

/** What the rule says of a primary and its replicas with these users. */
function said(...nodes: readonly Node[]): string[] {
	const addressAt = (index: number) => `10.0.1.${index + 1}:6379`;
	const parts = nodes.map(({users, version = '8.0.2', blind = []}, index) => ({
		address: addressAt(index),
		role: index === 0 ? ('primary' as const) : ('replica' as const),
		info: {
			server: {redis_version: version},
			replication:
				index === 0
					? {role: 'master'}
					: {role: 'slave', master_host: '10.0.1.1', master_port: 6379, master_link_status: 'up'},
		},
		blind,
		...(users === undefined ? {} : {aclUsers: {atMs: sampledAtMs, value: parseAclList(users)}}),
	}));
	const records = parts.map(recordFrom);
	const facts = parts.map(({info, ...record}) =>
		factsOf({info, record, nodes: records.filter(({address}) => address !== record.address)}),
	);
	return aclDiffers
		.evaluate(
			{nodes: new Map(facts.map(one => [one.address, one])), deployment: 'replicated', nowMs: sampledAtMs},
			() => 0,
		)
		.map(evaluation => {
			if (evaluation.kind !== 'fires') {
				return evaluation.kind === 'clear' ? 'clear' : `${evaluation.reason} ${evaluation.node}: ${evaluation.why}`;
			}

			assertPrintedCommands(evaluation);
			return `${evaluation.severity} ${findingText(evaluation)}`;
		});
}

const all = 'user default on nopass ~* &* +@all';
const app = 'user app on #11 ~* &* -@all +get';

const cases: ReadonlyArray<readonly [name: string, nodes: readonly Node[], expected: readonly RegExp[]]> = [
	['alike', [{users: [all, app]}, {users: [app, all]}], []],
	[
		'a user that a replica lacks',
		[{users: [all, app]}, {users: [all, app]}, {users: [all]}],
		[/^warning a user differs between nodes, app is missing on 10\.0\.1\.3:6379$/],
	],
	[
		'a password that was changed on the primary alone counts from where most nodes are',
		[{users: [all, app.replace('11', '22')]}, {users: [all, app]}, {users: [all, app]}],
		[/app has another password on 10\.0\.1\.1:6379/],
	],
	['of two nodes the primary is right', [{users: [all, app]}, {users: [all]}], [/app is missing on 10\.0\.1\.2:6379/]],
	['a user that is off', [{users: [app]}, {users: [app.replace(' on ', ' off ')]}], [/app is off on 10\.0\.1\.2/]],
	['other rights', [{users: [app]}, {users: [`${app} +set`]}], [/app has other rights on 10\.0\.1\.2/]],
	[
		'a user of one replica alone, and another password',
		[{users: [app]}, {users: [app.replace('11', '22'), 'user backup on #3 ~* +@read']}],
		[/^warning users differ between nodes, app has another password on 10\.0\.1\.2:6379, and 1 more$/],
	],
	['two versions are not compared', [{users: [app]}, {users: [`${app} alldbs`], version: '7.0.15'}], []],
	['one node alone', [{users: [app]}], []],
	['not read yet', [{users: [app]}, {}], [/^pending 10\.0\.1\.2:6379: /]],
	[
		'denied',
		[{}, {}].map(() => ({blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'}]})),
		[/^denied 10\.0\.1\.1:6379: ACL LIST is asked only of users who may CONFIG GET/],
	],
];

for (const [name, nodes, expected] of cases) {
	test(`acl.differs: ${name}`, () => {
		const lines = said(...nodes);
		assert.equal(lines.length, expected.length, lines.join('\n'));
		for (const [index, pattern] of expected.entries()) {
			assert.match(lines[index] ?? '', pattern);
		}
	});
}

test('acl.differs: neither a password nor its digest is in the finding', () => {
	const lines = said({users: [app]}, {users: [app.replace('11', '22')]});
	assert.doesNotMatch(JSON.stringify(lines), /#|\b(?:11|22)\b/);
});
