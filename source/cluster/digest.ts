import type {ClusterInfo} from '../domain/cluster.js';

/** What of CLUSTER INFO is the same on all nodes of a cluster at rest. Source: signals D.6. */
const digestFields = [
	'cluster_state',
	'cluster_slots_assigned',
	'cluster_slots_ok',
	'cluster_slots_pfail',
	'cluster_slots_fail',
	'cluster_known_nodes',
	'cluster_size',
	'cluster_current_epoch',
];

/** The cheap digest of a node's view: while it is equal everywhere and stays so, whole views need not be compared. */
export const clusterDigest = (info: ClusterInfo): string => digestFields.map(field => info.get(field) ?? '').join(' ');
