import type {HostEvidence, Listener, LocalEvidence} from '../domain/host-evidence.js';
import {joinMessages, type Message, message, nameOf} from '../domain/message.js';
import type {Endpoint} from '../domain/node.js';
import type {NodeRecord} from './node-record.js';

const everyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const loopback = /^(?:127\.|::1$|localhost$)/;

/**
Whether a listener receives connections to the endpoint, unless something in between, such as a firewall, rejects them.
*/
function reaches({address}: Listener, endpoint: Endpoint): boolean {
	if (endpoint.kind === 'unix') {
		return address === endpoint.path;
	}

	return (
		everyAddress.has(address) || address === endpoint.host || (endpoint.host === 'localhost' && loopback.test(address))
	);
}

/** The listener that receives connections to the endpoint, if its process is known. */
export const holderOf = ({listeners}: LocalEvidence, endpoint: Endpoint): Listener | undefined =>
	listeners.find(listener => listener.processId !== undefined && reaches(listener, endpoint));

/** A listener's process as text: `redis-server (process 7)`. */
export const holderText = ({processName, processId}: Listener): Message =>
	message`${nameOf('quote', processName ?? '?')} (process ${processId ?? '-'})`;

/** That a process has the port of a node, as text. */
export const hasThePort = (holder: Listener): Message => message`${holderText(holder)} has the port`;

/** Whether the process of a listener is a Redis or Valkey server. */
export const isServer = ({servers}: Pick<LocalEvidence, 'servers'>, {processId}: Listener): boolean =>
	servers.some(server => server.processId === processId);

/**
The server's own listener, if its port refuses connections although the server was already running. A firewall on the
machine then rejects the connections.

@param sinceMs When the port first refused a connection, in milliseconds since the epoch. A server that started after
this time was down until it started.
*/
export function rejectedHolder(evidence: LocalEvidence, endpoint: Endpoint, sinceMs: number): Listener | undefined {
	const holder = endpoint.kind === 'tcp' ? holderOf(evidence, endpoint) : undefined;
	const {processId, startedAtMs = sinceMs + 1} = evidence.process ?? {};
	return holder !== undefined && holder.processId === processId && startedAtMs <= sinceMs ? holder : undefined;
}

/** Whether a host is an IP address, so that no name service decides which address a connection goes to. */
export const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(':');

/**
Whether several processes listen on one port, each at an address of its own. The evidence then does not show which of
them belongs to a node.
*/
export const isSharedPort = (listeners: readonly Listener[]): boolean =>
	new Set(listeners.map(({processId}) => processId)).size > 1;

/**
Whether a listener belongs to another server, which has the same port at an address of its own. Such a server already
listened there beside the node's own process.

@param before The previous evidence about the node.
*/
export function isOfNeighbour(listener: Listener, endpoint: Endpoint, before: HostEvidence | undefined): boolean {
	const seen = before?.kind === 'here' ? before : undefined;
	const own = (seen?.process ?? seen?.earlierProcess)?.processId;
	const isSeen = seen?.servers.some(
		({processId, listens}) =>
			processId === listener.processId &&
			listens.some(({address, port}) => address === listener.address && port === listener.port),
	);
	return isSeen === true && own !== undefined && own !== listener.processId && !reaches(listener, endpoint);
}

/**
The server's listener: the one that the endpoint reaches, else that of the only server which has the port.

@param named The process that INFO named.
*/
export function ownListener(
	{listeners, servers}: Pick<LocalEvidence, 'listeners' | 'servers'>,
	endpoint: Endpoint,
	named: number | undefined,
): Listener | undefined {
	const held = listeners.filter(listener => isServer({servers}, listener));
	return (
		held.find(listener => reaches(listener, endpoint)) ??
		(isSharedPort(held) ? held.find(({processId}) => processId === named) : held[0])
	);
}

