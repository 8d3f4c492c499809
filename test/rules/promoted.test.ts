import assert from 'node:assert/strict';
import test from 'node:test';
import type {LocalEvidence} from '../../source/domain/host-evidence.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {MonitoredPrimary} from '../../source/domain/sentinel.js';
import {findingText} from '../../source/rules/finding.js';
import {repPromoted} from '../../source/rules/promoted.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {sampledAtMs} from '../harness/records.js';
import {emptyHost, type FactsParts, factsOf} from '../harness/rule-cases.js';

const nowMs = sampledAtMs;
const history = 'b'.repeat(40);

const node = (role: 'primary' | 'replica', parts: Pick<FactsParts, 'watch' | 'host'> = {}, before = history) =>
	factsOf({
		info: {replication: {role: role === 'primary' ? 'master' : 'slave', master_replid2: before}},
		record: {address: '127.0.0.1:7002', role},
		...parts,
	});

const logWith = (log: Partial<NonNullable<LocalEvidence['log']>>): Partial<LocalEvidence> => ({
	...emptyHost,
	log: {source: '/var/log/redis.log', lines: [], remarks: [], ...log},
});

const won = (secondsAgo: number, lines: readonly string[] = []): Partial<LocalEvidence> =>
	logWith({
		lines,
		happened: [
			{
				id: 'won-failover',
				severity: 'warning',
				meaning: 'this node became a primary',
				atMs: nowMs - secondsAgo * 1000,
				count: 1,
			},
		],
	});

const sentinel = (
	parts: Partial<MonitoredPrimary>,
	{uptime = 86_400, port = 26_379, host = emptyHost as Partial<LocalEvidence>} = {},
) =>
	factsOf({
		info: {server: {redis_mode: 'sentinel', uptime_in_seconds: uptime}},
		host,
		record: {
			address: `127.0.0.1:${port}`,
			role: 'sentinel',
			sentinel: {
				atMs: nowMs,
				value: {
					primaries: [
						{
							name: 'main',
							address: '127.0.0.1:7002' as NodeAddress,
							host: '127.0.0.1',
							port: 7002,
							flags: new Set(['master']),
							configEpoch: 3,
							quorum: 2,
							replicaCount: 1,
							otherSentinels: 2,
							downAfterMs: 3000,
							failoverTimeoutMs: 10_000,
							replicas: [],
							sentinels: [],
							quorumCheck: undefined,
							...parts,
						},
					],
				},
			},
		},
	});

const switched = (secondsAgo: number, to = '127.0.0.1 7002'): Partial<LocalEvidence> =>
	logWith({
		remarks: [
			{
				id: 'sentinel-failover',
				severity: 'warning',
				rules: ['sen.down'],
				meaning: '-',
				line: `1:X 24 Nov 2026 11:22:33.123 # +switch-master main 127.0.0.1 7001 ${to}`,
				atMs: nowMs - secondsAgo * 1000,
				count: 1,
			},
		],
	});

const at = '7:S 24 Nov 2026 11:22:33.123';

function said(...nodes: ReadonlyArray<ReturnType<typeof node>>): string {
	const facts = new Map(nodes.map(each => [each.address, each]));
	const found = repPromoted.evaluate({nodes: facts, deployment: 'sentinel', nowMs}, () => 0);
	return found
		.map(finding => {
			assert.ok(finding.kind === 'fires');
			assertPrintedCommands(finding);
			return `${finding.severity} ${finding.node}: ${findingText(finding)}`;
		})
		.join('\n');
}

const cases: ReadonlyArray<readonly [name: string, nodes: ReadonlyArray<ReturnType<typeof node>>, expected: string]> = [
	['redis-top saw it', [node('primary', {watch: {promotedAtMs: [nowMs - 60_000]}})], 'was promoted 1m00s ago'],
	['its log tells of it', [node('primary', {host: won(125)})], 'was promoted 2m05s ago'],
	[
		'its log tells of it, and to which primary it connected before',
		[
			node('primary', {
				host: won(125, [`${at} * Connecting to MASTER 127.0.0.1:7001`, `${at} # Failover election won`]),
			}),
		],
		'was promoted 2m05s ago, in place of 127.0.0.1:7001',
	],
	['its log tells of one long ago', [node('primary', {host: won(700)})], ''],
	['it is a replica again', [node('replica', {host: won(125)})], ''],
	['its Sentinels tell of it', [node('primary'), sentinel({roleMs: 90_000})], 'was promoted 1m30s ago'],
	['its Sentinels tell of one long ago', [node('primary'), sentinel({roleMs: undefined})], ''],
	['its Sentinel has just started', [node('primary'), sentinel({roleMs: 90_000}, {uptime: 95})], ''],
	[
		'one of its Sentinels monitors it since a moment ago, another one since long ago',
		[node('primary'), sentinel({roleMs: 90_000}), sentinel({roleMs: undefined}, {port: 26_380})],
		'',
	],
	['its group was never failed over', [node('primary'), sentinel({roleMs: 90_000, configEpoch: 0})], ''],
	['it has no other history', [node('primary', {}, '0'.repeat(40)), sentinel({roleMs: 90_000})], ''],
	[
		'the log of a Sentinel names the former primary',
		[node('primary', {host: won(41)}), sentinel({roleMs: 40_000}, {host: switched(40)})],
		'was promoted 40s ago, in place of 127.0.0.1:7001',
	],
	[
		'the log of a Sentinel names another node',
		[node('primary'), sentinel({roleMs: undefined}, {host: switched(40, '127.0.0.1 7009')})],
		'',
	],
];

for (const [name, nodes, expected] of cases) {
	test(`rep.promoted: ${name}`, () => {
		assert.equal(said(...nodes), expected === '' ? '' : `info 127.0.0.1:7002: ${expected}`);
	});
}
