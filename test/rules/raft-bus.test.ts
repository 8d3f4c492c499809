import assert from 'node:assert/strict';
import test from 'node:test';
import {fleetRules} from '../../source/rules/all-rules.js';
import {type ClusterCase, dead, fleetOf, others, split} from './cluster-cases.js';

/** Rules that conclude from the flags, epochs and views that nodes gossip to each other. */
const ofGossip = ['clu.split', 'clu.minority', 'clu.view', 'clu.epoch_dup', 'clu.ghost', 'clu.role_lie', 'clu.links'];

const evaluate = (given: ClusterCase, isRaft: boolean) => {
	const fleet = fleetOf({...given, forMs: 600_000, change: cluster => ({...cluster, isRaft})});
	return new Map(
		fleetRules.map(rule => [rule.id as string, rule.evaluate(fleet, () => 600_000).map(({kind}) => kind)] as const),
	);
};

test('rules of gossip are not evaluated where the nodes agree by a Raft log, and say so', () => {
	const results = evaluate({views: split}, true);
	for (const id of [...ofGossip, 'clu.slots_pfail']) {
		assert.deepEqual(results.get(id), ['not-evaluated'], id);
	}

	assert.ok(evaluate({views: split}, false).get('clu.split')?.includes('fires'));
});

test('rules of what the servers count go on', () => {
	const results = evaluate({views: others(17_050, dead)}, true);
	assert.ok(results.get('clu.state')?.includes('fires'));
});
