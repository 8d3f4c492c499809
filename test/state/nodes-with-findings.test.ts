import assert from 'node:assert/strict';
import test from 'node:test';
import {nodesWithFindings} from '../../source/state/nodes-with-findings.js';
import {findingOf} from '../harness/findings.js';

test('nodesWithFindings lists the first hundred nodes with an open finding above info, each once', () => {
	const findings = [
		findingOf('mem.max', 'info', '10.0.1.11:6379'),
		findingOf('mem.max', 'warning', '10.0.1.12:6379', {clearedAtMs: 1000}),
		findingOf('mem.max', 'warning', '10.0.1.13:6379'),
		findingOf('mem.oom', 'critical', '10.0.1.13:6379'),
		findingOf('clu.split', 'critical', undefined, {node: undefined}),
	];
	assert.deepEqual(nodesWithFindings(findings), ['10.0.1.13:6379']);
	const many = Array.from({length: 150}, (_, index) => findingOf('mem.max', 'warning', `10.0.2.${index}:6379`));
	assert.equal(nodesWithFindings(many).length, 100);
});
