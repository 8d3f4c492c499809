import type {ClusterNode} from '../../domain/cluster.js';
import {addressOf} from '../../domain/node.js';
import {parseClusterNodes} from '../../parse/cluster-nodes.js';
import type {PeerReport, ProofInput} from './action-row.js';
import type {Reading} from './server-facts.js';

/** Returns the `asks` of a cluster action. CLUSTER NODES is the first command; `nodesIn` parses its reply. */
export const asksNodes = (): ReadonlyArray<readonly string[]> => [['CLUSTER', 'NODES']];

export const nodesIn = ({extra}: Reading): readonly ClusterNode[] =>
	typeof extra?.[0] === 'string' ? parseClusterNodes(extra[0]) : [];

/**
The reports of other nodes. They are empty for an observation of the kind `silent`, because then no other node is asked.
*/
export const peerReports = ({observation}: ProofInput): readonly PeerReport[] =>
	observation.kind === 'silent' ? [] : (observation.peers ?? []);

export const isSelf = ({flags}: ClusterNode): boolean => flags.has('myself');
export const nameOf = ({host, port}: Pick<ClusterNode, 'host' | 'port'>): string =>
	addressOf({kind: 'tcp', host, port});

/** A node's slot ranges as one text, to compare them with those of another node. */
export const slotsOf = (node: ClusterNode | undefined): string =>
	(node?.slots ?? []).map(({first, last}) => `${first}-${last}`).join(' ');
