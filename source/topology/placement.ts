import type {Shard, Topology, TopologyNode} from '../domain/topology.js';

/** A primary and replicas of it that one failure takes down together. */
export type SharedPlace = {
	readonly shard: Shard;
	readonly primary: TopologyNode;
	readonly replicas: readonly TopologyNode[];
	readonly by: 'host' | 'zone';
	/** The host's address or name, or the zone's. */
	readonly place: string;
	/** Another replica of it, one that answers, stands elsewhere. */
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
Shards whose primary shares its host with a replica, or its zone with all of them. A host is what an address says:
containers behind one address look like one host. With `isOneHost` everything there is stands on one (a test, a laptop),
and the shards say nothing more.
*/
export function sharedPlaces({shards, loose}: Topology): {
	readonly places: readonly SharedPlace[];
	readonly isOneHost: boolean;
} {
	const nodes = [...shards.flatMap(({primary, replicas}) => (primary ? [primary, ...replicas] : replicas)), ...loose];
	// A node without an address, such as one that lost its id, is on no host that is known.
	const hosts = new Set(nodes.flatMap(({host}) => host ?? []));
	return {
		places: [...shards.flatMap(onOneHost), ...shards.flatMap(inOneZone)],
		isOneHost: nodes.length > 1 && hosts.size === 1,
	};
}
