import type {ClusterInfo} from '../domain/cluster.js';
import type {NodeAddress} from '../domain/node.js';

/** After the last change the views are watched closely for so long, milliseconds: two default node timeouts. */
const hotMs = 30_000;

/** What of CLUSTER INFO is the same on all nodes of a cluster at rest. Source: signals D.6. */
const digestFields = [
	'cluster_state',
	'cluster_slots_assigned',
	'cluster_slots_ok',
	'cluster_slots_pfail',
	'cluster_slots_fail',
	'cluster_known_nodes',
	'cluster_size',
	'cluster_current_epoch',
];

/** The cheap digest of a node's view: while it is equal everywhere and stays so, whole views need not be compared. */
export const clusterDigest = (info: ClusterInfo): string => digestFields.map(field => info.get(field) ?? '').join(' ');

/** How closely a cluster's views are watched: closely while the digest changes anywhere, differs between nodes or tells trouble. */
export class ClusterPace {
	readonly #digests = new Map<NodeAddress, string>();
	#hotUntilMs = Number.NEGATIVE_INFINITY;

	/** True when this node's digest is another than it was: every view may be another now. `nowMs` is monotonic. */
	note(address: NodeAddress, info: ClusterInfo, nowMs: number): boolean {
		const digest = clusterDigest(info);
		const before = this.#digests.get(address);
		this.#digests.set(address, digest);
		const hasChanged = before !== undefined && before !== digest;
		if (hasChanged || this.#isTroubled(info)) {
			this.#hotUntilMs = nowMs + hotMs;
		}

		return hasChanged;
	}

	/** A node that doesn't answer has no digest that could differ, and its loss is news. */
	lose(address: NodeAddress, nowMs: number): void {
		if (this.#digests.delete(address)) {
			this.#hotUntilMs = nowMs + hotMs;
		}
	}

	isHot(nowMs: number): boolean {
		return nowMs < this.#hotUntilMs;
	}

	#isTroubled(info: ClusterInfo): boolean {
		const isFailing = ['cluster_slots_pfail', 'cluster_slots_fail'].some(field => Number(info.get(field) ?? 0) > 0);
		return isFailing || info.get('cluster_state') === 'fail' || new Set(this.#digests.values()).size > 1;
	}
}
