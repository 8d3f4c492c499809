import type {HostEvidence} from '../domain/host-evidence.js';
import type {Ladder} from '../domain/ladder.js';
import type {NodeAddress} from '../domain/node.js';
import type {Failure} from '../domain/sample.js';
import {climb} from './climb.js';
import {gatherLadder, type LadderOptions} from './gather-ladder.js';
import type {LadderFacts} from './ladder-facts.js';

/** Milliseconds between two runs of the ladder on a failing node. Each run costs the server up to three connections. */
export const climbEveryMs = 10_000;

export type NodeProblem = Omit<LadderOptions, 'pendingReplySinceMs' | 'gatherEvidence'> & {
	/** What this machine shows about the server. Another poller gathers it, so it arrives after the first ladder. */
	readonly evidence: HostEvidence | undefined;
	readonly address: NodeAddress;
	readonly failure: Failure;
	readonly failingSinceMs: number | undefined;
	readonly pendingSinceMs: number | undefined;
};

/**
Runs the ladder, the diagnosis of a connection step by step, on the node in focus while that node fails: at once after a
new failure, then every ten seconds.

If the server is not responding, or refused the credentials, the ladder runs only once. Afterwards only this machine is
inspected. So no requests pile up in a hung server, and no account is locked.
*/
export class LadderMonitor {
	#last: {readonly key: string; readonly atMs: number; readonly facts: LadderFacts} | undefined;

	/** Runs the ladder if it is due. Resolves with undefined while the previous ladder is still valid. */
	async look(problem: NodeProblem): Promise<Ladder | undefined> {
		const {address, failure, failingSinceMs, pendingSinceMs, clock, evidence} = problem;
		const pendingReplySinceMs =
			failure.code === 'TIMEOUT' && failure.kind !== 'LARGE_REPLIES' ? pendingSinceMs : undefined;
		const key = `${address} ${failure.kind ?? failure.code} ${failingSinceMs}`;
		const last = this.#last?.key === key ? this.#last : undefined;
		const isDue = last === undefined || clock.elapsed() - last.atMs >= climbEveryMs;
		if (!isDue && last.facts.host === evidence) {
			return undefined;
		}

		const isOnceOnly = failure.code === 'TIMEOUT' || failure.layer === 'auth';
		let facts: LadderFacts;
		if (last !== undefined && (isOnceOnly || !isDue)) {
			const ping =
				pendingReplySinceMs === undefined
					? last.facts.ping
					: {kind: 'quiet' as const, tookMs: clock.now() - pendingReplySinceMs};
			facts = {...last.facts, atMs: clock.now(), ping, host: evidence};
		} else {
			facts = await gatherLadder({...problem, pendingReplySinceMs, gatherEvidence: async () => evidence});
		}

		this.#last = {key, atMs: isDue ? clock.elapsed() : last.atMs, facts};
		return climb(facts);
	}
}
