import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {cluAlone} from '../../source/rules/cluster-alone.js';
import {cluState} from '../../source/rules/cluster-state.js';
import {sixViews, viewFrom} from '../cluster/views.js';
import {type ClusterCase, fleetOf, testClusterRule, well} from './cluster-cases.js';

/** The first primary lost its nodes.conf: its replica took over, and it came back under another id. */
const wiped = (keys = 0): ClusterCase => {
	const [, ...rest] = sixViews({}, {changed: ['17050 master,noaddr 1', '17053 master 7 0-5460']});
	return {views: [...rest, viewFrom(17_059, {lines: ['17059 master 0'], state: 'fail', keys})]};
};

testClusterRule(cluAlone, [
	['all is well', well, undefined],
	[
		'a node that came back without its nodes.conf',
		wiped(),
		/^warning 17059: is outside the cluster: it knows no other node \(nodes\.conf lost, or CLUSTER RESET\)$/,
	],
	['a node alone, and no other', {views: [viewFrom(17_059, {lines: ['17059 master 0'], state: 'fail'})]}, undefined],
	[
		'a cluster of one node with slots beside it',
		{views: [...sixViews(), viewFrom(17_059, {lines: ['17059 master 0 0-16383']})]},
		undefined,
	],
]);

testClusterRule(cluState, [['a node that is alone is not told twice', wiped(), undefined]]);

test('clu.alone: no node forgets the id that still owns slots', () => {
	const steps = (changed: string) => {
		const [, ...rest] = sixViews({}, {changed: [changed, '17053 slave:17050 1']});
		const views = [...rest, viewFrom(17_059, {lines: ['17059 master 0'], state: 'fail'})];
		return cluAlone
			.evaluate(fleetOf({views}), () => 0)
			.flatMap(each => (each.kind === 'fires' ? each.next : []))
			.map(({text}) => messageText(text))
			.join('\n');
	};
	assert.match(steps('17050 master,noaddr 1'), /CLUSTER FORGET/);
	assert.doesNotMatch(steps('17050 master,noaddr 1 0-5460'), /CLUSTER FORGET/);
});
