import assert from 'node:assert/strict';
import test from 'node:test';
import {message, nameOf} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {Finding} from '../../source/rules/finding.js';
import {joinFindings} from '../../source/rules/join-findings.js';
import {findingOf} from '../harness/findings.js';

const node = '10.0.1.11:6379' as NodeAddress;
const other = '10.0.1.12:6379' as NodeAddress;

const logins = {
	...findingOf('sec.authfail', 'warning', node),
	problem: message`refuses logins as user ${nameOf('user', 'shop')}`,
};

const errorsOf = (code: string, where = node) =>
	findingOf('err.rate', 'warning', where, {
		evidence: [{name: `${code} since the sample before`, value: 40, unit: 'count'}],
	});

/** The finding that these users differ between nodes. */
const differing = (...users: readonly string[]): Finding => ({
	...findingOf('acl.differs', 'warning', undefined, {
		evidence: users.map((user, index) => ({
			name: `user ${index + 1}`,
			value: message`${nameOf('user', user)} has another password on ${nameOf('node', other)}`,
		})),
	}),
	node: undefined,
});

/** The rule of the cause of the second finding; undefined if it is a cause of its own. */
const causeOf = (cause: Finding, finding: Finding): string | undefined =>
	joinFindings([cause, finding], new Map())
		.find(joined => joined.finding === finding)
		?.causeKey?.split(' ')[0];

test('refused logins explain a share of errors that are refused logins, on the same node', () => {
	assert.equal(causeOf(logins, errorsOf('WRONGPASS')), 'sec.authfail');
	assert.equal(causeOf(logins, errorsOf('WRONGTYPE')), undefined);
	assert.equal(causeOf(logins, errorsOf('WRONGPASS', other)), undefined);
});

test('refused logins of a user explain that this user differs between nodes, and no other user', () => {
	assert.equal(causeOf(logins, differing('shop')), 'sec.authfail');
	assert.equal(causeOf(logins, differing('shop', 'billing')), undefined);
	assert.equal(causeOf(logins, differing('billing')), undefined);
});

test('a replica without its primary explains the reads that it refuses, and no other error', () => {
	const link = findingOf('rep.link_down', 'critical', node);
	const failed = (code: string) =>
		findingOf('err.failed', 'warning', node, {evidence: [{name: 'error code', value: code}]});
	assert.equal(causeOf(link, failed('MASTERDOWN')), 'rep.link_down');
	assert.equal(causeOf(link, errorsOf('MASTERDOWN')), 'rep.link_down');
	assert.equal(causeOf(link, failed('WRONGTYPE')), undefined);
});
