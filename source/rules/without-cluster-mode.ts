import type {NodeFacts} from './node-facts.js';

/**
Whether a node that a cluster lists answers as a server of its own. It was started without its config file, or with
another one. Its clients then read and write keys that the cluster does not have.
*/
export const isWithoutClusterMode = (facts: NodeFacts | undefined): boolean =>
	facts?.number('cluster', 'cluster_enabled') === 0 && facts.record.role !== 'sentinel';

export const withoutClusterMode = 'it runs without cluster mode, as if started without its config file';

export const clusterModeStep =
	'start it with its config file again: cluster-enabled yes, and the dir with its nodes.conf; no client may write to it until then';
