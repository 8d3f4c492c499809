import assert from 'node:assert/strict';
import {test} from 'node:test';
import {noteVisits} from '../../source/app/topology-keeper.js';
import type {EarlierVisit} from '../../source/domain/earlier-visit.js';
import type {FolderEvidence} from '../../source/domain/host-evidence.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {recordFrom} from '../harness/records.js';
import {emptyHost} from '../harness/rule-cases.js';

const host = {atMs: 0, value: {...emptyHost, folder: {path: '/data'} as FolderEvidence}};
const process = (runId: string, keys: number) =>
	recordFrom({
		info: {
			server: {run_id: runId},
			replication: {role: 'master', connected_slaves: 0},
			persistence: {loading: 0},
			keyspace: keys === 0 ? {} : {db0: `keys=${keys},expires=0`},
		},
		host,
	});

test('what a process had last is known after its restart, not what it had when redis-top found it', () => {
	const visited = new Map<NodeAddress, readonly EarlierVisit[]>();
	const [before, after] = ['a'.repeat(40), 'b'.repeat(40)];
	noteVisits([process(before, 1)], visited);
	noteVisits([process(before, 50_000)], visited);
	noteVisits([process(after, 2)], visited);
	assert.deepEqual(
		[...visited.values()].flatMap(visits => visits.map(({runId, keys}) => [runId, keys])),
		[
			[after, 2],
			[before, 50_000],
		],
	);
});
