import type {ReplicaLink} from '../derive/replica-links.js';
import {bytes, seconds} from '../text/units.js';
import {pending} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {isSettling, settling} from './replication-grace.js';
import {clear, fires, nodeRule} from './rule.js';

type Behind = ReplicaLink & {readonly behindBytes: number};

/** The one that is furthest behind, of those that are online. */
function furthest(facts: NodeFacts): Behind | undefined {
	return facts.record.replicas
		.filter((link): link is Behind => link.behindBytes !== undefined)
		.toSorted((a, b) => b.behindBytes - a.behindBytes)[0];
}

/**
A replica's data is behind: the difference of the offsets of one INFO, over the rate at which that replica's grows. Since
2.8. `lag=` is only the age of its last acknowledgement: it stays 0 while the data is a minute behind.

- Only replicas that are online: the others show 0.
- A few bytes are always under way; and what a busy primary writes within the second between two acknowledgements can be
  more than its backlog: that alone is nothing.
- Offsets start over at a failover.
*/
export const repLagBytes = nodeRule({
	id: 'rep.lag_bytes',
	raiseAfter: 3,
	appliesTo: facts => (furthest(facts)?.behindBytes ?? 0) > facts.threshold('rep.lag_bytes.floor'),
	needs: {worst: {read: furthest, missing: () => pending('needs two samples of a replica that is online')}},
	evaluate({worst}, facts) {
		if (isSettling(facts)) {
			return settling;
		}

		const {behindBytes, behindSeconds, ackAgeSeconds} = worst;
		if (behindSeconds === undefined && facts.earlier === undefined) {
			return pending('needs two samples of a replica that is online');
		}

		// It takes nothing at all: its pace can't be put in seconds.
		const isStopped = behindSeconds === undefined;
		if (!isStopped && behindSeconds <= facts.threshold('rep.lag_bytes.warning')) {
			return clear;
		}

		const backlog = facts.number('replication', 'repl_backlog_size') ?? Number.POSITIVE_INFINITY;
		const isCritical =
			behindBytes > backlog || (!isStopped && behindSeconds > facts.threshold('rep.lag_bytes.critical'));
		const howLong = isStopped ? 'and takes nothing' : `about ${seconds(behindSeconds)} at its pace`;
		return fires(
			isCritical ? 'critical' : 'warning',
			`replica ${worst.address} is ${bytes(behindBytes)} behind, ${howLong}`,
			{
				evidence: [
					{name: 'behind', value: behindBytes, unit: 'bytes'},
					...(isStopped ? [] : [{name: 'behind at its pace', value: behindSeconds, unit: 'seconds' as const}]),
					...(ackAgeSeconds === undefined ? [] : [{name: 'last ACK', value: ackAgeSeconds, unit: 'seconds' as const}]),
					...(Number.isFinite(backlog) ? [{name: 'repl_backlog_size', value: backlog, unit: 'bytes' as const}] : []),
				],
				meaning: `Reads there are as old, and a failover to it loses them.${behindBytes > backlog ? ' More than the backlog: if its link breaks it begins anew with a full copy.' : ''}`,
				next: [
					words("the replica's processor, a slow command there, or the line between: compare panel 5 of both"),
					ask(facts, 'INFO replication'),
					words('slow the writer down if it is a bulk load'),
				],
				action: null,
			},
		);
	},
});
