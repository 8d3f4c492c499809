import type {NodeRecord} from '../derive/node-record.js';
import type {NodeAddress} from '../domain/node.js';
import type {FleetFacts} from './rule.js';

const none: ReadonlyMap<NodeAddress, NodeRecord> = new Map();

/**
The records of all nodes. The facts of each node hold a map of all records, and the newest of these maps is returned.
All rules of one evaluation get the same map, so functions memoized by reference run only once.
*/
export function recordsIn({nodes}: FleetFacts): ReadonlyMap<NodeAddress, NodeRecord> {
	let newest: {readonly nowMs: number; readonly nodes: ReadonlyMap<NodeAddress, NodeRecord>} | undefined;
	for (const facts of nodes.values()) {
		if (newest === undefined || facts.nowMs >= newest.nowMs) {
			newest = facts;
		}
	}

	return newest?.nodes ?? none;
}
