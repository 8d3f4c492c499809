import assert from 'node:assert/strict';
import test from 'node:test';
import {hasGivenSlots} from '../../source/cluster/slots-left.js';
import {idOf, type ViewParts, viewFrom} from './views.js';

const linesOf = (port: number, ...changed: NonNullable<ViewParts['changed']>) => viewFrom(port, {changed}).nodes;

for (const [name, before, after, expected] of [
	['nothing moved', linesOf(17050), linesOf(17050), false],
	['the first view', undefined, linesOf(17050), false],
	['some of its slots', linesOf(17050), linesOf(17050, '17050 master 1 100-5460'), true],
	['all of its slots', linesOf(17050), linesOf(17050, '17050 master 1'), true],
	['the slots of its primary', linesOf(17053), linesOf(17053, '17050 master 1 100-5460'), true],
	['more slots than before', linesOf(17050), linesOf(17050, '17050 master 1 0-6000'), false],
	['slots of another shard', linesOf(17050), linesOf(17050, '17051 master 3 6000-10922'), false],
	['a slot that is open', linesOf(17050), linesOf(17050, `17050 master 1 0-5460 [5->-${idOf(17051)}]`), true],
	['a slot that is coming', linesOf(17050), linesOf(17050, `17050 master 1 0-5460 [6000-<-${idOf(17051)}]`), false],
	['a failover', linesOf(17053), linesOf(17053, '17050 slave:17053 7', '17053 master 7 0-5460'), false],
] as const) {
	test(`a shard gives slots away: ${name}`, () => {
		assert.equal(hasGivenSlots(before, after), expected);
	});
}
