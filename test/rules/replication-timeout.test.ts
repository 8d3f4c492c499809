import assert from 'node:assert/strict';
import test from 'node:test';
import {findingText} from '../../source/rules/finding.js';
import {repTimeout} from '../../source/rules/replication-timeout.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {recordFrom, refusedConnection, sampledAtMs} from '../harness/records.js';
import {factsOf} from '../harness/rule-cases.js';

type Node = {
	/** The port of the node that it replicates from; absent: a primary. */
	readonly from?: number;
	/** `repl-timeout` and `repl-ping-replica-period`, in seconds. Absent: CONFIG GET is not answered. */
	readonly settings?: readonly [timeout: number, period: number];
	readonly isDown?: boolean;
};

const usual = [60, 10] as const;

/** What the rule says of nodes on the ports 6379, 6380 and so on. */
function said(...nodes: readonly Node[]): string[] {
	const parts = nodes.map(({from, settings, isDown = false}, index) => {
		const port = 6379 + index;
		const replicas = nodes.flatMap(({from: source}, other) => (source === port ? [6379 + other] : []));
		return {
			address: `10.0.1.1:${port}`,
			role: from === undefined ? ('primary' as const) : ('replica' as const),
			info: {
				replication: {
					...(from === undefined
						? {role: 'master'}
						: {role: 'slave', master_host: '10.0.1.1', master_port: from, master_link_status: 'up'}),
					connected_slaves: replicas.length,
					...Object.fromEntries(
						replicas.map((replica, at) => [`slave${at}`, `ip=10.0.1.1,port=${replica},state=online,offset=10,lag=0`]),
					),
				},
			},
			...(isDown ? {failure: refusedConnection} : {}),
			...(settings === undefined
				? {}
				: {
						config: {
							atMs: sampledAtMs,
							value: new Map([
								['repl-timeout', String(settings[0])],
								['repl-ping-replica-period', String(settings[1])],
							]),
						},
					}),
		};
	});
	const records = parts.map(recordFrom);
	const facts = parts.map(({info, config, ...record}) =>
		factsOf({
			info,
			record,
			...(config === undefined ? {} : {config: Object.fromEntries(config.value)}),
			nodes: records.filter(({address}) => address !== record.address),
		}),
	);
	return repTimeout
		.evaluate(
			{nodes: new Map(facts.map(one => [one.address, one])), deployment: 'replicated', nowMs: sampledAtMs},
			() => 0,
		)
		.map(evaluation => {
			assert.equal(evaluation.kind, 'fires');
			assertPrintedCommands(evaluation);
			return evaluation.kind === 'fires' ? `${evaluation.severity} ${evaluation.node} ${findingText(evaluation)}` : '';
		});
}

const cases: ReadonlyArray<readonly [name: string, nodes: readonly Node[], expected: readonly RegExp[]]> = [
	['the defaults', [{settings: usual}, {from: 6379, settings: usual}], []],
	[
		'a replica that waits for less than the time between two PINGs',
		[{settings: usual}, {from: 6379, settings: [5, 10]}],
		[/^warning 10\.0\.1\.1:6380 drops its idle link to 10\.0\.1\.1:6379: repl-timeout 5s, but a PING every 10s$/],
	],
	[
		'the same time',
		[{settings: usual}, {from: 6379, settings: [10, 10]}],
		[/: repl-timeout 10s, but a PING every 10s$/],
	],
	['a second more', [{settings: usual}, {from: 6379, settings: [11, 10]}], []],
	[
		'a primary that sends PINGs too seldom, with two replicas',
		[{settings: [60, 60]}, {from: 6379, settings: usual}, {from: 6379, settings: [61, 10]}],
		[/^warning 10\.0\.1\.1:6380 drops .* repl-timeout 60s, but a PING every 60s$/],
	],
	[
		'a replica of a replica gets the PINGs of the primary',
		[{settings: [60, 20]}, {from: 6379, settings: [60, 1]}, {from: 6380, settings: [15, 10]}],
		[
			/^warning 10\.0\.1\.1:6381 drops its idle link to 10\.0\.1\.1:6380: repl-timeout 15s, but a PING of 10\.0\.1\.1:6379 every 20s$/,
		],
	],
	[
		'the period of a replica does not count, for it sends no PING',
		[{settings: usual}, {from: 6379, settings: [60, 90]}, {from: 6380, settings: usual}],
		[],
	],
	[
		'a primary that waits for a second, as long as a replica takes to acknowledge',
		[{settings: [1, 10]}, {from: 6379, settings: usual}],
		[
			/^warning 10\.0\.1\.1:6379 drops the links to its replicas: repl-timeout 1s, but an acknowledgement every second$/,
		],
	],
	['a primary without replicas', [{settings: [1, 10]}], []],
	[
		'two replicas of each other, without a primary',
		[
			{from: 6380, settings: [60, 20]},
			{from: 6379, settings: usual},
		],
		[],
	],
	['a primary whose settings are not known', [{}, {from: 6379, settings: [5, 10]}], []],
	['a replica whose settings are not known', [{settings: usual}, {from: 6379}], []],
	[
		'a primary that does not answer',
		[
			{settings: usual, isDown: true},
			{from: 6379, settings: [5, 10]},
		],
		[],
	],
];

for (const [name, nodes, expected] of cases) {
	test(`rep.timeout: ${name}`, () => {
		const lines = said(...nodes);
		assert.equal(lines.length, expected.length, lines.join('\n'));
		for (const [index, pattern] of expected.entries()) {
			assert.match(lines[index] ?? '', pattern);
		}
	});
}
