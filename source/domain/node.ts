declare const brand: unique symbol;

/** Where a node listens, as it is printed and typed: `host:port`, `[v6]:port` or `unix:/path`. The key of every node. */
export type NodeAddress = string & {readonly [brand]: 'NodeAddress'};

/** A node's name inside a cluster: 40 hexadecimal digits, from CLUSTER NODES. */
export type NodeId = string & {readonly [brand]: 'NodeId'};

export type Endpoint =
	| {readonly kind: 'tcp'; readonly host: string; readonly port: number}
	| {readonly kind: 'unix'; readonly path: string};

/** `sentinel` and `unknown` have no data; a node that never answered is `unknown`. */
export type NodeRole = 'primary' | 'replica' | 'sentinel' | 'unknown';

/**
What can be said of a node now.

- `connecting`: never reached, and the first attempt is not over
- `up`: it answers
- `stale`: it accepted the connection, and a reply has been pending for more than two intervals
- `loading`: it answers, and reads its data set from disk
- `busy`: it answers BUSY: a script or function runs
- `refusing`: it is there and refuses us (password, rights, maxclients, protected mode)
- `down`: nothing answers
*/
export type NodeState = 'connecting' | 'up' | 'stale' | 'loading' | 'busy' | 'refusing' | 'down';

/**
How redis-top came to know a node. The user named a `target`. A `remembered` node is from an earlier session. A `hello` is
the address that a Sentinel publishes on a data node. The other ones were named by a node that answered.
*/
export type NodeOrigin = 'target' | 'replication' | 'cluster' | 'sentinel' | 'hello' | 'remembered';

export function addressOf(endpoint: Endpoint): NodeAddress {
	if (endpoint.kind === 'unix') {
		return `unix:${endpoint.path}` as NodeAddress;
	}

	const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
	return `${host}:${endpoint.port}` as NodeAddress;
}

/** True for an address that only this machine can mean. Source: RFC 5735 §3 (127.0.0.0/8), RFC 4291 §2.5.3 (::1). */
export function isLoopback(endpoint: Endpoint): boolean {
	return (
		endpoint.kind === 'unix' ||
		endpoint.host === 'localhost' ||
		endpoint.host === '::1' ||
		/^127(?:\.\d{1,3}){3}$/.test(endpoint.host)
	);
}

/**
Whether a `run_id` identifies a process: 40 hexadecimal digits that are not all the same. Proxies and some services print
none, or a placeholder that all of their servers share.
*/
export const isRunId = (runId: string): boolean => /^[\da-f]{40}$/i.test(runId) && !/^(.)\1*$/.test(runId);
