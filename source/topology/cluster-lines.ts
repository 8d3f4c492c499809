import type {NodeRecord} from '../derive/node-record.js';
import type {ClusterNode} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeId} from '../domain/node.js';
import type {Nodes} from './replication-edges.js';
import type {ToldLine} from './topology-node.js';

/**
Largest number of lines that are read in the views of other nodes, to find nodes without a view of their own. Each view
has one line for each node of the cluster.
*/
const linesRead = 5000;
/** Fewest views that are read, even if they have more lines than `linesRead`. */
const fewestViews = 3;

/**
The line of a view that describes the node that printed the view. Memoized, because the same view is searched after
every poll.
*/
const ownLine = memoizeByRef((lines: readonly ClusterNode[]): ClusterNode | undefined =>
	lines.find(({flags}) => flags.has('myself')),
);

const noLines: readonly ClusterNode[] = [];

/**
One line of CLUSTER NODES for each node of a cluster. While a node answers, its line about itself counts. Otherwise
lines in other views count: the line with the highest configuration epoch, and the newest among equals. If no view has a
line for the node, the last line of the node about itself counts.
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
