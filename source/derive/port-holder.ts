import type {Listener, LocalEvidence} from '../domain/host-evidence.js';
import {type Message, message, nameOf} from '../domain/message.js';
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

/** Whether the process of a listener is a Redis or Valkey server. */
export const isServer = ({servers}: LocalEvidence, {processId}: Listener): boolean =>
	servers.some(server => server.processId === processId);

/**
The server's own listener, if its port refuses connections although the server was already running. A firewall then
rejects the connections.

@param sinceMs When the port first refused, in milliseconds since the epoch. A server that started later was down until
then.
*/
export function rejectedHolder(evidence: LocalEvidence, endpoint: Endpoint, sinceMs: number): Listener | undefined {
	const holder = endpoint.kind === 'tcp' ? holderOf(evidence, endpoint) : undefined;
	const {processId, startedAtMs = sinceMs + 1} = evidence.process ?? {};
	return holder !== undefined && holder.processId === processId && startedAtMs <= sinceMs ? holder : undefined;
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

	const isOther = failure.code === 'PROTOCOL' || failure.code === 'NOT_REDIS' || failure.code === 'CLOSED';
	const holder = isOther ? holderOf(host.value, endpoint) : undefined;
	if (holder === undefined || isServer(host.value, holder)) {
		return undefined;
	}

	return failure.code === 'CLOSED'
		? message`${holderText(holder)} has the port`
		: message`the port belongs to ${holderText(holder)}`;
}
