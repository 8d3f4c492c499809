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
	const newer = record(3, [successor ?? '', dead ?? ''], 40_000);
	const silent = record(4, [successor ?? '', dead ?? ''], 50_000, true);
	const other = record(5, [foreign ?? ''], 60_000);
	const nodes = new Map([own, old, newer, silent, other].map(each => [each.address, each]));
	assert.equal(clusterViewNode(nodes, own), newer);
	assert.equal(clusterViewNode(nodes, old), old, 'a node that answers shows its own view');
	assert.equal(clusterViewNode(new Map([[own.address, own]]), own), own, 'there is no other');
});

test('the view does not go from node to node while all are read', () => {
	const own = record(1, [dead ?? '', successor ?? ''], 10, true);
	const shownAt = (first: number, second: number) => {
		const nodes = [
			own,
			record(2, [successor ?? '', dead ?? ''], first),
			record(3, [successor ?? '', dead ?? ''], second),
		];
		return clusterViewNode(new Map(nodes.map(each => [each.address, each])), own).address;
	};
	assert.equal(shownAt(1000, 2000), '127.0.0.1:2');
	assert.equal(shownAt(3000, 2000), '127.0.0.1:2');
});
