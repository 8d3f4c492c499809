import assert from 'node:assert/strict';
import test from 'node:test';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {isCovered} from '../../source/topology/covered.js';
import {type RecordParts, recordFrom, refusedConnection, sampledAtMs} from '../harness/records.js';

const history = 'a'.repeat(40);
const isNodeCovered = (node: RecordParts, ...others: readonly RecordParts[]): boolean => {
	const records = [node, ...others].map((parts, index) => recordFrom({address: `10.0.1.${index + 1}:6379`, ...parts}));
	const [record] = records;
	assert.ok(record);
	return isCovered(record, new Map(records.map(each => [each.address, each])));
};

const replica: RecordParts = {
	role: 'replica',
	info: {replication: {role: 'slave', master_host: '10.0.1.2', master_port: 6379}},
};
const primary: RecordParts = {role: 'primary', info: {replication: {role: 'master', master_replid: history}}};
const successor: RecordParts = {role: 'primary', info: {replication: {role: 'master', master_replid2: history}}};
const sentinel: RecordParts = {role: 'sentinel'};
const inCluster = (flags: string, ...slots: string[]): RecordParts => {
	const line = `${'1'.repeat(40)} 10.0.1.1:6379@16379 ${flags} - 0 0 1 connected ${slots.join(' ')}`;
	return {role: 'primary', clusterNodes: {atMs: sampledAtMs, value: parseClusterNodes(line.trim())}};
};
const away = {failure: refusedConnection};

for (const [name, node, others, expected] of [
	['a replica whose primary answers', replica, [primary], true],
	['a replica whose primary is away', replica, [{...primary, ...away}], false],
	['a replica whose primary is a replica itself', replica, [{...primary, role: 'replica'}], false],
	['a replica whose primary is not known', replica, [], false],
	['a former primary whose successor answers', primary, [successor], true],
	['a former primary whose successor is away', primary, [{...successor, ...away}], false],
	['a primary beside another', primary, [{role: 'primary'}], false],
	['a primary that never answered', {role: 'primary'}, [successor], false],
	['a primary of a cluster without slots', inCluster('myself,master'), [primary], true],
	['a primary of a cluster with slots', inCluster('myself,master', '0-5460'), [primary], false],
	['a Sentinel beside two others', sentinel, [sentinel, sentinel], true],
	['a Sentinel beside one that answers', sentinel, [sentinel, {...sentinel, ...away}], false],
] as const) {
	test(`whether others do the work of ${name}: ${expected}`, () => {
		assert.equal(isNodeCovered(node, ...others), expected);
	});
}
