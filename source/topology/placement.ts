import type {Shard, Topology, TopologyNode} from '../domain/topology.js';

/** A primary and its replicas that share its host or zone. One failure of the host or zone stops them all. */
export type SharedPlace = {
	readonly shard: Shard;
	readonly primary: TopologyNode;
	readonly replicas: readonly TopologyNode[];
	readonly by: 'host' | 'zone';
	/** The address or name of the host, or the name of the zone. */
	readonly place: string;
	/** Whether the primary also has a replica that answers and runs elsewhere. */
	readonly hasAnother: boolean;
};

const inPlace = (shard: Shard, by: SharedPlace['by']): SharedPlace[] => {
	const {primary} = shard;
	const place = primary?.[by];
	if (primary === undefined || place === undefined) {
		return [];
	}

	const there = shard.replicas.filter(replica => replica.reach !== 'gone');
	const together = there.filter(replica => replica[by] === place);
	const hasAnother = there.some(
		replica => replica.reach === 'up' && replica[by] !== undefined && replica[by] !== place,
	);
	return together.length === 0 ? [] : [{shard, primary, replicas: together, by, place, hasAnother}];
};

const onOneHost = (shard: Shard): SharedPlace[] => inPlace(shard, 'host');
const inOneZone = (shard: Shard): SharedPlace[] => inPlace(shard, 'zone').filter(({hasAnother}) => !hasAnother);

/**
Shards whose primary shares its host with a replica, or its zone with all replicas. A host is known only by its address,
so containers behind one address look like one host. `isOneHost` is true if all nodes run on one host, as in a test. The
list of shards then means nothing.
*/
export function sharedPlaces({shards, loose}: Topology): {
	readonly places: readonly SharedPlace[];
	readonly isOneHost: boolean;
} {
	const nodes = [...shards.flatMap(({primary, replicas}) => (primary ? [primary, ...replicas] : replicas)), ...loose];
	// A node without an address, as after a loss of its node id, has no known host and does not count.
	const hosts = new Set(nodes.flatMap(({host}) => host ?? []));
	return {
		places: [...shards.flatMap(onOneHost), ...shards.flatMap(inOneZone)],
		isOneHost: nodes.length > 1 && hosts.size === 1,
	};
}
