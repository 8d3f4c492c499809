import assert from 'node:assert/strict';
import test from 'node:test';
import {clusterViewNode} from '../../source/derive/cluster-view-node.js';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {recordFrom, refusedConnection} from '../harness/records.js';

const [dead, successor, foreign] = ['a', 'b', 'c'].map(letter => letter.repeat(40));

/** A node's view of the cluster: the nodes it knows, itself first. */
const record = (port: number, ids: readonly string[], atMs: number, isSilent = false) =>
	recordFrom({
		address: `127.0.0.1:${port}`,
		clusterNodes: {
			atMs,
			value: parseClusterNodes(
				ids
					.map(
						(id, index) => `${id} 127.0.0.1:${port + index}@1 ${index === 0 ? 'myself,' : ''}master - 0 0 1 connected`,
					)
					.join('\n'),
			),
		},
		...(isSilent && {failure: refusedConnection}),
	});

test('a dead node has its cluster shown as the newest node that answers sees it', () => {
	const own = record(1, [dead ?? '', successor ?? ''], 10, true);
	const old = record(2, [successor ?? '', dead ?? ''], 20);
	const newer = record(3, [successor ?? '', dead ?? ''], 30);
	const silent = record(4, [successor ?? '', dead ?? ''], 40, true);
	const other = record(5, [foreign ?? ''], 50);
	const nodes = new Map([own, old, newer, silent, other].map(each => [each.address, each]));
	assert.equal(clusterViewNode(nodes, own), newer);
	assert.equal(clusterViewNode(nodes, old), old, 'a node that answers shows its own view');
	assert.equal(clusterViewNode(new Map([[own.address, own]]), own), own, 'there is no other');
});
