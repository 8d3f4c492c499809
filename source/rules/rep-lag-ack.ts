import type {ReplicaLink} from '../derive/replica-links.js';
import {seconds} from '../text/units.js';
import {pending} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {isSettling, settling} from './replication-grace.js';
import {clear, fires, nodeRule} from './rule.js';

type Acked = ReplicaLink & {readonly ackAgeSeconds: number};

function oldestAck(facts: NodeFacts): Acked | undefined {
	return facts.record.replicas
		.filter((link): link is Acked => link.ackAgeSeconds !== undefined)
		.toSorted((a, b) => b.ackAgeSeconds - a.ackAgeSeconds)[0];
}

/**
A replica stopped acknowledging: `lag=` of its line. Since 2.8. It does so every second; says nothing of data behind.

- Only replicas that are online.
*/
export const repLagAck = nodeRule({
	id: 'rep.lag_ack',
	appliesTo: facts => facts.record.replicas.some(({state}) => state === 'online'),
	needs: {oldest: {read: oldestAck, missing: () => pending('no replica acknowledged yet')}},
	evaluate({oldest}, facts) {
		if (isSettling(facts)) {
			return settling;
		}

		const {ackAgeSeconds, address} = oldest;
		if (ackAgeSeconds <= facts.threshold('rep.lag_ack.warning')) {
			return clear;
		}

		return fires(
			ackAgeSeconds > facts.threshold('rep.lag_ack.critical') ? 'critical' : 'warning',
			`replica ${address} has not acknowledged for ${seconds(ackAgeSeconds)}`,
			{
				evidence: [{name: `lag of ${address}`, value: ackAgeSeconds, unit: 'seconds'}],
				meaning:
					'It is frozen or cut off. After a minute (repl-timeout) it is dropped, and comes back with a partial or full copy.',
				next: [
					words(`look at ${address}: does it answer PING? A SIGSTOP, a long command, swap, the network`),
					ask(facts, 'INFO replication'),
				],
				action: null,
			},
		);
	},
});
