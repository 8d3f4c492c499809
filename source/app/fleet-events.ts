import type {NodeAddress} from '../domain/node.js';
import type {FleetEvent} from '../poll/fleet-options.js';
import type {MonitorStore} from '../state/monitor-store.js';

export type FleetEventContext = {
	/** What the rules are told of a node that was found: its target's. Undefined: what they are told of any. */
	readonly rulesOf?: (address: NodeAddress) => Parameters<MonitorStore['addNode']>[3];
	/** By how much this process was late since it was last asked, milliseconds. */
	readonly takeOwnDelay?: () => number;
};

/** Puts what the polling tells into the store. */
export function applyFleetEvent(
	store: MonitorStore,
	event: FleetEvent,
	{rulesOf, takeOwnDelay}: FleetEventContext,
): void {
	switch (event.kind) {
		case 'node-found': {
			store.addNode(event.address, event.endpoint, event.origin, rulesOf?.(event.address));
			break;
		}

		case 'outcome': {
			store.ingest(event.outcome, event.intervalMs);
			break;
		}

		case 'node-alias': {
			store.addName(event.address, event.alias);
			break;
		}

		case 'node-gone': {
			store.setGone(event.address, event.isGone);
			break;
		}

		case 'memory-used': {
			store.noteMemory(event.nodes);
			break;
		}

		case 'ping': {
			store.ingestPing(event.address, event.roundTripMs, takeOwnDelay?.());
			break;
		}
	}
}
