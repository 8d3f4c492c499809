import type {NodeRecord} from '../derive/node-record.js';
import type {ReplicaLink} from '../derive/replica-links.js';
import {message, nameOf, nodeName} from '../domain/message.js';
import {bytes, bytesPerSecond, percent, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {clientRows, infoNumber, pending, rate, replicaCount} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {
	defaultReplicaLimit,
	hasNoReplicaBufferLimit,
	leastKeptBytes,
	replicaBufferLimit,
} from './replica-buffer-limit.js';
import {isBySync, unacknowledged} from './replica-by-sync.js';
import {answersNow, isSettling, networkBetween, settling} from './replication-link.js';
import {advises, clear, fires, rule} from './rule.js';

const servesReplicas = (facts: NodeFacts): boolean => (replicaCount.read(facts) ?? 0) > 0;

type ReplicaBehind = ReplicaLink & {readonly behindBytes: number};

/** The online replica that is furthest behind; undefined without one. */
function furthestBehind(facts: NodeFacts): ReplicaBehind | undefined {
	return facts.record.replicas
		.filter((link): link is ReplicaBehind => link.behindBytes !== undefined)
		.toSorted((a, b) => b.behindBytes - a.behindBytes)[0];
}

/**
Seconds without growth of the offset after which a replica applies nothing. A healthy replica acknowledges once a second,
and a slow command there may hold it up for a few.
*/
const stoppedAfterSeconds = 5;

const needsTwoSamples = pending('needs two samples of a replica that is online');

/**
Bytes that the primary may have written since the last acknowledgement of a healthy replica. A healthy replica
acknowledges once a second. `lag=` has whole seconds, so up to one second more may have passed than it says.
*/
export function awaitedBytes(facts: NodeFacts, ackAgeSeconds: number | undefined): number {
	const writtenPerSecond = facts.perSecond('replication', 'master_repl_offset') ?? 0;
	return writtenPerSecond * (1 + Math.min(1, ackAgeSeconds ?? 1));
}

/** Whether a replica loads its data set. It applies no writes until then. */
const loadsData = (replica: NodeRecord | undefined): boolean =>
	replica?.failure?.state === 'loading' || replica?.sample?.info.number('persistence', 'loading') === 1;

export const repLagBytes = rule({
	id: 'rep.lag_bytes',
	scope: 'node',
	docs: {
		looksAt:
			"A replica's data is old: `master_repl_offset` minus the replica's `offset=` in the same INFO. Its age is the time since the primary had the replica's offset, by the samples so far; with two samples only, the distance divided by the rate at which `master_repl_offset` grows. `lag=` cannot tell, because it is the age of the last acknowledgement and stays 0 on a slow link.",
		since: '2.8',
		falsePositives: [
			'A replica that is not online shows the offset 0. The rule leaves it out.',
			'A few bytes are in transit on every link. The rule ignores a distance below a minimum.',
			'A replica acknowledges once a second. Bytes that the primary wrote since the last acknowledgement do not count.',
			'A busy primary may write more than its backlog between two acknowledgements. The rule compares the distance with the backlog only for a replica that is slow.',
			'Offsets start over at a failover. The rule waits after a change of role.',
		],
	},
	thresholds: {
		warning: {value: 5, unit: 'seconds', source: 'the level runbooks alert on'},
		critical: {value: 30, unit: 'seconds', source: 'a failover now loses half a minute of writes'},
		floor: {
			value: 65_536,
			unit: 'bytes',
			source: 'less is under way on any link; an idle primary sends 14 bytes a ping',
		},
	},
	raiseAfter: 3,
	appliesTo: (facts, limits) => (furthestBehind(facts)?.behindBytes ?? 0) > limits.floor,
	needs: {worst: {read: furthestBehind, missing: () => needsTwoSamples}},
	evaluate({worst}, facts, limits) {
		if (isSettling(facts)) {
			return settling;
		}

		const {address, behindBytes, behindSeconds, ackAgeSeconds, stillSeconds = 0} = worst;
		if (behindSeconds === undefined && facts.earlier === undefined) {
			return needsTwoSamples;
		}

		if (behindBytes <= awaitedBytes(facts, ackAgeSeconds)) {
			return clear;
		}

		// The age is unknown when the primary wrote nothing while it was watched.
		const isOfUnknownAge = behindSeconds === undefined;
		if (!isOfUnknownAge && behindSeconds <= limits.warning) {
			return clear;
		}

		const isStopped = stillSeconds > stoppedAfterSeconds;
		const details = [
			...(isOfUnknownAge ? [] : [`its data is about ${seconds(behindSeconds)} old`]),
			...(isStopped ? ['it applies nothing'] : []),
		];

		const backlog = facts.number('replication', 'repl_backlog_size') ?? Number.POSITIVE_INFINITY;
		const isCritical = behindBytes > backlog || (!isOfUnknownAge && behindSeconds > limits.critical);
		const isLoading = loadsData(facts.nodes.get(address));
		return fires(isCritical ? 'critical' : 'warning', {
			problem: message`replica ${nodeName(address)} is ${bytes(behindBytes)} behind`,
			detail: details.length === 0 ? undefined : details.join(', '),
			reason: isLoading ? 'it is loading its data set' : undefined,
			effect: 'reads-stale',
			nodes: [facts.address, address],
			evidence: [
				{name: 'replica', value: message`${nodeName(address)}`},
				{name: 'behind', value: behindBytes, unit: 'bytes'},
				...(isOfUnknownAge ? [] : [{name: 'age of its data', value: behindSeconds, unit: 'seconds' as const}]),
				...(isStopped ? [{name: 'applied nothing for', value: stillSeconds, unit: 'seconds' as const}] : []),
				...(ackAgeSeconds === undefined ? [] : [{name: 'last ACK', value: ackAgeSeconds, unit: 'seconds' as const}]),
				...(Number.isFinite(backlog) ? [{name: 'repl_backlog_size', value: backlog, unit: 'bytes' as const}] : []),
			],
			meaning: `Reads there are as old, and a failover to it loses these writes.${behindBytes > backlog ? ' The distance is more than the backlog: if the link breaks, it needs a full resync.' : ''}`,
			next: [
				isLoading
					? hint('wait until it has loaded: until then its readers get LOADING, and should read elsewhere')
					: hint('look at the network between them; compare panel 5 of both: a slow command there, or its processor'),
				redisCli(facts, 'INFO replication'),
				hint('slow the writer down if it is a bulk load'),
			],
		});
	},
});

type AcknowledgingReplica = ReplicaLink & {readonly ackAgeSeconds: number};

/** Replicas that follow another primary by now come last, after those by SYNC, which acknowledge nothing. */
const acknowledgements = (facts: NodeFacts): readonly AcknowledgingReplica[] =>
	facts.record.replicas
		.filter((link): link is AcknowledgingReplica => link.ackAgeSeconds !== undefined)
		.toSorted(
			(a, b) =>
				Number(followsOther(a, facts)) - Number(followsOther(b, facts)) ||
				Number(isBySync(a, facts)) - Number(isBySync(b, facts)) ||
				b.ackAgeSeconds - a.ackAgeSeconds,
		);

/** The online replica whose last acknowledgement is oldest; undefined without one. */
const oldestAcknowledgement = (facts: NodeFacts): AcknowledgingReplica | undefined => acknowledgements(facts)[0];

/**
Whether a listed replica answers redis-top with another replication history than the primary's. Another primary has it now,
or it was promoted. A primary that is cut off lists it until repl-timeout. A replica by SYNC has no history.
*/
function followsOther({address}: ReplicaLink, facts: NodeFacts): boolean {
	const replica = facts.nodes.get(address);
	const own = facts.text('replication', 'master_replid');
	const theirs = answersNow(replica) ? replica.sample?.info.text('replication', 'master_replid') : undefined;
	return own !== undefined && theirs !== undefined && theirs !== '' && own !== theirs;
}

/**
Whether a replica answers redis-top although it has received nothing from its primary for this many seconds. Such a
replica is not frozen. If it had been frozen a moment ago, it would at once have received the data that was sent
meanwhile.
*/
const receivesNothing = (replica: NodeRecord | undefined, leastSeconds: number): boolean =>
	answersNow(replica) && (replica.sample?.info.number('replication', 'master_last_io_seconds_ago') ?? 0) > leastSeconds;

/**
Name of the evidence of rep.lag_ack that the link is cut in both directions. The primary gets no acknowledgement from
the replica. The replica answers redis-top, but receives nothing from the primary.
*/
export const cutOff = 'answers here';

export const repLagAck = rule({
	id: 'rep.lag_ack',
	scope: 'node',
	docs: {
		looksAt:
			'A replica stopped acknowledging: `lag=` of its line in INFO, in seconds. A replica acknowledges every second, even if its data is old.',
		since: '2.8',
		falsePositives: [
			'A replica that is not online does not acknowledge. The rule leaves it out.',
			'Links reconnect at a failover. The rule waits after a change of role.',
			'A replica that replicates by SYNC, because its user may not send PSYNC, never acknowledges. The finding says so, and is a warning; of an old tool it is info.',
		],
	},
	thresholds: {
		warning: {value: 5, unit: 'seconds', source: 'the level runbooks alert on'},
		critical: {value: 10, unit: 'seconds', source: 'min-replicas-max-lag'},
	},
	appliesTo: facts => facts.record.replicas.some(({state}) => state === 'online'),
	needs: {oldest: {read: oldestAcknowledgement, missing: () => pending('no replica acknowledged yet')}},
	evaluate({oldest}, facts, limits) {
		if (isSettling(facts)) {
			return settling;
		}

		const {ackAgeSeconds, address, behindBytes} = oldest;
		if (followsOther(oldest, facts)) {
			return clear;
		}

		if (ackAgeSeconds <= limits.warning || isBySync(oldest, facts)) {
			const bySync = acknowledgements(facts).find(link => link.ackAgeSeconds > limits.warning && isBySync(link, facts));
			return bySync === undefined ? clear : unacknowledged(facts, bySync);
		}

		const replica = nodeName(address);
		const isCut = receivesNothing(facts.nodes.get(address), limits.warning);
		const isEndless =
			(behindBytes ?? 0) > leastKeptBytes && hasNoReplicaBufferLimit(facts.setting('client-output-buffer-limit'));
		return fires(ackAgeSeconds > limits.critical ? 'critical' : 'warning', {
			...(isCut
				? {
						problem: message`and its replica ${replica} are cut off from each other`,
						detail: message`no acknowledgement for ${seconds(ackAgeSeconds)}`,
						reason: networkBetween,
					}
				: {
						problem: message`replica ${replica} no longer acknowledges`,
						// Line 2 has the age of the finding, so the text has no second duration.
						detail: (behindBytes ?? 0) > 0 ? `${bytes(behindBytes)} behind` : undefined,
						reason: isEndless ? 'the primary keeps that in memory, without limit' : undefined,
					}),
			effect: 'reads-stale',
			nodes: [facts.address, address],
			evidence: [
				{name: 'replica', value: message`${replica}`},
				{name: 'lag', value: ackAgeSeconds, unit: 'seconds'},
				...(isCut ? [{name: cutOff, value: message`${replica}`}] : []),
			],
			meaning: `${isCut ? 'The replica is cut off.' : 'The replica is frozen or cut off.'} After a minute (repl-timeout) the primary closes the link, and the replica returns with a partial or full resync.`,
			next: [
				...(isCut
					? [hint('check firewalls and routes between them, in both directions')]
					: answersNow(facts.nodes.get(address))
						? [
								hint(
									message`look at the slow log of ${replica}, for a command that held it; without one, at the network between`,
								),
							]
						: [hint(message`see whether ${replica} answers PING: a SIGSTOP, a long command, swap, the network`)]),
				redisCli(facts, 'INFO replication'),
				...(isEndless
					? [redisCli(facts, defaultReplicaLimit), hint('the primary then closes the link when that is reached')]
					: []),
			],
		});
	},
});

export const repBacklog = rule({
	id: 'rep.backlog',
	scope: 'node',
	docs: {
		looksAt:
			'The replication backlog holds less than a minute of writes: `repl_backlog_size` divided by the rate of `master_repl_offset`.',
		since: '2.8',
		falsePositives: [
			'The default of 1 MB is small for any busy primary, and harmless while no link breaks. The finding is advice.',
			'A burst of writes ends soon. The condition must hold for a minute.',
		],
	},
	thresholds: {
		seconds: {
			value: 60,
			unit: 'seconds',
			source: 'repl-timeout: a replica that returns sooner should need only a partial resync',
		},
	},
	raiseAfterMs: 60_000,
	countsAtOnce: true,
	roles: ['primary'],
	appliesTo: servesReplicas,
	needs: {size: infoNumber('replication', 'repl_backlog_size'), written: rate('replication', 'master_repl_offset')},
	evaluate({size, written}, facts, limits) {
		const coveredSeconds = size / written;
		const wantedSeconds = limits.seconds;
		if (written === 0 || coveredSeconds >= wantedSeconds) {
			return clear;
		}

		const wantedMegabytes = Math.max(1, 2 ** Math.ceil(Math.log2((written * wantedSeconds) / 1024 ** 2)));
		return advises(facts, {
			problem: `has a backlog that covers ${seconds(coveredSeconds)} of writes`,
			detail: `repl-backlog-size ${bytes(size)}`,
			evidence: [
				...infoEvidence(
					facts,
					['replication', 'repl_backlog_size', 'bytes'],
					['replication', 'connected_slaves', 'count'],
				),
				{name: 'written', value: written, unit: 'bytesPerSecond'},
			],
			meaning: 'A replica that is cut off for longer cannot do a partial resync, and needs a full resync.',
			next: [redisCli(facts, `CONFIG SET repl-backlog-size ${wantedMegabytes}mb`)],
			action: 'set-repl-backlog',
			adviceCost: `Memory: ${wantedMegabytes} MB for a minute at ${bytesPerSecond(written)}.`,
		});
	},
});

export const repObuf = rule({
	id: 'rep.obuf',
	scope: 'node',
	docs: {
		looksAt:
			"A replica's output buffer is close to the limit of `client-output-buffer-limit replica`: `omem` of its line in CLIENT LIST. The rule needs CLIENT LIST, which redis-top does not always ask for.",
		since: '5.0',
		falsePositives: ['A buffer below half of the limit is usual during a full resync. The threshold is higher.'],
	},
	thresholds: {
		share: {
			value: 0.5,
			unit: 'share',
			source: 'of client-output-buffer-limit replica, at which the link is closed',
		},
	},
	appliesTo: servesReplicas,
	needs: {clients: clientRows},
	evaluate({clients}, facts, limits) {
		const limit = replicaBufferLimit(facts.setting('client-output-buffer-limit'));
		const worst = clients
			.filter(({flags}) => flags.includes('S'))
			.toSorted((a, b) => (b.outputBufferBytes ?? 0) - (a.outputBufferBytes ?? 0))[0];
		const buffered = worst?.outputBufferBytes ?? 0;
		if (worst === undefined || limit === 0 || buffered <= limits.share * limit) {
			return clear;
		}

		const replica = nameOf('client', worst.address);
		return fires('warning', {
			problem: message`holds ${bytes(buffered)} of output for replica ${replica}`,
			detail: `${percent(buffered / limit)} of the limit`,
			culprit: {client: replica},
			evidence: [
				{name: 'replica', value: message`${replica}`},
				{name: 'omem', value: buffered, unit: 'bytes'},
				{name: 'client-output-buffer-limit replica', value: limit, unit: 'bytes'},
			],
			meaning: 'At the limit the link is closed. The replica then needs a full resync, which fills the buffer again.',
			next: [
				redisCli(facts, 'CONFIG SET client-output-buffer-limit "replica 1gb 256mb 60"'),
				hint('or slow the writer down until the replica has caught up'),
			],
		});
	},
});

export const replicationLagRules = [repLagBytes, repLagAck, repBacklog, repObuf] as const;
