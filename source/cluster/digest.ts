import type {ClusterInfo} from '../domain/cluster.js';

/**
Fields of CLUSTER INFO that are equal on all nodes of a cluster at rest. Source:
https://redis.io/docs/latest/commands/cluster-info/
*/
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

/**
A short digest of a node's view. While all nodes have the same digest and the digest does not change, whole views need
not be compared.
*/
export const clusterDigest = (info: ClusterInfo): string => digestFields.map(field => info.get(field) ?? '').join(' ');
