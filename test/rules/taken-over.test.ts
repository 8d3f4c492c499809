import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {connStale} from '../../source/rules/access.js';
import {connRefused, connUnreachable} from '../../source/rules/connectivity.js';
import {firingOf} from '../harness/firing-of.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';
import {clusterRecord} from '../topology/fleets.js';

const {nowMs} = factsOf({});

/** A primary of a cluster that has not answered for two minutes. Its replica prints the lines `changed`. */
function dead(code: string, changed: readonly string[]): FactsParts {
	const {address, role, clusterNodes} = clusterRecord(17_050);
	const replica = clusterRecord(17_053, {changed}, changed.length > 0 ? {role: 'primary'} : {});
	return {
		record: {
			address,
			role,
			clusterNodes,
			reach: 'down',
			failure: socketFailure(code, ''),
			lastReplyAtMs: nowMs - 120_000,
		},
		nodes: [replica],
	};
}

const replaced = ['17050 master,fail 1', '17053 master 7 0-5460'];

for (const [rule, code, words] of [
	[connRefused, 'ECONNREFUSED', /refuses connections, 127\.0\.0\.1:17053 took over/],
	[connUnreachable, 'EHOSTUNREACH', /, 127\.0\.0\.1:17053 took over/],
	[connStale, 'ECONNREFUSED', /last gave data/],
] as const) {
	testRule(rule, [
		['a primary whose slots its replica has', dead(code, replaced), 'warning', words],
		['a primary whose slots nobody has', dead(code, ['17050 master,fail 1 0-5460']), 'critical'],
		['a primary whose replica has not said anything of it', dead(code, []), 'critical'],
	]);
}

test('a replaced primary is said once to be started again', () => {
	const remark = (id: string) => ({
		id,
		severity: 'critical' as const,
		rules: ['conn.refused' as const],
		meaning: '-',
		line: 'a line of its log',
		atMs: nowMs - 121_000,
		count: 1,
	});
	const stepsWith = (...ids: readonly string[]): string[] =>
		firingOf(connRefused, {
			...dead('ECONNREFUSED', replaced),
			host: {
				log: {source: '/var/log/redis.log', lines: [], remarks: ids.map(remark)},
				earlierProcess: {processId: 7, seenAtMs: nowMs - 121_000},
			},
		}).next.map(({text}) => messageText(text));
	for (const ids of [[], ['asked-to-stop']]) {
		const steps = stepsWith(...ids);
		assert.equal(steps.filter(step => step.startsWith('start it again')).length, 1, steps.join('; '));
		assert.equal(steps.filter(step => step.includes('returns as a replica')).length, 1, steps.join('; '));
	}
});
