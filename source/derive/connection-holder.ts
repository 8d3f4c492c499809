import {type Message, message, nameOf} from '../domain/message.js';
import {count} from '../text/units.js';
import {clientGroups} from './client-groups.js';
import type {NodeRecord} from './node-record.js';

/**
Greatest age of a CLIENT LIST at the beginning of the failure, in milliseconds. An older list does not show who holds
the connections of a server at its `maxclients`.
*/
const oldListMs = 600_000;

/** Who holds the connections of a server that has reached `maxclients`, as a long and a short text. */
export type HeldConnections = {
	/** Such as `java (process 7) has 76 of 80 connections`. */
	readonly text: Message;
	/** The same for a narrow screen, the longest first: `java has 76 of 80 connections`, `java has 76 of 80`. */
	readonly brief: readonly Message[];
};

/**
Who holds more than half of the connections of a server that has reached `maxclients`: `checkout-api had 76 of 80
connections`. A recent CLIENT LIST gives the clients. Without a recent list, the kernel gives processes and hosts, if
the server runs on redis-top's machine. Undefined when nobody holds more than half.
*/
export function heldConnections({failure, failingSinceMs, clients, host}: NodeRecord): HeldConnections | undefined {
	if (failure?.kind !== 'MAXCLIENTS') {
		return undefined;
	}

	const isRecent = clients !== undefined && (failingSinceMs ?? 0) - clients.atMs < oldListMs;
	const listed = isRecent ? clients.value.filter(({name}) => name !== 'redis-top') : [];
	const [largest] = clientGroups(
		listed.filter(({name}) => name !== ''),
		'name',
	);
	if (largest !== undefined && largest.count > listed.length / 2) {
		const brief = message`${nameOf('client', largest.key)} had ${count(largest.count)} of ${count(listed.length)}`;
		return {text: message`${brief} connections`, brief: [brief]};
	}

	const holders = host?.value.kind === 'here' ? (host.value.connectionHolders ?? []) : [];
	const all = holders.reduce((sum, {connections}) => sum + connections, 0);
	const [first] = holders;
	if (first === undefined || first.connections <= all / 2) {
		return undefined;
	}

	const {host: address, processId, processName, connections} = first;
	const share = `has ${count(connections)} of ${count(all)}`;
	const who = processId === undefined ? nameOf('host', address) : nameOf('quote', processName ?? '?');
	const byProcess = processId === undefined ? '' : ` (process ${processId})`;
	return {
		text: message`${who}${byProcess} ${share} connections`,
		brief: [message`${who} ${share} connections`, message`${who} ${share}`],
	};
}
