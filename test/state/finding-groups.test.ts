import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import type {Finding} from '../../source/rules/finding.js';
import {groupedFindings, groupText} from '../../source/state/finding-groups.js';
import {findingOf} from '../harness/findings.js';

const primary = '10.0.1.9:6379' as NodeAddress;

const lost = (address: string, parts: Partial<Finding> = {}): Finding =>
	findingOf('rep.link_down', 'critical', address, {
		problem: 'cannot log in to its primary 10.0.1.9:6379',
		nodes: [address as NodeAddress, primary],
		...parts,
	});

const groupsOf = (...findings: readonly Finding[]) =>
	groupedFindings(
		findings.map((finding, index) => ({
			finding,
			key: String(index),
			causeKey: undefined,
			causeRule: undefined,
			severity: finding.severity,
		})),
	).map(group => [groupText(group), group.nodes]);

test('replicas that lost their primary are a group of replicas alone', () => {
	const [one, two] = ['10.0.1.11:6379', '10.0.1.12:6379'];
	assert.deepEqual(groupsOf(lost(one), lost(two)), [['cannot log in to their primary 10.0.1.9:6379', [one, two]]]);
	assert.deepEqual(groupsOf(lost(one)), [['cannot log in to its primary 10.0.1.9:6379', [one]]]);
});

test('a finding of the whole deployment is about the nodes that it names', () => {
	const found = lost('10.0.1.11:6379', {node: undefined});
	assert.deepEqual(groupsOf(found)[0]?.[1], ['10.0.1.11:6379', primary]);
});

test('a node that refuses connections in a planned restart has a row of its own, and is no advice', () => {
	const adviceOf = (rule: Finding['rule']) =>
		groupedFindings([
			{
				finding: findingOf(rule, 'info', primary),
				key: '1',
				causeKey: undefined,
				causeRule: undefined,
				severity: 'info',
			},
		]).map(({isAdvice}) => isAdvice);
	assert.deepEqual(adviceOf('conn.refused'), [false]);
	assert.deepEqual(adviceOf('per.none'), [true]);
});
