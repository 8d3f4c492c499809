import type {NodeAddress} from '../../domain/node.js';
import type {SeriesLabels} from '../../parse/prometheus-reply.js';
import type {FleetInstance} from './fleet-instance.js';

export type GroupedInstance = Pick<FleetInstance, 'key' | 'labels' | 'address' | 'endpoint'> & {
	/** The address from which the server replicates; undefined for a primary. */
	readonly source: string | undefined;
	readonly isCluster: boolean;
};

/** Labels that name a deployment, the most telling first. */
const deploymentLabels = ['deployment', 'redis_cluster'] as const;

/**
Labels that name a deployment of servers in cluster mode. They are used because the servers' series don't say which
other nodes belong to the cluster.
*/
const clusterLabels = [...deploymentLabels, 'service', 'app', 'namespace', 'job'] as const;

/**
The name of each server's deployment, by the server's key. The name is the value of a label. Without such a label, it is
the address of the primary at the top of the server's replication chain.
*/
export function deploymentNames(instances: readonly GroupedInstance[]): ReadonlyMap<string, string> {
	const byAddress = new Map<string, GroupedInstance>();
	for (const instance of instances) {
		if (instance.address !== undefined) {
			byAddress.set(instance.address, instance);
		}
	}

	return new Map(
		instances.map(instance => [
			instance.key,
			labelled(instance.labels, instance.isCluster ? clusterLabels : deploymentLabels) ??
				rootOf(instance, byAddress) ??
				instance.address ??
				instance.labels.instance ??
				'-',
		]),
	);
}

const labelled = (labels: SeriesLabels, names: readonly string[]): string | undefined =>
	names.map(name => labels[name]).find(value => value !== undefined && value !== '');

/** Largest number of steps from a replica to its primary that are followed. The limit also ends a loop of replicas. */
const longestChain = 8;

function rootOf(
	instance: GroupedInstance,
	byAddress: ReadonlyMap<string, GroupedInstance>,
): NodeAddress | string | undefined {
	let root: string | undefined = instance.source;
	for (let step = 0; step < longestChain && root !== undefined; step++) {
		const above = byAddress.get(root)?.source;
		if (above === undefined) {
			return root;
		}

		root = above;
	}

	return root;
}
