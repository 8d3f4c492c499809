import {type ReplicaLink, sharedAddresses} from '../derive/replica-links.js';
import {message, nodeName} from '../domain/message.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Milliseconds for which a link may be left over of a replica that connected again. */
const leftOverMs = 10_000;

/** Most seconds since the last acknowledgement of a replica that is linked: a replica acknowledges once a second. */
const linkedSeconds = 1;

/**
Whether each of the links is in use by two samples: a link that is left over gets no acknowledgement, and its age is two
seconds in one of them. Once redis-top has watched for longer, the time for which the condition holds tells.
*/
const areInUse = (links: readonly ReplicaLink[], {nowMs, memory}: NodeFacts): boolean =>
	nowMs - memory.foundAtMs >= leftOverMs ||
	links.every(({ackAgeSeconds}) => ackAgeSeconds !== undefined && ackAgeSeconds <= linkedSeconds);

export const repSameAddress = rule({
	id: 'rep.same_address',
	scope: 'node',
	docs: {
		looksAt: 'Two replicas of one primary announce the same address: `ip=` and `port=` of their lines in INFO.',
		since: '2.8',
		falsePositives: [
			'A replica that reconnects may be listed twice until the primary drops its old link. The condition must hold for ten seconds. In `check`, two samples must show that both links are acknowledged within a second.',
		],
	},
	raiseAfterMs: leftOverMs,
	countsAtOnce: true,
	appliesTo: facts => facts.record.replicas.length > 1,
	needs: {},
	evaluate(_, facts) {
		const {replicas} = facts.record;
		const [address] = sharedAddresses(replicas);
		if (address === undefined) {
			return clear;
		}

		const replica = nodeName(address);
		const lines = replicas.filter(link => link.address === address);
		if (!areInUse(lines, facts)) {
			return clear;
		}

		return fires('warning', {
			problem: message`${lines.length} of its replicas announce one address, ${replica}`,
			nodes: [facts.address, address],
			evidence: lines.map(({offset, state}) => ({
				name: 'replica',
				value: message`${replica}, ${state}, offset ${offset ?? '-'}`,
			})),
			meaning:
				'Address translation, or a copied replica-announce-ip. Clients, Sentinels and redis-top reach only one of them by this address.',
			next: [
				redisCli(facts, 'INFO replication'),
				hint('give each replica its own replica-announce-ip and replica-announce-port'),
			],
		});
	},
});
