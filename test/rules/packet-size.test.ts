import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {largeRepliesLost} from '../../source/parse/socket-error.js';
import {packetSizeSteps} from '../../source/rules/packet-size.js';
import {connUnresponsive} from '../../source/rules/unresponsive.js';
import {verdictOf} from '../../source/state/verdict.js';
import {verdictMessages} from '../../source/state/verdict-text.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, stateOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const lost = (seconds: number): FactsParts => ({
	record: {failure: largeRepliesLost, pendingSinceMs: nowMs - seconds * 1000},
});
const words = /^sends small replies only: packet size limit \(MTU\) on the way$/;

/** The same, with a PING of the last burst that came so late while the server answered others. */
const withBurst = (roundTripMs: number, isOvertaken: boolean, agoMs = 2000): FactsParts => ({
	record: {
		...lost(6).record,
		ping: {
			burst: {
				atMs: nowMs - agoMs,
				pings: [1, 1.2, roundTripMs].map(each => ({roundTripMs: each, isOvertaken: each > 2 && isOvertaken})),
			},
		},
	},
});

testRule(connUnresponsive, [
	[
		'small packets are lost, too: the size is not the reason',
		withBurst(204, true),
		'critical',
		/^is not responding: packets are lost on the way$/,
	],
	['a PING that the server itself answered late', withBurst(204, false), 'critical', words],
	['PINGs that come at once', withBurst(1.1, true), 'critical', words],
	['a PING that was lost long ago', withBurst(204, true, 100_000), 'critical', words],
	['large replies are lost', lost(3), 'warning', words],
	['large replies are lost for longer', lost(6), 'critical', words],
	['a large reply has been late for a moment', lost(0.5), 'clear'],
]);

test('the steps are about the way and its packets, never about a server to wait for', () => {
	const firing = firingOf(connUnresponsive, lost(6));
	const steps = firing.next.map(({text}) => messageText(text));
	assert.match(steps[0] ?? '', /^from here: ping -M do -s 1472 -c 3 \S+; where ip link shows mtu 9000, -s 8972$/);
	assert.match(steps[1] ?? '', /^lower the MTU, or let ICMP 'fragmentation needed' through/);
	assert.doesNotMatch(steps.join('\n'), /wait|SLOWLOG|restart/);
});

test('the header of IPv6 is longer', () => {
	const [step] = packetSizeSteps({kind: 'tcp', host: 'fd00::2', port: 6379});
	assert.equal(
		step && messageText(step.text),
		'from here: ping -M do -s 1452 -c 3 fd00::2; where ip link shows mtu 9000, -s 8952',
	);
});

test('a Unix socket has no packets, and no steps about them', () => {
	assert.deepEqual(packetSizeSteps({kind: 'unix', path: '/run/redis.sock'}), []);
});

test('line 2 tells lost packets as well, in place of their size', () => {
	const textOf = (parts: FactsParts) => {
		const node = recordFrom({...parts.record, address: '10.0.1.11:6379', reach: 'stale'});
		const verdict = verdictOf(stateOf([node]), nowMs);
		return 'cause' in verdict ? messageText(verdictMessages(verdict).at(1) ?? '') : '';
	};
	assert.match(textOf(withBurst(204, true)), /is not responding: packets are lost on the way/);
	assert.match(textOf(withBurst(204, false)), /sends small replies only: packet size limit/);
});
