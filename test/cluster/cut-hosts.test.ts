import assert from 'node:assert/strict';
import test from 'node:test';
import {cutHostsIn, cutHostsMessage} from '../../source/cluster/cut-hosts.js';
import type {ReadView} from '../../source/cluster/node-view.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeId} from '../../source/domain/node.js';

type Flags = Readonly<Record<string, readonly string[]>>;

/** What is told of nodes such as `a1` (the first node of host a), each with the nodes that it flags. */
function told(flags: Flags): string | undefined {
	const views = Object.entries(flags).map(
		([name, flagged], index) =>
			({
				address: `10.0.1.${'abcdef'.indexOf(name.charAt(0)) + 1}:${6379 + index}`,
				self: {id: name},
				failed: new Set(flagged.slice(1)),
				suspected: new Set(flagged.slice(0, 1)),
			}) as unknown as ReadView,
	);
	const cut = cutHostsIn({views, viewOf: new Map(views.map(view => [view.self.id as NodeId, view]))});
	return cut && messageText(cutHostsMessage(cut)).replaceAll('10.0.1.', '');
}

const cases: ReadonlyArray<readonly [name: string, flags: Flags, expected: string | undefined]> = [
	['no flag', {a1: [], b1: [], c1: []}, undefined],
	[
		'two of three hosts',
		{a1: ['b1', 'b2'], a2: ['b1'], b1: ['a1', 'a2'], b2: ['a1'], c1: [], c2: []},
		'hosts 1 and 2 do not reach each other, 3 reaches both',
	],
	[
		'two groups of hosts, with two hosts that reach both',
		{a1: ['c1'], b1: ['c1'], c1: ['a1', 'b1'], d1: [], e1: []},
		'hosts {1, 2} and 3 do not reach each other, 4, 5 reach both',
	],
	['one direction only', {a1: ['b1'], b1: [], c1: []}, undefined],
	['a host that no host reaches', {a1: ['b1', 'c1'], b1: ['a1'], c1: ['a1']}, undefined],
	['two cuts', {a1: ['b1'], b1: ['a1'], c1: ['d1'], d1: ['c1'], e1: []}, undefined],
	['a cut that lacks a pair', {a1: ['c1', 'd1'], b1: ['c1'], c1: ['a1', 'b1'], d1: ['a1'], e1: []}, undefined],
	['a node that its own host flags too', {a1: ['b1'], b1: ['a1'], b2: ['b1'], c1: []}, undefined],
	['a node that does not answer', {a1: ['x1'], b1: ['x1'], c1: []}, undefined],
];

for (const [name, flags, expected] of cases) {
	test(`hosts that do not reach each other: ${name}`, () => {
		assert.equal(told(flags), expected);
	});
}
