import type {NodeRecord} from '../derive/node-record.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import type {FleetFacts} from './rule.js';

/**
The records of all nodes, as they were when the first rule of this evaluation asked for them. The facts of each node hold
a map of all records, and the newest of these maps is copied. All rules of one evaluation get the same copy, so functions
memoized by reference run only once. In a large deployment the monitor store goes on changing the map that is copied.
*/
export const recordsIn = memoizeByRef(({nodes}: FleetFacts): ReadonlyMap<NodeAddress, NodeRecord> => {
	let newest: {readonly nowMs: number; readonly nodes: ReadonlyMap<NodeAddress, NodeRecord>} | undefined;
	for (const facts of nodes.values()) {
		if (newest === undefined || facts.nowMs >= newest.nowMs) {
			newest = facts;
		}
	}

	return new Map(newest?.nodes);
});