/**
The server's listeners on the endpoint's port, if the server listens only on other addresses of this machine. The
server's setting `bind` decides on which addresses it listens. Empty for a host name, because its address is not known
here.
*/
function listenersElsewhere(evidence: LocalEvidence, endpoint: Endpoint): readonly Listener[] {
	if (endpoint.kind === 'unix' || !(isAddress(endpoint.host) || endpoint.host === 'localhost')) {
		return [];
	}

	const {processId} = evidence.process ?? {};
	// The sockets of another user's processes have no owner here. The server is then known by the port in its title.
	const own = evidence.listeners.filter(listener =>
		listener.processId === undefined
			? processId !== undefined
			: listener.processId === processId || isServer(evidence, listener),
	);
	return isSharedPort(own) || own.some(listener => reaches(listener, endpoint)) ? [] : own;
}

/**
Where the server of a node that refuses connections listens: `it listens on 127.0.0.1 and ::1 only (bind)`. Undefined if
it does not listen on other addresses of this machine. A node that never replied may be another server than the one that
listens: `a server listens on …`.
*/
export function boundElsewhere(record: NodeRecord): Message | undefined {
	const {failure, failingSinceMs, host, endpoint, lastReplyAtMs} = record;
	const isCurrent = host?.value.kind === 'here' && host.atMs >= (failingSinceMs ?? 0);
	if (failure?.code !== 'ECONNREFUSED' || !isCurrent) {
		return undefined;
	}

	const addresses = new Set(listenersElsewhere(host.value, endpoint).map(({address}) => address));
	const names = [...addresses].map(address => nameOf('host', address));
	return names.length === 0
		? undefined
		: message`${lastReplyAtMs === undefined ? 'a server' : 'it'} listens on ${joinMessages(names, ' and ')} only (bind)`;
}

/** Programs that hand connections on to a server elsewhere: a container's proxy, a tunnel, a load balancer. */
const forwarders =
	/^(?:docker-proxy|rootlessport|conmon|slirp4netns|pasta|sshd?|kubectl|socat|stunnel\d*|haproxy|envoy|nginx|nutcracker|twemproxy)$/;

/**
The program, no server, that has the endpoint's port on this machine while no reply comes. Undefined where a server's
process is known, and for programs that hand connections on: then the server behind them may be silent.
*/
export function silentHolder(evidence: LocalEvidence | undefined, endpoint: Endpoint): Listener | undefined {
	const holder = evidence?.process === undefined ? evidence && holderOf(evidence, endpoint) : undefined;
	return holder === undefined ||
		isServer({servers: evidence?.servers ?? []}, holder) ||
		forwarders.test(holder.processName ?? '')
		? undefined
		: holder;
}

/** Why a connection fails, when evidence from this machine shows more than the error does; undefined otherwise. */
export function reasonOnHost({failure, failingSinceMs, host, endpoint}: NodeRecord): Message | undefined {
	// Evidence that is older than the failure can't explain the failure.
	if (failure === undefined || host?.value.kind !== 'here' || host.atMs < (failingSinceMs ?? 0)) {
		return undefined;
	}

	if (failure.code === 'ECONNREFUSED') {
		const rejected = rejectedHolder(host.value, endpoint, failingSinceMs ?? 0);
		return rejected && message`${holderText(rejected)} listens, so a firewall rejects (REJECT)`;
	}

	const isEnded = failure.code === 'CLOSED' || failure.code === 'ECONNRESET';
	const isFull = failure.code === 'ETIMEDOUT' && (holderOf(host.value, endpoint)?.queued ?? 0) > 0;
	const isOther = failure.code === 'PROTOCOL' || failure.code === 'NOT_REDIS';
	const holder = isEnded || isOther || isFull ? holderOf(host.value, endpoint) : undefined;
	if (holder === undefined || isServer(host.value, holder)) {
		return undefined;
	}

	return isEnded || isFull ? hasThePort(holder) : message`the port belongs to ${holderText(holder)}`;
}
