import {updateClusterState} from '../../source/cluster/cluster-state.js';
import {cluMerged} from '../../source/rules/cluster-merged.js';
import {nameOf, viewFrom} from '../cluster/views.js';
import {recordFrom, sampledAtMs} from '../harness/records.js';
import {type ClusterCase, testClusterRule, well} from './cluster-cases.js';

const ours = ['17050 master 1 0-5460', '17051 master 2 5461-10922', '17052 master 3 10923-16383'];
const theirs = ['17060 master 21 0-5460', '17061 master 22 5461-10922', '17062 master 23 10923-16383'];
const merged = [...theirs, '17050 slave:17060 21', '17051 slave:17061 22', '17052 slave:17062 23'];
const ports = [17050, 17051, 17052, 17060, 17061, 17062];

/** The cluster after the nodes 17060 to 17062, which own all slots, joined 17050 to 17052 with 20 keys each. */
const mergedCase = (keys: number | undefined): ClusterCase => ({
	views: ports.map(port => viewFrom(port, {lines: merged, keys: 100})),
	config: {17050: {dir: '/data/a', dbfilename: 'dump.rdb'}},
	change(cluster) {
		const records = new Map(
			[17050, 17051, 17052].map(port => {
				const {nodes} = viewFrom(port, {lines: ours});
				const info = keys === undefined ? {} : {keyspace: {db0: `keys=${keys},expires=0`}};
				const record = recordFrom({
					address: nameOf(port),
					info,
					clusterNodes: {atMs: sampledAtMs - 2000, value: nodes},
				});
				return [record.address, record] as const;
			}),
		);
		const before = updateClusterState(undefined, records, sampledAtMs - 2000)?.state;
		return updateClusterState(before, recordsOf(), sampledAtMs)?.state ?? cluster;
	},
});

const recordsOf = () =>
	new Map(
		ports.map(port => {
			const {nodes} = viewFrom(port, {lines: merged});
			const record = recordFrom({
				address: nameOf(port),
				info: {keyspace: {db0: 'keys=100,expires=0'}},
				clusterNodes: {atMs: sampledAtMs, value: nodes},
			});
			return [record.address, record] as const;
		}),
	);

testClusterRule(cluMerged, [
	['six nodes of one cluster', well, undefined],
	[
		'three nodes with higher epochs joined',
		mergedCase(20),
		/^critical -: two clusters merged: 17050 and 2 more lost all 60 keys, to 17060, 17061, 17062$/,
	],
	['the same, seen only afterwards', {views: ports.map(port => viewFrom(port, {lines: merged}))}, undefined],
]);
