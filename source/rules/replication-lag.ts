import type {ReplicaLink} from '../derive/replica-links.js';
import {bytes, bytesPerSecond, percent, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {clientRows, infoNumber, pending, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {replicaBufferLimit} from './replica-buffer-limit.js';
import {isSettling, settling} from './replication-link.js';
import {advises, clear, fires, rule} from './rule.js';

type Behind = ReplicaLink & {readonly behindBytes: number};

/** The one that is furthest behind, of those that are online. */
function furthest(facts: NodeFacts): Behind | undefined {
	return facts.record.replicas
		.filter((link): link is Behind => link.behindBytes !== undefined)
		.toSorted((a, b) => b.behindBytes - a.behindBytes)[0];
}

export const repLagBytes = rule({
	id: 'rep.lag_bytes',
	scope: 'node',
	docs: {
		looksAt:
			"A replica's data is behind: the difference of the offsets of one INFO, over the rate at which that replica's grows. `lag=` is only the age of its last acknowledgement: it stays 0 while the data is a minute behind.",
		since: '2.8',
		falsePositives: [
			'Only replicas that are online: the others show 0.',
			'A few bytes are always under way; and what a busy primary writes within the second between two acknowledgements can be more than its backlog: that alone is nothing.',
			'Offsets start over at a failover.',
		],
	},
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
		return fires(isCritical ? 'critical' : 'warning', {
			problem: `replica ${worst.address} is ${bytes(behindBytes)} behind, ${howLong}`,

			evidence: [
				{name: 'behind', value: behindBytes, unit: 'bytes'},
				...(isStopped ? [] : [{name: 'behind at its pace', value: behindSeconds, unit: 'seconds' as const}]),
				...(ackAgeSeconds === undefined ? [] : [{name: 'last ACK', value: ackAgeSeconds, unit: 'seconds' as const}]),
				...(Number.isFinite(backlog) ? [{name: 'repl_backlog_size', value: backlog, unit: 'bytes' as const}] : []),
			],
			meaning: `Reads there are as old, and a failover to it loses them.${behindBytes > backlog ? ' More than the backlog: if its link breaks it begins anew with a full copy.' : ''}`,
			next: [
				hint("the replica's processor, a slow command there, or the line between: compare panel 5 of both"),
				redisCli(facts, 'INFO replication'),
				hint('slow the writer down if it is a bulk load'),
			],
		});
	},
});

type Acked = ReplicaLink & {readonly ackAgeSeconds: number};

function oldestAck(facts: NodeFacts): Acked | undefined {
	return facts.record.replicas
		.filter((link): link is Acked => link.ackAgeSeconds !== undefined)
		.toSorted((a, b) => b.ackAgeSeconds - a.ackAgeSeconds)[0];
}

export const repLagAck = rule({
	id: 'rep.lag_ack',
	scope: 'node',
	docs: {
		looksAt:
			'A replica stopped acknowledging: `lag=` of its line. It does so every second; says nothing of data behind.',
		since: '2.8',
		falsePositives: ['Only replicas that are online.'],
	},
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

		return fires(ackAgeSeconds > facts.threshold('rep.lag_ack.critical') ? 'critical' : 'warning', {
			problem: `replica ${address} has not acknowledged for ${seconds(ackAgeSeconds)}`,

			evidence: [{name: `lag of ${address}`, value: ackAgeSeconds, unit: 'seconds'}],
			meaning:
				'It is frozen or cut off. After a minute (repl-timeout) it is dropped, and comes back with a partial or full copy.',
			next: [
				hint(`look at ${address}: does it answer PING? A SIGSTOP, a long command, swap, the network`),
				redisCli(facts, 'INFO replication'),
			],
		});
	},
});

export const repBacklog = rule({
	id: 'rep.backlog',
	scope: 'node',
	docs: {
		looksAt:
			'The backlog holds less than a minute of writes: `repl_backlog_size` over the rate of `master_repl_offset`.',
		since: '2.8',
		falsePositives: [
			'Advice: the default of 1 MB is little for any busy primary, and does no harm while no link breaks.',
		],
	},
	raiseAfterMs: 60_000,
	countsAtOnce: true,
	roles: ['primary'],
	appliesTo: facts => (facts.number('replication', 'connected_slaves') ?? 0) > 0,
	needs: {size: infoNumber('replication', 'repl_backlog_size'), written: rate('replication', 'master_repl_offset')},
	evaluate({size, written}, facts) {
		const covered = size / written;
		const wanted = facts.threshold('rep.backlog.seconds');
		if (written === 0 || covered >= wanted) {
			return clear;
		}

		const wantedMegabytes = 2 ** Math.ceil(Math.log2((written * wanted) / 1024 ** 2));
		return advises(facts, {
			problem: `its backlog (${bytes(size)}) covers ${seconds(covered)} of writes`,

			evidence: [
				...infoEvidence(
					facts,
					['replication', 'repl_backlog_size', 'bytes'],
					['replication', 'connected_slaves', 'count'],
				),
				{name: 'written', value: written, unit: 'bytesPerSecond'},
			],
			meaning: "A replica that is cut off for longer can't go on where it was and copies everything anew.",
			next: [redisCli(facts, `CONFIG SET repl-backlog-size ${Math.max(1, wantedMegabytes)}mb`)],
			action: 'set-repl-backlog',
			adviceCost: `Memory: ${Math.max(1, wantedMegabytes)} MB for a minute at ${bytesPerSecond(written)}.`,
		});
	},
});

export const repObuf = rule({
	id: 'rep.obuf',
	scope: 'node',
	docs: {
		looksAt:
			"A replica's output buffer nears the limit at which it is cut off: `omem` in CLIENT LIST, when that was asked for.",
		since: '5.0',
		falsePositives: [],
	},
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

		return fires('warning', {
			problem: `replica at ${worst.address} has ${bytes(waiting)} waiting, ${percent(waiting / limit)} of its limit`,

			evidence: [
				{name: `omem of ${worst.address}`, value: waiting, unit: 'bytes'},
				{name: 'client-output-buffer-limit replica', value: limit, unit: 'bytes'},
			],
			meaning: 'At the limit it is cut off and begins anew with a full copy, which fills the buffer again.',
			next: [
				redisCli(facts, 'CONFIG SET client-output-buffer-limit "replica 1gb 256mb 60"'),
				hint('or slow the writer down until the replica has caught up'),
			],
		});
	},
});

export const replicationLagRules = [repLagBytes, repLagAck, repBacklog, repObuf] as const;
