import type {Remedy} from '../domain/finding.js';
import {words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {fires, fleetRule} from './rule.js';

const noHistory = /^0*$/;

/**
Two primaries that share a history: one was the other's replica (`master_replid2` is the other's `master_replid`), or both
go on from one primary that is gone. Since 4.0. Clusters and unrelated servers are none of it.

- A switch that is planned looks so for a moment: only after a minute.
*/
export const repDiverged = fleetRule({
	id: 'rep.diverged',
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
	return fires('critical', `and ${other.address} are both primaries of one history`, {
		evidence: [one, other].flatMap(facts =>
			(['master_replid', 'master_replid2', 'second_repl_offset', 'master_repl_offset'] as const).flatMap(name => {
				const value = facts.text('replication', name);
				return value === undefined ? [] : [{name: `${name} of ${facts.address}`, value}];
			}),
		),
		meaning:
			'Each takes writes that the other has not: whichever becomes a replica loses its own since second_repl_offset.',
		next: [
			words('stop writes to one of them first; decide by master_repl_offset and by who your clients use'),
			words('save the one that will lose (BGSAVE, copy its dump away) before REPLICAOF'),
			{kind: 'command', text: `${other.cli} INFO replication`},
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
