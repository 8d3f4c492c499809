import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
	type ActionPolicy,
	effectiveClass,
	type GuardAnswer,
	guardAction,
} from '../../../source/actions/execute/guard.js';
import type {ActionClass, Check} from '../../../source/domain/action.js';
import type {NodeAddress} from '../../../source/domain/node.js';

const target = '10.0.1.11:6379' as NodeAddress;
const locked: ActionPolicy = {whyReadOnly: undefined, unlockedUntilMs: undefined, isProduction: false};
const unlocked: ActionPolicy = {...locked, unlockedUntilMs: 1000};
const production: ActionPolicy = {...unlocked, isProduction: true};
const readOnly: ActionPolicy = {...unlocked, whyReadOnly: 'read-only'};
const veto: Check = {state: 'veto', text: 'it is loading'};
const loss: Check = {state: 'veto', text: 'a stale AOF', lossPhrase: 'lose 12 keys'};
const warning: Check = {state: 'warning', text: 'careful'};

const confirm = (...phrases: string[]): GuardAnswer => ({kind: 'confirm', letter: 'x', phrases});
const unlock: GuardAnswer = {kind: 'unlock-needed', name: target};

const table: ReadonlyArray<readonly [string, ActionPolicy, ActionClass, readonly Check[], GuardAnswer]> = [
	['a locked session asks for the name, whatever the class', locked, 'bounded', [], unlock],
	['… for an outage too', locked, 'outage', [], unlock],
	['what touches no server needs nothing', locked, 'local', [], confirm()],
	['… not even where nothing may be changed', readOnly, 'local', [], confirm()],
	['… and not in production', {...locked, isProduction: true}, 'local', [], confirm()],
	['bounded: the letter', unlocked, 'bounded', [warning], confirm()],
	['disruptive: the name, then the letter', unlocked, 'disruptive', [], confirm(target)],
	['outage: the name, then the letter', unlocked, 'outage', [], confirm(target)],
	['production raises bounded', production, 'bounded', [], confirm(target)],
	['production raises no further than outage', production, 'outage', [], confirm(target)],
	['read-only is never unlocked', readOnly, 'bounded', [], {kind: 'refused', why: 'read-only'}],
	['a veto', unlocked, 'bounded', [warning, veto], {kind: 'refused', why: 'it is loading'}],
	['a loss must be typed as well', unlocked, 'outage', [loss], confirm(target, 'lose 12 keys')],
	['one loss found twice is typed once', unlocked, 'outage', [loss, loss], confirm(target, 'lose 12 keys')],
	[
		'a loss that can be typed does not lift another veto',
		unlocked,
		'outage',
		[loss, veto],
		{kind: 'refused', why: 'it is loading'},
	],
];

for (const [title, policy, actionClass, checks, expected] of table) {
	test(title, () => {
		const answer = guardAction({policy, action: {class: actionClass, letter: 'x'}, target, checks, nowMs: 999});
		assert.deepEqual(answer, expected);
	});
}

test('unlocked ends with its last millisecond', () => {
	const ask = (nowMs: number) =>
		guardAction({policy: unlocked, action: {class: 'bounded', letter: 'x'}, target, checks: [], nowMs}).kind;
	assert.equal(ask(999), 'confirm');
	assert.equal(ask(1000), 'unlock-needed');
});

test('a count is typed where one is given', () => {
	const action = {class: 'disruptive', letter: 'x'} as const;
	assert.deepEqual(guardAction({policy: unlocked, action, target, phrase: '12', checks: [], nowMs: 0}), confirm('12'));
});

test('production never lowers a class, and a final veto is never passed', () => {
	const order: readonly ActionClass[] = ['local', 'bounded', 'disruptive', 'outage'];
	fc.assert(
		fc.property(fc.constantFrom(...order), fc.boolean(), (actionClass, isProduction) => {
			assert.ok(order.indexOf(effectiveClass(actionClass, isProduction)) >= order.indexOf(actionClass));
			const policy = {...unlocked, unlockedUntilMs: Number.POSITIVE_INFINITY, isProduction};
			const answer = guardAction({
				policy,
				action: {class: actionClass, letter: 'x'},
				target,
				checks: [veto, loss],
				nowMs: 1e12,
			});
			assert.equal(answer.kind, actionClass === 'local' ? 'confirm' : 'refused');
		}),
	);
});
