import {clusterDigest} from '../cluster/digest.js';
import type {ClusterInfo} from '../domain/cluster.js';
import type {NodeAddress} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import type {ViewDemand} from './poll-demand.js';
import {viewsWanted} from './view-sample.js';

/** After the last change the views are watched closely for so long, milliseconds: two default node timeouts. */
const hotMs = 30_000;
/** The sample of a large cluster is chosen anew so often, milliseconds. */
const chooseEveryMs = 1000;

/** How closely a cluster's views are watched: closely while the digest changes anywhere, differs between nodes or tells trouble. */
export class ClusterPace {
	readonly #digests = new Map<NodeAddress, string>();
	/** How many nodes have each digest. */
	readonly #counts = new Map<string, number>();
	readonly #readAtMs = new Map<NodeAddress, number>();
	#wanted: ReadonlySet<NodeAddress> = new Set();
	/** Not yet told of. */
	#chosen: NodeAddress[] = [];
	#chosenAtMs = Number.NEGATIVE_INFINITY;
	readonly #linksTurnMs = new Map<NodeAddress, number>();
	#linksTurn: NodeAddress | undefined;
	#linksChosenAtMs = Number.NEGATIVE_INFINITY;
	#hotUntilMs = Number.NEGATIVE_INFINITY;

	/** What a poll brought. True when every view may be another now. */
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

	/** True when this node's digest is another than it was: every view may be another now. `nowMs` is monotonic. */
	note(address: NodeAddress, info: ClusterInfo, nowMs: number): boolean {
		const digest = clusterDigest(info);
		const before = this.#digests.get(address);
		this.#drop(address);
		this.#digests.set(address, digest);
		this.#counts.set(digest, (this.#counts.get(digest) ?? 0) + 1);
		const hasChanged = before !== undefined && before !== digest;
		if (hasChanged || this.#isTroubled(info)) {
			this.#hotUntilMs = nowMs + hotMs;
		}

		return hasChanged;
	}

	/** A node that doesn't answer has no digest that could differ, and its loss is news. */
	lose(address: NodeAddress, nowMs: number): void {
		if (this.#drop(address)) {
			this.#hotUntilMs = nowMs + hotMs;
		}
	}

	isHot(nowMs: number): boolean {
		return nowMs < this.#hotUntilMs;
	}

	/** Its whole view came. */
	noteView(address: NodeAddress, nowMs: number): void {
		this.#readAtMs.set(address, nowMs);
	}

	/** How a node, one of so many, is asked for its view and its links; the one in focus whenever its turn is. */
	demands(address: NodeAddress, nodeCount: number, isFocused: boolean, nowMs: number) {
		const unlessFocused = (demand: ViewDemand): ViewDemand =>
			demand === 'not-now' && isFocused ? 'scheduled' : demand;
		return {
			views: unlessFocused(this.viewDemand(address, nodeCount, nowMs)),
			links: unlessFocused(this.linksDemand(address, nodeCount, nowMs)),
		};
	}

	/** Whose turn has come since this was last asked: where nodes are asked seldom, it is not waited for until they are. */
	takeChosen(): readonly NodeAddress[] {
		return this.#chosen.splice(0);
	}

	/** How a node, one of so many, is asked for its view: at the plan's pace, now, or not now. */
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
			this.#wanted = new Set(viewsWanted(facts, nowMs));
			this.#chosen.push(...this.#wanted);
		}

		const isRead = (this.#readAtMs.get(address) ?? Number.NEGATIVE_INFINITY) >= this.#chosenAtMs;
		return this.#wanted.has(address) && !isRead ? 'now' : 'not-now';
	}

	/** How a node is asked for its links: of a large cluster one at a time, the one that waits longest. */
	linksDemand(address: NodeAddress, nodeCount: number, nowMs: number): ViewDemand {
		if (nodeCount <= scale.viewsOfAllUpTo) {
			return 'scheduled';
		}

		if (
			nowMs - this.#linksChosenAtMs >=
			Math.max(scale.shortestLinksPeriodMs, scale.linksPeriodMsPerNode * nodeCount)
		) {
			this.#linksChosenAtMs = nowMs;
			const turns = [...this.#digests.keys()].map(node => ({node, atMs: this.#linksTurnMs.get(node) ?? -1}));
			this.#linksTurn = turns.toSorted((a, b) => a.atMs - b.atMs)[0]?.node;
			this.#chosen.push(...(this.#linksTurn === undefined ? [] : [this.#linksTurn]));
		}

		if (address !== this.#linksTurn) {
			return 'not-now';
		}

		this.#linksTurn = undefined;
		this.#linksTurnMs.set(address, nowMs);
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

	#isTroubled(info: ClusterInfo): boolean {
		const isFailing = ['cluster_slots_pfail', 'cluster_slots_fail'].some(field => Number(info.get(field) ?? 0) > 0);
		return isFailing || info.get('cluster_state') === 'fail' || this.#counts.size > 1;
	}
}
