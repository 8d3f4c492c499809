import assert from 'node:assert/strict';
import test from 'node:test';
import type {MonitoredPrimary} from '../../source/domain/sentinel.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {leftOf, lostReplicaOf} from '../../source/topology/lost-replica.js';
import {nameOf} from '../cluster/views.js';
import {emptyRecord, sampledAtMs} from '../harness/records.js';
import {clusterRecord, fleetOf, gone, plainRecord} from './fleets.js';

const dead = (port: number): NodeRecord => ({...clusterRecord(port), reach: 'down', failure: gone});
const neverSeen = (port: number): NodeRecord => ({...emptyRecord(nameOf(port)), reach: 'down', failure: gone});
const changed = ['17054 slave,fail:17051 3'];

/** The cluster without 17054, the only replica of 17051. */
const without = (lost: NodeRecord, rest: readonly NodeRecord[] = []): readonly NodeRecord[] => [
	lost,
	...[17_050, 17_051, 17_052, 17_053, 17_055]
		.filter(port => !rest.some(({address}) => address === nameOf(port)))
		.map(port => clusterRecord(port, {changed})),
	...rest,
];

const monitored = (...ports: readonly number[]): MonitoredPrimary =>
	({
		name: 'shop',
		address: nameOf(7000),
		flags: new Set(['master']),
		replicas: ports.map(port => ({address: nameOf(port), flags: new Set(['slave']), runId: ''})),
	}) as unknown as MonitoredPrimary;
const sentinel = (...ports: readonly number[]): NodeRecord => ({
	...plainRecord(26_379, undefined, {role: 'sentinel'}),
	sentinel: {atMs: sampledAtMs, value: {primaries: [monitored(...ports)]}} as unknown as NonNullable<
		NodeRecord['sentinel']
	>,
});

const cases: ReadonlyArray<readonly [string, readonly NodeRecord[], string | undefined, number?]> = [
	['of a cluster', without(dead(17_054)), 'which has no other; all slots are served', 17_051],
	['of a cluster, never seen', without(neverSeen(17_054)), 'which has no other; all slots are served', 17_051],
	[
		'of a cluster in which another primary is dead',
		without(dead(17_054), [dead(17_050)]),
		'which has no other',
		17_051,
	],
	['its primary is dead as well', without(dead(17_054), [dead(17_051)]), undefined],
	['it is a primary', [dead(17_050), ...[17_051, 17_052].map(port => clusterRecord(port))], undefined],
	[
		'of a primary with another replica',
		[{...plainRecord(7001, 7000), reach: 'down', failure: gone}, plainRecord(7000), plainRecord(7002, 7000)],
		'which has 1 more',
		7000,
	],
	[
		'known by a Sentinel alone',
		[neverSeen(7001), plainRecord(7000), plainRecord(7002, 7000), sentinel(7001, 7002)],
		'which has 1 more',
		7000,
	],
	['it answers', [plainRecord(7001, 7000), plainRecord(7000)], undefined],
	[
		'it is reached and not responding, so it is not gone',
		[
			{...plainRecord(7001, 7000), reach: 'stale', failure: {...gone, code: 'TIMEOUT', state: 'stale'}},
			plainRecord(7000),
		],
		undefined,
	],
];

for (const [name, records, left, primary] of cases) {
	test(`a replica that is gone: ${name}`, () => {
		const lost = lostReplicaOf(records[0] as NodeRecord, fleetOf(...records));
		assert.equal(leftOf(lost), left);
		assert.equal(lost?.primary, primary === undefined ? undefined : nameOf(primary));
	});
}
