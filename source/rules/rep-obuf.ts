import {bytes, percent} from '../text/units.js';
import {clientRows} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/** Source: redis.conf, client-output-buffer-limit replica 256mb 64mb 60. */
const defaultLimit = 256 * 1024 * 1024;

/** The hard limit of replicas in `normal 0 0 0 slave 268435456 67108864 60 pubsub …`; 0 is none. */
export function replicaBufferLimit(setting: string | undefined): number {
	const limit = /(?:^| )(?:slave|replica) (\d+)/.exec(setting ?? '')?.[1];
	return limit === undefined ? defaultLimit : Number(limit);
}

/** A replica's output buffer nears the limit at which it is cut off: `omem` in CLIENT LIST, when that was asked for. Since 5.0. */
export const repObuf = nodeRule({
	id: 'rep.obuf',
	appliesTo: (facts: NodeFacts) => (facts.number('replication', 'connected_slaves') ?? 0) > 0,
	needs: {clients: clientRows},
	evaluate({clients}, facts) {
		const limit = replicaBufferLimit(facts.setting('client-output-buffer-limit'));
		const worst = clients
			.filter(({flags}) => flags.includes('S'))
			.toSorted((a, b) => (b.outputBufferBytes ?? 0) - (a.outputBufferBytes ?? 0))[0];
		const waiting = worst?.outputBufferBytes ?? 0;
		if (worst === undefined || limit === 0 || waiting <= facts.threshold('rep.obuf.share') * limit) {
			return clear;
		}

		return fires(
			'warning',
			`replica at ${worst.address} has ${bytes(waiting)} waiting, ${percent(waiting / limit)} of its limit`,
			{
				evidence: [
					{name: `omem of ${worst.address}`, value: waiting, unit: 'bytes'},
					{name: 'client-output-buffer-limit replica', value: limit, unit: 'bytes'},
				],
				meaning: 'At the limit it is cut off and begins anew with a full copy, which fills the buffer again.',
				next: [
					ask(facts, 'CONFIG SET client-output-buffer-limit "replica 1gb 256mb 60"'),
					words('or slow the writer down until the replica has caught up'),
				],
				action: null,
			},
		);
	},
});
