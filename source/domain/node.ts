declare const brand: unique symbol;

/**
A node's address as it is printed and typed: `host:port`, `[v6]:port` or `unix:/path`. redis-top identifies every node
by its address.
*/
export type NodeAddress = string & {readonly [brand]: 'NodeAddress'};

/** A node's id in a cluster: 40 hexadecimal digits, from CLUSTER NODES. */
export type NodeId = string & {readonly [brand]: 'NodeId'};

export type Endpoint =
	| {readonly kind: 'tcp'; readonly host: string; readonly port: number}
	| {readonly kind: 'unix'; readonly path: string};

/** A node's role. A `sentinel` has no data. A node that never answered is `unknown`. */
export type NodeRole = 'primary' | 'replica' | 'sentinel' | 'unknown';

/**
How a node answers now.

- `connecting`: not reached yet, and the first attempt is not over
- `up`: it answers
- `stale`: it accepted the connection, and a reply has been pending for more than two intervals
- `loading`: it answers, and is loading its data set from disk
- `busy`: it answers BUSY, because a script or function runs
- `refusing`: it runs and refuses redis-top (password, rights, maxclients, protected mode)
- `down`: nothing answers
*/
export type NodeState = 'connecting' | 'up' | 'stale' | 'loading' | 'busy' | 'refusing' | 'down';

/**
How redis-top discovered a node. `target`: the user named it. `remembered`: from an earlier session. `hello`: a Sentinel
published its own address on a data node. `replication`, `cluster` and `sentinel`: a node that answered named it.
*/
export type NodeOrigin = 'target' | 'replication' | 'cluster' | 'sentinel' | 'hello' | 'remembered';

export function addressOf(endpoint: Endpoint): NodeAddress {
	if (endpoint.kind === 'unix') {
		return `unix:${endpoint.path}` as NodeAddress;
	}

	const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
	return `${host}:${endpoint.port}` as NodeAddress;
}

/**
Whether only this machine can reach an endpoint: a loopback address or a unix socket. Source: RFC 5735 §3
(127.0.0.0/8), RFC 4291 §2.5.3 (::1).
*/
export function isLoopback(endpoint: Endpoint): boolean {
	return (
		endpoint.kind === 'unix' ||
		endpoint.host === 'localhost' ||
		endpoint.host === '::1' ||
		/^127(?:\.\d{1,3}){3}$/.test(endpoint.host)
	);
}

/**
Whether a `run_id` identifies a process: 40 hexadecimal digits that are not all the same. Proxies and some services send
no run id, or a placeholder that is the same for all their servers.
*/
export const isRunId = (runId: string): boolean => /^[\da-f]{40}$/i.test(runId) && !/^(.)\1*$/.test(runId);
