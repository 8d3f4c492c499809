import type {BusLinks} from '../../domain/bus-links.js';
import type {NodeId} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';

/** A node's links of the cluster bus; null outside clusters, before Redis 7.0 and until they were read. */
export function busLinksPart({busLinks}: NodeRecord, nameOf: (id: NodeId) => string, nowMs: number) {
	return busLinks === undefined
		? null
		: {ageMs: Math.max(0, nowMs - busLinks.atMs), ...linksPart(busLinks.value, nameOf)};
}

const linksPart = ({present, expected, gaps, unsentBytes, backlogs}: BusLinks, nameOf: (id: NodeId) => string) => ({
	present,
	/** Two for each peer that it knows and doesn't hold failed. */
	expected,
	missing: gaps.map(({direction, peer, isConfirmed}) => ({
		direction,
		peer: nameOf(peer),
		/** Missing in two readings; links are made anew within a tenth of a second. */
		isConfirmed,
	})),
	unsentBytes,
	/** Links on which much waits, the most first. */
	waiting: backlogs.map(({direction, peer, unsentBytes: waiting, beforeBytes}) => ({
		direction,
		peer: nameOf(peer),
		unsentBytes: waiting,
		/** In the reading before; null for the first. */
		beforeBytes: beforeBytes ?? null,
	})),
});
