import type {InfoReply} from '../domain/info-reply.js';
import type {NodeRole} from '../domain/node.js';
import {connectedReplicas} from '../parse/info-fields.js';

/** The kind of deployment that the nodes form. */
export type DeploymentKind = 'standalone' | 'replicated' | 'sentinel' | 'cluster' | 'unknown';

/** The fields of a node that `deploymentKind` reads. */
type DeploymentMember = {
	readonly role: NodeRole;
	/** The node's last sample; undefined when the node never answered. */
	readonly sample: {readonly info: InfoReply} | undefined;
};

/**
The kind of deployment that the known nodes form. A node in cluster mode makes it a cluster. Otherwise a Sentinel makes
it a Sentinel deployment, and otherwise a replica makes it a replicated deployment. The kind is unknown until a node has
answered.
*/
export function deploymentKind(nodes: readonly DeploymentMember[]): DeploymentKind {
	if (nodes.some(({sample}) => sample !== undefined && isClusterNode(sample.info))) {
		return 'cluster';
	}

	if (nodes.some(({role}) => role === 'sentinel')) {
		return 'sentinel';
	}

	if (nodes.some(({role, sample}) => role === 'replica' || servesReplicas(sample?.info))) {
		return 'replicated';
	}

	return nodes.some(({role}) => role === 'primary') ? 'standalone' : 'unknown';
}

/** Whether the server runs in cluster mode. */
export const isClusterEnabled = (info: InfoReply): boolean => info.number('cluster', 'cluster_enabled') === 1;

/**
Whether the server runs in cluster mode. A server may hide its INFO section `cluster`. The field `redis_mode` (Valkey:
`server_mode`) then shows the mode.
*/
function isClusterNode(info: InfoReply): boolean {
	const mode = info.text('server', 'redis_mode') ?? info.text('server', 'server_mode');
	return isClusterEnabled(info) || mode === 'cluster';
}

function servesReplicas(info: InfoReply | undefined): boolean {
	return ((info && connectedReplicas(info)) ?? 0) > 0;
}

/** The incident that a node of the built-in simulated deployment plays, or `calm`. Undefined for a real server. */
export const simulatedScene = (info: InfoReply | undefined): string | undefined =>
	info?.text('server', 'redis_top_simulated');
