import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {largeRepliesLost} from '../../source/parse/socket-error.js';
import {packetSizeSteps} from '../../source/rules/packet-size.js';
import {connUnresponsive} from '../../source/rules/unresponsive.js';
import {firingOf} from '../harness/firing-of.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const lost = (seconds: number): FactsParts => ({
	record: {failure: largeRepliesLost, pendingSinceMs: nowMs - seconds * 1000},
});
const words = /^sends small replies only: packet size limit \(MTU\) on the way$/;

testRule(connUnresponsive, [
	['large replies are lost', lost(3), 'warning', words],
	['large replies are lost for longer', lost(6), 'critical', words],
	['a large reply has been late for a moment', lost(0.5), 'clear'],
]);

test('the steps are about the way and its packets, never about a server to wait for', () => {
	const firing = firingOf(connUnresponsive, lost(6));
	const steps = firing.next.map(({text}) => messageText(text));
	assert.match(steps[0] ?? '', /^from here: ping -M do -s 1472 -c 3 \S+$/);
	assert.match(steps[1] ?? '', /^lower the MTU, or let ICMP 'fragmentation needed' through/);
	assert.doesNotMatch(steps.join('\n'), /wait|SLOWLOG|restart/);
});

test('the header of IPv6 is longer', () => {
	const [step] = packetSizeSteps({kind: 'tcp', host: 'fd00::2', port: 6379});
	assert.equal(step && messageText(step.text), 'from here: ping -M do -s 1452 -c 3 fd00::2');
});

test('a Unix socket has no packets, and no steps about them', () => {
	assert.deepEqual(packetSizeSteps({kind: 'unix', path: '/run/redis.sock'}), []);
});
