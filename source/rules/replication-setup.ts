import type {Remedy} from '../domain/finding.js';
import {bytes} from '../text/units.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {infoEvidence} from './evidence.js';
import {infoNumber} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {isSettling, settling} from './replication-link.js';
import {clear, fires, rule} from './rule.js';

export const repNone = rule({
	id: 'rep.none',
	scope: 'node',
	docs: {
		looksAt: 'A primary without a replica, though a node that redis-top knows calls it its primary.',
		since: '2.4',
		falsePositives: ['A single server is one by design: without such a node there is nothing to say.'],
	},
	raiseAfterMs: 10_000,
	roles: ['primary'],
	needs: {connected: infoNumber('replication', 'connected_slaves')},
	evaluate({connected}, facts) {
		const followers =
			connected > 0
				? []
				: [...facts.nodes.values()].filter(
						record => record.address !== facts.address && primaryNamedBy(record) === facts.address,
					);
		if (followers.length === 0) {
			return clear;
		}

		return isSettling(facts)
			? settling
			: fires('info', {
					problem: 'has no replica now',

					evidence: [
						...infoEvidence(facts, ['replication', 'connected_slaves', 'count']),
						...followers.map(({address}) => ({name: 'meant to follow', value: address as string})),
					],
					meaning: 'Nothing can take over, and what it has is only here.',
					next: [hint(`look at ${followers[0]?.address}`), redisCli(facts, 'INFO replication')],
				});
	},
});

export const repLost = rule({
	id: 'rep.lost',
	scope: 'node',
	docs: {
		looksAt: 'A primary has fewer replicas than within the last ten minutes: `connected_slaves`.',
		since: '2.4',
		falsePositives: [
			'One that copies everything counts as connected. After ten minutes it is no news any more: planned, then.',
		],
	},
	raiseAfter: 3,
	roles: ['primary'],
	needs: {connected: infoNumber('replication', 'connected_slaves')},
	evaluate({connected}, facts) {
		const most = Math.max(
			connected,
			...facts
				.past(['replication', 'connected_slaves'], facts.threshold('rep.lost.recent') * 1000)
				.map(({value}) => value),
		);
		if (connected >= most) {
			return clear;
		}

		return isSettling(facts)
			? settling
			: fires('critical', {
					problem: `lost ${most - connected} of ${most} replicas`,

					evidence: [
						...infoEvidence(facts, ['replication', 'connected_slaves', 'count']),
						{name: 'most in ten minutes', value: most, unit: 'count'},
					],
					meaning:
						connected === 0
							? 'Nothing can take over now.'
							: 'One less can take over, and the others have its reads to serve.',
					next: [
						hint('look at the replica that is gone: panel 3, panel 0'),
						redisCli(facts, 'INFO replication'),
						...logSteps(facts),
					],
				});
	},
});

export const repMinGood = rule({
	id: 'rep.min_good',
	scope: 'node',
	docs: {
		looksAt:
			'Writes are refused for want of good replicas (NOREPLICAS): `min_slaves_good_slaves` below min-replicas-to-write, or the replies that say so. Since 2.8; the field is there only where the setting is in use.',
		since: 'any',
		falsePositives: [],
	},
	raiseAfter: 1,
	clearAfter: 5,
	roles: ['primary'],
	needs: {},
	evaluate(_, facts) {
		const good = facts.number('replication', 'min_slaves_good_slaves');
		const wanted = Number(facts.setting('min-replicas-to-write') ?? Number.NaN);
		const refused = facts.errorIncrease('NOREPLICAS') ?? 0;
		const isShort = good !== undefined && good < wanted;
		if (!isShort && refused === 0) {
			return clear;
		}

		return fires('critical', {
			problem: `refuses writes (NOREPLICAS): ${good ?? 'too few'} good replicas of ${Number.isNaN(wanted) ? 'those' : wanted} wanted`,

			evidence: [
				...infoEvidence(
					facts,
					['replication', 'min_slaves_good_slaves', 'count'],
					['replication', 'connected_slaves', 'count'],
				),
				...(Number.isNaN(wanted) ? [] : [{name: 'min-replicas-to-write', value: wanted}]),
				...(refused > 0
					? [{name: 'NOREPLICAS replies since the sample before', value: refused, unit: 'count' as const}]
					: []),
			],
			meaning: 'It was set to refuse rather than to write what too few replicas have.',
			next: [
				hint('bring the replicas back: panel 3 says which are gone or silent'),
				redisCli(facts, 'CONFIG SET min-replicas-to-write 0'),
			],
		});
	},
});

