import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {repLost, repMinGood} from '../../source/rules/replication-setup.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const replication = (fields: Sections[string]): Sections => ({replication: fields});

const serving = (count: number) => replication({role: 'master', connected_slaves: count, min_slaves_good_slaves: 0});

const follower = (number: number, parts: Partial<Parameters<typeof recordFrom>[0]> = {}, status = 'up') =>
	recordFrom({
		address: `10.0.1.${number}:6379`,
		role: 'replica',
		info: replication({role: 'slave', master_host: '10.0.1.11', master_port: 6379, master_link_status: status}),
		...parts,
	});

const down = {failure: refusedConnection, reach: 'down'} as const;
const dead = (number: number) => follower(number, down);

const lost = (left: number, most: number, ...nodes: ReadonlyArray<ReturnType<typeof recordFrom>>): FactsParts => ({
	info: serving(left),
	past: [serving(most)],
	config: {'min-replicas-to-write': '1'},
	heldSeconds: 60,
	nodes,
});

testRule(repLost, [
	[
		'both, known by name',
		lost(0, 2, dead(12), dead(13)),
		'critical',
		/^lost its replicas 10\.0\.1\.12:6379 and 10\.0\.1\.13:6379$/,
	],
	['the only one', lost(0, 1, dead(12)), 'critical', /^lost its replica 10\.0\.1\.12:6379$/],
	['one of two', lost(1, 2, dead(12), follower(13)), 'critical', /^lost 1 of 2 replicas, 10\.0\.1\.12:6379$/],
	[
		'four',
		lost(0, 4, dead(12), dead(13), dead(14), dead(15)),
		'critical',
		/^lost its replicas 10\.0\.1\.12:6379, 10\.0\.1\.13:6379 and 2 more$/,
	],
	['one without a link', lost(0, 1, follower(12, {}, 'down')), 'critical', /^lost its replica 10\.0\.1\.12:6379$/],
	['another number than is known', lost(0, 2, dead(12)), 'critical', /^lost 2 of 2 replicas$/],
	['one whose link is up', lost(0, 1, follower(12)), 'critical', /^lost 1 of 1 replicas$/],
	[
		'a replica of another primary is dead too',
		lost(
			0,
			1,
			dead(12),
			follower(13, {
				...down,
				info: replication({role: 'slave', master_host: '10.0.1.99', master_port: 6379}),
			}),
		),
		'critical',
		/^lost its replica 10\.0\.1\.12:6379$/,
	],
]);

testRule(repMinGood, [
	[
		'replicas that do not answer',
		lost(0, 2, dead(12), dead(13)),
		'critical',
		/^refuses writes \(NOREPLICAS\), 0 of 1 needed replicas: 10\.0\.1\.12:6379 and 10\.0\.1\.13:6379 do not answer$/,
	],
	[
		'a replica without a link',
		lost(0, 1, follower(12, {}, 'down')),
		'critical',
		/^refuses writes \(NOREPLICAS\), 0 of 1 needed replicas: 10\.0\.1\.12:6379 has no link to it$/,
	],
	[
		'a replica that answers and is linked',
		lost(0, 1, follower(12)),
		'critical',
		/^refuses writes \(NOREPLICAS\): 0 of 1 needed replicas$/,
	],
]);

/** A Sentinel that lists a replica of this node with these flags. */
const sentinel = (number: number, ...flags: readonly string[]) =>
	recordFrom({
		address: '10.0.2.1:26379',
		role: 'sentinel',
		sentinel: {
			atMs: 0,
			value: {
				primaries: [
					{
						name: 'main',
						address: '10.0.1.11:6379' as NodeAddress,
						host: '10.0.1.11',
						port: 6379,
						flags: new Set(['master']),
						configEpoch: 2,
						quorum: 2,
						replicaCount: 1,
						otherSentinels: 2,
						downAfterMs: 3000,
						failoverTimeoutMs: 10_000,
						replicas: [
							{
								address: `10.0.1.${number}:6379` as NodeAddress,
								host: `10.0.1.${number}`,
								port: 6379,
								flags: new Set(['slave', ...flags]),
								runId: undefined,
								linkStatus: 'err',
								priority: 100,
							},
						],
						sentinels: [],
						quorumCheck: undefined,
					},
				],
			},
		},
	});
const formerPrimary = recordFrom({address: '10.0.1.12:6379', ...down});

testRule(repMinGood, [
	[
		'a former primary that its Sentinels list as a replica, and that is down',
		lost(0, 1, formerPrimary, sentinel(12, 's_down')),
		'critical',
		/^refuses writes \(NOREPLICAS\), 0 of 1 needed replicas: 10\.0\.1\.12:6379 does not answer$/,
	],
	[
		'a replica that only its Sentinels know',
		lost(0, 1, sentinel(12, 's_down')),
		'critical',
		/: 10\.0\.1\.12:6379 does not answer$/,
	],
	[
		'a former primary that its Sentinels do not flag',
		lost(0, 1, formerPrimary, sentinel(12)),
		'critical',
		/^refuses writes \(NOREPLICAS\): 0 of 1 needed replicas$/,
	],
	[
		'a node that its Sentinels flag, and that answers here',
		lost(0, 1, recordFrom({address: '10.0.1.12:6379'}), sentinel(12, 's_down')),
		'critical',
		/^refuses writes \(NOREPLICAS\): 0 of 1 needed replicas$/,
	],
]);

test('the first step names the replicas that are missing', () => {
	const stepOf = (rule: typeof repLost | typeof repMinGood) =>
		messageText(firingOf(rule, lost(0, 1, dead(12))).next[0]?.text ?? '', ({kind}) => `<${kind}>`);
	assert.match(stepOf(repLost), /^look at <node>:/);
	assert.match(stepOf(repMinGood), /^bring <node> back:/);
});
