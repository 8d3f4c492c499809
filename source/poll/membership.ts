import type {NodeAddress, NodeOrigin} from '../domain/node.js';

/**
Time in milliseconds after which a failing node counts as gone, if no node names it. The time is long because a primary
removes a replica from its list at once, even if the replica only restarts.
*/
const goneAfterMs = 60_000;
/**
Time in milliseconds after which a failing node that a cluster or a Sentinel announced counts as gone. Clusters and
Sentinels list a failed node until somebody removes it. A node missing from their lists was thus removed on purpose, so
this time is short.
*/
const goneFromListMs = 10_000;

type Names = ReadonlySet<NodeAddress>;

/** Time between two updates of all nodes, in milliseconds: a fraction of the time after which a node is gone. */
const updateMs = 1000;

/** What is known of a node's membership. */
export type Standing = {
	readonly origin: NodeOrigin;
	/** Since when the node has failed, in monotonic milliseconds; undefined while it answers. */
	failingSinceMs: number | undefined;
	isGone: boolean;
};

/** Tracks which nodes each node named in its last complete listing. These listings decide when a node is gone. */
export class MembershipTracker {
	readonly #named = new Map<NodeAddress, Names>();
	readonly #everNamed = new Set<NodeAddress>();
	/**
	The latest sets of addresses that nodes named. Nodes that name the same nodes share one set. For 1,000 nodes, 1,000
	separate sets of 1,000 names would take 60 MB.
	*/
	#shared: readonly Names[] = [];
	#nextUpdateMs = 0;

	note(source: NodeAddress, named: Names): void {
		// A listing may lack the node that sent it. With that node's address added, all nodes of a cluster name the
		// same set.
		const names = named.has(source) ? named : new Set(named).add(source);
		const before = this.#named.get(source);
		const candidates = before === undefined ? this.#shared : [before, ...this.#shared];
		const known = candidates.find(shared => isSame(shared, names));
		if (known === undefined) {
			this.#shared = [names, ...this.#shared].slice(0, setsShared);
		}

		this.#named.set(source, known ?? names);
		for (const name of names) {
			if (name !== source) {
				this.#everNamed.add(name);
			}
		}
	}

	forget(address: NodeAddress): void {
		this.#named.delete(address);
		this.#everNamed.delete(address);
	}

	/**
	Updates whether a node is gone, after its poll. Once a second, all nodes are updated: the listing that lacks a failing
	node may come just after the last poll of that node. Returns the nodes that are gone or back since the last update.

	@param nowMs Monotonic milliseconds.
	*/
	update<Node extends Standing>(
		address: NodeAddress,
		nodes: ReadonlyMap<NodeAddress, Node>,
		nowMs: number,
	): ReadonlyArray<readonly [NodeAddress, Node]> {
		const isTime = nowMs >= this.#nextUpdateMs;
		if (isTime) {
			this.#nextUpdateMs = nowMs + updateMs;
		}

		const own = nodes.get(address);
		const updated = isTime ? [...nodes] : own === undefined ? [] : [[address, own] as const];
		return updated.filter(([each, node]) => {
			const wasGone = node.isGone;
			node.isGone = this.#isGone(each, node, nowMs);
			return node.isGone !== wasGone;
		});
	}

	/**
	Whether a node is gone: it has failed for long enough, and no node names it any more. A node that no node ever named
	(a target of another deployment) is never gone.
	*/
	#isGone(address: NodeAddress, {origin, failingSinceMs}: Standing, nowMs: number): boolean {
		const afterMs = origin === 'cluster' || origin === 'sentinel' ? goneFromListMs : goneAfterMs;
		const isLong = failingSinceMs !== undefined && nowMs - failingSinceMs >= afterMs;
		return isLong && this.#everNamed.has(address) && !this.#isNamed(address);
	}

	/** Whether the last listing of another node names this node. The last listing of a node that is down counts, too. */
	#isNamed(address: NodeAddress): boolean {
		for (const [source, names] of this.#named) {
			if (source !== address && names.has(address)) {
				return true;
			}
		}

		return false;
	}
}

/**
Number of shared sets that are kept. Four suffice for a cluster of two partitions: the sets that each partition names
before and after a change.
*/
const setsShared = 4;

function isSame(one: Names, other: Names): boolean {
	return one === other || (one.size === other.size && [...one].every(name => other.has(name)));
}
