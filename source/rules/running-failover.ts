import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {bytes, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {infoText} from './needs.js';
import {redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** The phase in which writes wait until a replica has all of them. Source: redis src/replication.c, getFailoverStateString. */
const waitsForReplica = 'waiting-for-sync';

/** Age of a replica's last acknowledgement from which it cannot be expected soon, in seconds. Replicas send one a second. */
const longUnacknowledgedSeconds = 5;

/**
Bytes behind from which a FAILOVER does not end soon. A link of 100 Mbit/s carries as much in a tenth of a second. So a
replica that is still farther behind in two polls gets its data more slowly, or does not apply it.
*/
const farBehindBytes = 1024 ** 2;

type Awaited = {
	readonly node: NodeAddress;
	readonly reason: Message;
	readonly isSilent: boolean;
	readonly isFar: boolean;
};

/**
The replica that a FAILOVER waits for. INFO does not name it. While writes wait, each healthy replica has all of them
within a second, but for a PING of the primary every ten seconds. So the awaited replica is the only one that lacks
something, or the only one of these that does not answer.
*/
function awaitedReplica({record, nodes}: NodeFacts, phase: string): Awaited | undefined {
	if (phase !== waitsForReplica) {
		return undefined;
	}

	const behind = record.replicas.filter(({behindBytes}) => behindBytes !== 0);
	const silent = behind.filter(
		({address, ackAgeSeconds = 0}) =>
			nodes.get(address)?.failure !== undefined || ackAgeSeconds >= longUnacknowledgedSeconds,
	);
	const [awaited, ...others] = silent.length === 1 ? silent : behind;
	if (awaited === undefined || others.length > 0) {
		return undefined;
	}

	const name = nodeName(awaited.address);
	const isSilent = silent.length === 1;
	const {behindBytes = 0} = awaited;
	const isFar = behindBytes >= farBehindBytes;
	return {
		node: awaited.address,
		isSilent,
		isFar,
		reason: isSilent
			? message`${name} does not answer`
			: isFar
				? message`${name} is ${bytes(behindBytes)} behind`
				: message`${name} lacks writes`,
	};
}

export const srvFailover = rule({
	id: 'srv.failover',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether the command FAILOVER runs: `master_failover_state`. FAILOVER takes less than a second if the replica has all data. It is critical at once where the only replica that lacks writes does not answer: without TIMEOUT, writes then wait for ever. So it is where that replica is 1 MB behind or more in two polls.',
		since: '6.2',
		falsePositives: [
			'A planned FAILOVER takes less than a second, and a poll may come just then. Two polls in a row must show it.',
		],
	},
	thresholds: {
		critical: {value: 30, unit: 'seconds', source: 'a coordinated FAILOVER takes less than a second'},
	},
	raiseAfter: 2,
	needs: {phase: infoText('replication', 'master_failover_state')},
	evaluate({phase}, facts, limits, heldMs) {
		if (phase === 'no-failover') {
			return clear;
		}

		const awaited = awaitedReplica(facts, phase);
		const isLong = heldMs >= limits.critical * 1000;
		const abort = redisCli(facts, 'FAILOVER ABORT');
		const look = redisCli(facts, 'INFO replication');
		return fires(isLong || awaited?.isSilent === true || awaited?.isFar === true ? 'critical' : 'warning', {
			problem: 'lets writes wait for a FAILOVER',
			// Line 2 has the time of a finding anyway. At 80 columns, both times would cut the replica away.
			detail: awaited === undefined ? `for ${seconds(heldMs / 1000)}` : undefined,
			reason: awaited?.reason ?? phase,
			effect: 'writes-paused',
			culprit: awaited && {node: awaited.node},
			evidence: infoEvidence(facts, ['replication', 'master_failover_state'], ['replication', 'connected_slaves']),
			meaning:
				'Writes wait until the replica has received all of them and is promoted. Without TIMEOUT, they wait as long as the replica stays behind.',
			// In the second phase, the replica may already be a primary: one looks before aborting.
			next: phase === waitsForReplica ? [abort, look] : [look, abort],
			action: 'failover-abort',
		});
	},
});
