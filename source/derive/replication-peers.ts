import type {InfoReply} from '../domain/info-reply.js';
import {addressOf, type Endpoint, type NodeAddress, type NodeRole} from '../domain/node.js';
import {replicaLines} from '../parse/info-fields.js';

/**
A node's role according to its INFO: `role:master` is a primary, `role:slave` a replica. An active replica of KeyDB
counts as a primary, because it accepts writes. A Sentinel has `redis_mode:sentinel` (Valkey: `server_mode`).
*/
export function nodeRole(info: InfoReply): NodeRole {
	const mode = info.text('server', 'redis_mode') ?? info.text('server', 'server_mode');
	if (mode === 'sentinel') {
		return 'sentinel';
	}

	switch (info.text('replication', 'role')) {
		case 'master':
		case 'active-replica': {
			return 'primary';
		}

		case 'slave': {
			return 'replica';
		}

		default: {
			return 'unknown';
		}
	}
}

/** The endpoint that a replica replicates from, from its own INFO. Undefined for a primary. */
function primaryEndpoint(info: InfoReply): Endpoint | undefined {
	const host = info.text('replication', 'master_host');
	const port = info.number('replication', 'master_port');
	return host === undefined || host === '' || port === undefined || port <= 0 ? undefined : {kind: 'tcp', host, port};
}

/** The address that a replica replicates from: `10.0.1.11:6379`, `[fd00::11]:6379`. Undefined for a primary. */
export const primaryAddress = (info: InfoReply): NodeAddress | undefined => info.once(readPrimaryAddress);

function readPrimaryAddress(info: InfoReply): NodeAddress | undefined {
	const endpoint = primaryEndpoint(info);
	return endpoint && addressOf(endpoint);
}

/** The nodes that INFO replication names: the source of a replica, and the replicas of the node itself. */
export function replicationPeers(info: InfoReply): Endpoint[] {
	const primary = primaryEndpoint(info);
	const replicas = replicaLines(info)
		// A replica that has not announced itself yet is listed with port 0.
		.filter(({host, port}) => host !== '' && Number.isInteger(port) && port > 0)
		.map(({host, port}): Endpoint => ({kind: 'tcp', host, port}));
	return primary === undefined ? replicas : [primary, ...replicas];
}
