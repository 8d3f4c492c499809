import {clusterDigest} from '../cluster/digest.js';
import type {ClusterInfo} from '../domain/cluster.js';
import type {NodeAddress} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import type {ViewDemand} from './poll-demand.js';
import {viewsWanted} from './view-sample.js';

/**
Time after the last change of a cluster during which every poll reads cluster views, in milliseconds. It equals twice
the default of `cluster-node-timeout` (15 s).
*/
const hotMs = 30_000;
/** Interval at which redis-top chooses the nodes of a large cluster whose views are read next, in milliseconds. */
const chooseEveryMs = 1000;

/**
Decides when each node's cluster view is read. Views are read often while the digest of CLUSTER INFO changes, differs
between nodes or reports failing slots.
*/
export class ClusterPollSchedule {
	readonly #digests = new Map<NodeAddress, string>();
	/** The number of nodes that have each digest of CLUSTER INFO. */
	readonly #counts = new Map<string, number>();
	readonly #readAtMs = new Map<NodeAddress, number>();
	/** Nodes that gave a digest of CLUSTER INFO before and do not answer now. */
	readonly #lost = new Set<NodeAddress>();
	#sample: ReadonlySet<NodeAddress> = new Set();
	/** Nodes that were chosen for a read of their view or bus links, and that `takeChosen` has not returned yet. */
	#chosen: NodeAddress[] = [];
	#chosenAtMs = Number.NEGATIVE_INFINITY;
	readonly #linksAskedMs = new Map<NodeAddress, number>();
	#linksNode: NodeAddress | undefined;
	#linksChosenAtMs = Number.NEGATIVE_INFINITY;
	#hotUntilMs = Number.NEGATIVE_INFINITY;

	/** Notes the outcome of a poll. Returns true when every node's cluster view may have changed. */
	take(outcome: PollOutcome, nowMs: number): boolean {
		const {address} = outcome;
		if (outcome.kind === 'failed') {
			this.lose(address, nowMs);
			return false;
		}

		const {clusterInfo, clusterNodes} = outcome.extras;
		if (clusterNodes !== undefined) {
			this.noteView(address, nowMs);
		}

		return clusterInfo !== undefined && this.note(address, clusterInfo, nowMs);
	}

	/**
	Notes a node's CLUSTER INFO. Returns true when its digest changed or the node is back, because every node's view may
	have changed then.
	`nowMs` is monotonic.
	*/
	note(address: NodeAddress, info: ClusterInfo, nowMs: number): boolean {
		const digest = clusterDigest(info);
		const before = this.#digests.get(address);
		this.#drop(address);
		this.#digests.set(address, digest);
		this.#counts.set(digest, (this.#counts.get(digest) ?? 0) + 1);
		// The other nodes clear the failure flags of a returned node when it answers one PING on the cluster bus. Their
		// digests do not show that, so the return of a node counts as a change.
		const isBack = this.#lost.delete(address);
		const hasChanged = isBack || (before !== undefined && before !== digest);
		if (hasChanged || this.#isFailing(info)) {
			this.#hotUntilMs = nowMs + hotMs;
		}

		return hasChanged;
	}

	/** Drops the digest of a node that doesn't answer. The loss of a node counts as a change of the cluster. */
	lose(address: NodeAddress, nowMs: number): void {
		if (this.#drop(address)) {
			this.#lost.add(address);
			this.#hotUntilMs = nowMs + hotMs;
		}
	}

	isHot(nowMs: number): boolean {
		return nowMs < this.#hotUntilMs;
	}

	/** Notes that the node's whole cluster view was read. */
	noteView(address: NodeAddress, nowMs: number): void {
		this.#readAtMs.set(address, nowMs);
	}

	/** Whether one poll asks a node for its cluster view and its bus links. The node in focus is never skipped. */
	demands(address: NodeAddress, nodeCount: number, isFocused: boolean, nowMs: number) {
		const unlessFocused = (demand: ViewDemand): ViewDemand =>
			demand === 'not-now' && isFocused ? 'scheduled' : demand;
		return {
			views: unlessFocused(this.viewDemand(address, nodeCount, nowMs)),
			links: unlessFocused(this.linksDemand(address, nodeCount, nowMs)),
		};
	}

	/**
	The nodes that were chosen since the last call of this method. The view or the bus links of each are to be read. The
	caller polls these nodes at once: in a large deployment their next poll may be seconds away.
	*/
	takeChosen(): readonly NodeAddress[] {
		return this.#chosen.splice(0);
	}

	/**
	Whether one poll asks a node for its cluster view. In a large cluster, only the nodes that `viewsWanted` chooses are
	asked.
	*/
	viewDemand(address: NodeAddress, nodeCount: number, nowMs: number): ViewDemand {
		if (nodeCount <= scale.viewsOfAllUpTo) {
			return this.isHot(nowMs) ? 'now' : 'scheduled';
		}

		if (nowMs - this.#chosenAtMs >= chooseEveryMs) {
			this.#chosenAtMs = nowMs;
			const facts = [...this.#digests].map(([node, digest]) => ({
				address: node,
				digest,
				readAtMs: this.#readAtMs.get(node),
			}));
			this.#sample = new Set(viewsWanted(facts, nowMs));
			this.#chosen.push(...this.#sample);
		}

		const isRead = (this.#readAtMs.get(address) ?? Number.NEGATIVE_INFINITY) >= this.#chosenAtMs;
		return this.#sample.has(address) && !isRead ? 'now' : 'not-now';
	}

	/**
	Whether one poll asks a node for its bus links. In a large cluster one node is asked at a time: the node that was
	asked longest ago.
	*/
	linksDemand(address: NodeAddress, nodeCount: number, nowMs: number): ViewDemand {
		if (nodeCount <= scale.viewsOfAllUpTo) {
			return 'scheduled';
		}

		if (
			nowMs - this.#linksChosenAtMs >=
			Math.max(scale.shortestLinksPeriodMs, scale.linksPeriodMsPerNode * nodeCount)
		) {
			this.#linksChosenAtMs = nowMs;
			const candidates = [...this.#digests.keys()].map(node => ({node, atMs: this.#linksAskedMs.get(node) ?? -1}));
			this.#linksNode = candidates.toSorted((a, b) => a.atMs - b.atMs)[0]?.node;
			this.#chosen.push(...(this.#linksNode === undefined ? [] : [this.#linksNode]));
		}

		if (address !== this.#linksNode) {
			return 'not-now';
		}

		this.#linksNode = undefined;
		this.#linksAskedMs.set(address, nowMs);
		return 'now';
	}

	#drop(address: NodeAddress): boolean {
		const digest = this.#digests.get(address);
		if (digest === undefined) {
			return false;
		}

		const count = (this.#counts.get(digest) ?? 1) - 1;
		if (count === 0) {
			this.#counts.delete(digest);
		} else {
			this.#counts.set(digest, count);
		}

		return this.#digests.delete(address);
	}

	#isFailing(info: ClusterInfo): boolean {
		const hasFailingSlots = ['cluster_slots_pfail', 'cluster_slots_fail'].some(
			field => Number(info.get(field) ?? 0) > 0,
		);
		return hasFailingSlots || info.get('cluster_state') === 'fail' || this.#counts.size > 1;
	}
}
