import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {cluSameId} from '../../source/rules/cluster-same-id.js';
import {sixViews, viewFrom} from '../cluster/views.js';
import {type ClusterCase, fleetOf, said, well} from './cluster-cases.js';

/** Rules that are clear or fire, and are always evaluated; with the reason. */
export const neverUnknown: Readonly<Record<string, string>> = {
	'clu.same_id': 'a node that has not told its id or its run_id is left out of the comparison',
};

/** A copy of 17051 answers at another port, with the id of 17051 and the given run_id. */
const withCopy = (runId: string): ClusterCase => {
	const copy = viewFrom(17_051);
	return {
		views: [...sixViews(), {...copy, address: '127.0.0.1:17059' as typeof copy.address}],
		info: {
			17051: {server: {run_id: 'aaaa', uptime_in_seconds: 5000}},
			17059: {server: {run_id: runId, uptime_in_seconds: 12}},
		},
	};
};

test('clu.same_id: two servers with one node id, and which one started last', () => {
	assert.deepEqual(said(cluSameId, withCopy('bbbb')), [
		'critical 17059: has the node id of 17051: its nodes.conf was copied; clients and replicas go to one or the other',
	]);
	const [found] = cluSameId.evaluate(fleetOf(withCopy('bbbb')), () => 0);
	assert.ok(found?.kind === 'fires');
	assert.match(messageText(found.next[0]?.text ?? ''), /^stop 127\.0\.0\.1:17059, which started last/);
});

test('clu.same_id: one process at two addresses is one node', () => {
	assert.deepEqual(said(cluSameId, withCopy('aaaa')), []);
	assert.deepEqual(said(cluSameId, well), []);
});
