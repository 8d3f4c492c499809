import type {Listener, LocalEvidence} from '../domain/host-evidence.js';
import {type Message, message, nameOf} from '../domain/message.js';
import type {Endpoint} from '../domain/node.js';
import type {NodeRecord} from './node-record.js';

const everyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const loopback = /^(?:127\.|::1$|localhost$)/;

/** Whether a connection to the endpoint reaches the listener, unless something in between refuses it. */
function reaches({address}: Listener, endpoint: Endpoint): boolean {
	if (endpoint.kind === 'unix') {
		return address === endpoint.path;
	}

	return (
		everyAddress.has(address) || address === endpoint.host || (endpoint.host === 'localhost' && loopback.test(address))
	);
}

/** Who listens where a connection to the endpoint ends. */
export const holderOf = ({listeners}: LocalEvidence, endpoint: Endpoint): Listener | undefined =>
	listeners.find(listener => listener.processId !== undefined && reaches(listener, endpoint));

/** A listener and the process that it belongs to: `redis-server (process 7)`. */
export const holderText = ({processName, processId}: Listener): Message =>
	message`${nameOf('quote', processName ?? '?')} (process ${processId ?? '-'})`;

/** Whether the process is a Redis or Valkey server. */
export const isServer = ({servers}: LocalEvidence, {processId}: Listener): boolean =>
	servers.some(server => server.processId === processId);

/**
The listener of a server whose port refuses although it ran and listened by then: something in between rejects.

@param sinceMs When the port refused first, milliseconds since the epoch. A server that started later was down until then.
*/
export function rejectedHolder(evidence: LocalEvidence, endpoint: Endpoint, sinceMs: number): Listener | undefined {
	const holder = endpoint.kind === 'tcp' ? holderOf(evidence, endpoint) : undefined;
	const {processId, startedAtMs = sinceMs + 1} = evidence.process ?? {};
	return holder !== undefined && holder.processId === processId && startedAtMs <= sinceMs ? holder : undefined;
}

/** Why a connection fails, where this machine shows more than the error itself; undefined where it does not. */
export function reasonOnHost({failure, failingSinceMs, host, endpoint}: NodeRecord): Message | undefined {
	// Evidence from before the failure says nothing of it.
	if (failure === undefined || host?.value.kind !== 'here' || host.atMs < (failingSinceMs ?? 0)) {
		return undefined;
	}

	if (failure.code === 'ECONNREFUSED') {
		const rejected = rejectedHolder(host.value, endpoint, failingSinceMs ?? 0);
		return rejected && message`${holderText(rejected)} listens, so a firewall rejects (REJECT)`;
	}

	const isOther = failure.code === 'PROTOCOL' || failure.code === 'NOT_REDIS';
	const holder = isOther ? holderOf(host.value, endpoint) : undefined;
	return holder === undefined || isServer(host.value, holder)
		? undefined
		: message`the port belongs to ${holderText(holder)}`;
}
