import type {NodeRecord} from '../derive/node-record.js';
import type {ClusterNode} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeId} from '../domain/node.js';
import type {Nodes} from './replication-edges.js';
import type {ToldLine} from './topology-node.js';

/** Lines of others' views looked at for those who don't speak for themselves: every view has as many as the cluster nodes. */
const linesRead = 5000;
/** However many nodes there are. */
const fewestViews = 3;

/** Memoized: a reply is parsed once and looked at with every state. */
const ownLine = memoizeByRef((lines: readonly ClusterNode[]): ClusterNode | undefined =>
	lines.find(({flags}) => flags.has('myself')),
);

const noLines: readonly ClusterNode[] = [];

/**
The line of each node of a cluster that says most: its own while it answers, else the one with the highest configuration
epoch that others print of it, the newest among equals, else its own from before.
*/
export function clusterLines(nodes: Nodes): ReadonlyMap<NodeId, ToldLine> {
	const found = new Map<NodeId, ToldLine>();
	const tellers = [...nodes.values()].filter(({clusterNodes}) => clusterNodes !== undefined);
	const answering = tellers
		.filter(({failure}) => failure === undefined)
		.sort((a, b) => reportedAtMs(b) - reportedAtMs(a));
	for (const teller of answering) {
		const line = ownLine(teller.clusterNodes?.value ?? noLines);
		if (line !== undefined) {
			found.set(line.id, {line, teller, atMs: reportedAtMs(teller), isOwn: true});
		}
	}

	const longest = Math.max(1, ...tellers.map(({clusterNodes}) => clusterNodes?.value.length ?? 0));
	for (const teller of answering.slice(0, Math.max(fewestViews, Math.floor(linesRead / longest)))) {
		for (const line of teller.clusterNodes?.value ?? []) {
			const before = found.get(line.id);
			if (before === undefined || (!before.isOwn && line.configEpoch > before.line.configEpoch)) {
				found.set(line.id, {line, teller, atMs: reportedAtMs(teller), isOwn: false});
			}
		}
	}

	for (const teller of tellers) {
		const line = ownLine(teller.clusterNodes?.value ?? noLines);
		if (line !== undefined && !found.has(line.id)) {
			found.set(line.id, {line, teller, atMs: reportedAtMs(teller), isOwn: true});
		}
	}

	return found;
}

const reportedAtMs = ({clusterNodes}: NodeRecord): number => clusterNodes?.atMs ?? 0;
