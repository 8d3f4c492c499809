import type {InfoReply} from '../domain/info-reply.js';
import type {Endpoint, NodeRole} from '../domain/node.js';

/** `role:master` is a primary, `role:slave` a replica; a sentinel says so in `redis_mode` (Valkey: `server_mode`). */
export function nodeRole(info: InfoReply): NodeRole {
	const mode = info.text('server', 'redis_mode') ?? info.text('server', 'server_mode');
	if (mode === 'sentinel') {
		return 'sentinel';
	}

	switch (info.text('replication', 'role')) {
		case 'master': {
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

/** The nodes that INFO replication names: a replica's primary, a primary's (or a chained replica's own) replicas. */
export function replicationPeers(info: InfoReply): Endpoint[] {
	const peers: Endpoint[] = [];
	const add = (host: string | undefined, port: string | undefined) => {
		const portNumber = Number(port);
		// A replica that has not announced itself yet stands there with port 0.
		if (host !== undefined && host !== '' && Number.isInteger(portNumber) && portNumber > 0) {
			peers.push({kind: 'tcp', host, port: portNumber});
		}
	};

	add(info.text('replication', 'master_host'), info.text('replication', 'master_port'));
	for (const [, text] of info.numbered('replication', 'slave')) {
		const host = /(?:^|,)ip=([^,]*)/.exec(text)?.[1];
		add(host, /(?:^|,)port=(\d+)/.exec(text)?.[1]);
	}

	return peers;
}
