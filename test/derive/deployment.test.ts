import assert from 'node:assert/strict';
import test from 'node:test';
import {deploymentKind} from '../../source/derive/deployment.js';
import {nodeRole} from '../../source/derive/replication-peers.js';
import {infoOf, type Sections} from '../harness/records.js';

const member = (sections: Sections | undefined) =>
	sections === undefined
		? {role: 'unknown' as const, sample: undefined}
		: {role: nodeRole(infoOf(sections)), sample: {info: infoOf(sections)}};

const primary = {replication: {role: 'master', connected_slaves: 0}};
const replica = {replication: {role: 'slave'}};
const cases: ReadonlyArray<readonly [string, ReadonlyArray<Sections | undefined>, string]> = [
	['nothing is known', [], 'unknown'],
	['nobody has answered', [undefined, undefined], 'unknown'],
	['one primary', [primary], 'standalone'],
	['one primary and a node that never answered', [primary, undefined], 'standalone'],
	[
		'a primary that serves a replica we cannot reach',
		[{replication: {role: 'master', connected_slaves: 1}}],
		'replicated',
	],
	['a replica alone', [replica], 'replicated'],
	['cluster mode is on', [primary, {...replica, cluster: {cluster_enabled: 1}}], 'cluster'],
	['cluster mode is off', [{...primary, cluster: {cluster_enabled: 0}}], 'standalone'],
	['a sentinel', [primary, {server: {redis_mode: 'sentinel'}}], 'sentinel'],
];

for (const [name, nodes, kind] of cases) {
	test(`${kind}: ${name}`, () => {
		assert.equal(deploymentKind(nodes.map(member)), kind);
	});
}

test('a KeyDB that replicates in both directions accepts writes, as a primary does', () => {
	assert.equal(nodeRole(infoOf({replication: {role: 'active-replica'}})), 'primary');
});