export const repMaxmem = rule({
	id: 'rep.maxmem',
	scope: 'node',
	docs: {
		looksAt:
			'A replica whose limit is below what its primary uses: it ignores that as a replica and refuses writes or evicts as soon as it takes over.',
		since: '3.2',
		falsePositives: [],
	},
	roles: ['replica'],
	needs: {limit: infoNumber('memory', 'maxmemory')},
	evaluate({limit}, facts) {
		const used = facts.primary?.sample?.info.number('memory', 'used_memory');
		if (limit === 0 || used === undefined || limit >= used) {
			return clear;
		}

		return fires('warning', {
			problem: `maxmemory ${bytes(limit)} is below what its primary uses (${bytes(used)})`,

			evidence: [
				...infoEvidence(facts, ['memory', 'maxmemory', 'bytes']),
				{name: 'used_memory of its primary', value: used, unit: 'bytes'},
			],
			meaning: 'As soon as it takes over it evicts keys or refuses writes.',
			next: [redisCli(facts, `CONFIG SET maxmemory ${Math.ceil((used * 1.25) / 1024 ** 2)}mb`)],
		});
	},
});

export const repWritable = rule({
	id: 'rep.writable',
	scope: 'node',
	docs: {
		looksAt:
			'A replica takes writes of its own: `slave_read_only:0`. They are lost with the next copy from its primary.',
		since: '2.8',
		falsePositives: [],
	},
	roles: ['replica'],
	needs: {isReadOnly: infoNumber('replication', 'slave_read_only')},
	evaluate: ({isReadOnly}, facts) =>
		isReadOnly === 0
			? fires('warning', {
					problem: 'a replica that takes writes',

					evidence: infoEvidence(facts, ['replication', 'slave_read_only']),
					meaning: 'What is written here is nowhere else, and goes with the next full copy.',
					next: [redisCli(facts, 'CONFIG SET replica-read-only yes')],
				})
			: clear,
});

const noHistory = /^0*$/;

export const repDiverged = rule({
	id: 'rep.diverged',
	scope: 'fleet',
	docs: {
		looksAt:
			"Two primaries that share a history: one was the other's replica (`master_replid2` is the other's `master_replid`), or both go on from one primary that is gone. Clusters and unrelated servers are none of it.",
		since: '4.0',
		falsePositives: ['A switch that is planned looks so for a moment: only after a minute.'],
	},
	raiseAfterMs: 60_000,
	countsAtOnce: true,
	evaluate({nodes, deployment}) {
		const primaries = [...nodes.values()].filter(
			({record, sample}) => record.role === 'primary' && sample !== undefined,
		);
		if (deployment === 'cluster' || primaries.length < 2) {
			return [];
		}

		for (const [index, one] of primaries.entries()) {
			const other = primaries.slice(index + 1).find(candidate => shareHistory(one, candidate));
			if (other !== undefined) {
				return [{...diverged(one, other), node: one.address, subject: other.address}];
			}
		}

		return [];
	},
});

function shareHistory(one: NodeFacts, other: NodeFacts): boolean {
	const [a, b] = [idsOf(one), idsOf(other)];
	const same = (x: string | undefined, y: string | undefined) => x !== undefined && x === y && !noHistory.test(x);
	return same(a.now, b.before) || same(b.now, a.before) || same(a.before, b.before);
}

const idsOf = (facts: NodeFacts) => ({
	now: facts.text('replication', 'master_replid'),
	before: facts.text('replication', 'master_replid2'),
});

function diverged(one: NodeFacts, other: NodeFacts) {
	return fires('critical', {
		problem: `and ${other.address} are both primaries of one history`,

		evidence: [one, other].flatMap(facts =>
			(['master_replid', 'master_replid2', 'second_repl_offset', 'master_repl_offset'] as const).flatMap(name => {
				const value = facts.text('replication', name);
				return value === undefined ? [] : [{name: `${name} of ${facts.address}`, value}];
			}),
		),
		meaning:
			'Each takes writes that the other has not: whichever becomes a replica loses its own since second_repl_offset.',
		next: [
			hint('stop writes to one of them first; decide by master_repl_offset and by who your clients use'),
			hint('save the one that will lose (BGSAVE, copy its dump away) before REPLICAOF'),
			redisCli(other, 'INFO replication'),
		],
		action: 'replicaof',
		remedy: loserOf(one, other),
	});
}

/** The one with fewer writes since their histories parted should follow the other; no advice where that isn't known. */
function loserOf(one: NodeFacts, other: NodeFacts): Remedy | undefined {
	const split = (facts: NodeFacts) => {
		const offset = facts.number('replication', 'second_repl_offset') ?? -1;
		return offset < 0 ? undefined : offset;
	};
	const since = (facts: NodeFacts, peer: NodeFacts) => {
		const [offset, from] = [facts.number('replication', 'master_repl_offset'), split(facts) ?? split(peer)];
		return offset === undefined || from === undefined ? undefined : offset - from;
	};
	const [ofOne, ofOther] = [since(one, other), since(other, one)];
	if (ofOne === undefined || ofOther === undefined || ofOne === ofOther) {
		return undefined;
	}

	const [loser, winner] = ofOne < ofOther ? [one, other] : [other, one];
	return {node: loser.address, value: winner.address};
}

export const replicationSetupRules = [repNone, repLost, repMinGood, repMaxmem, repWritable, repDiverged] as const;
