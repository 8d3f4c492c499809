import type {ClusterNode} from '../../domain/cluster.js';
import {addressOf} from '../../domain/node.js';
import {parseClusterNodes} from '../../parse/cluster-nodes.js';
import type {PeerReport, ProofInput} from './action-row.js';
import type {Reading} from './server-facts.js';

/** What a row about the cluster asks first, and `nodesIn` reads. */
export const asksNodes = (): ReadonlyArray<readonly string[]> => [['CLUSTER', 'NODES']];

export const nodesIn = ({extra}: Reading): readonly ClusterNode[] =>
	typeof extra?.[0] === 'string' ? parseClusterNodes(extra[0]) : [];

/** What the other nodes see; empty while the target itself can't be looked at. */
export const peerReports = ({observation}: ProofInput): readonly PeerReport[] =>
	observation.kind === 'silent' ? [] : (observation.peers ?? []);

export const isSelf = ({flags}: ClusterNode): boolean => flags.has('myself');
export const nameOf = ({host, port}: Pick<ClusterNode, 'host' | 'port'>): string =>
	addressOf({kind: 'tcp', host, port});

/** Its slots in words, to hold them against another's. */
export const slotsOf = (node: ClusterNode | undefined): string =>
	(node?.slots ?? []).map(({first, last}) => `${first}-${last}`).join(' ');
