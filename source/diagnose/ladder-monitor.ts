import type {HostEvidence} from '../domain/host-evidence.js';
import type {Ladder} from '../domain/ladder.js';
import type {NodeAddress} from '../domain/node.js';
import type {Failure} from '../domain/sample.js';
import {climb} from './climb.js';
import {gatherLadder, type LadderOptions} from './gather-ladder.js';
import type {LadderFacts} from './ladder-facts.js';

/** Milliseconds between two ladders. Each ladder costs the server up to three connections. */
export const climbEveryMs = 10_000;

export type NodeProblem = Omit<LadderOptions, 'pendingReplySinceMs' | 'gatherEvidence'> & {
	/** The evidence of this machine. Another poller gathers the evidence, so it arrives after the first ladder. */
	readonly evidence: HostEvidence | undefined;
	readonly address: NodeAddress;
	readonly failure: Failure;
	readonly failingSinceMs: number | undefined;
	readonly pendingSinceMs: number | undefined;
};

/**
Runs the ladder for the node in focus while that node fails: at once for a new failure, then every ten seconds. If the
server is not responding, or refused the credentials, the ladder runs only once. Afterwards only this machine is
inspected. So no requests pile up in a hung server, and no account is locked.
*/
export class LadderMonitor {
	#last: {readonly key: string; readonly atMs: number; readonly facts: LadderFacts} | undefined;

	/** Resolves with a new ladder; undefined while the previous one is still valid. */
	async look(problem: NodeProblem): Promise<Ladder | undefined> {
		const {address, failure, failingSinceMs, pendingSinceMs, clock, evidence} = problem;
		const pendingReplySinceMs = failure.code === 'TIMEOUT' ? pendingSinceMs : undefined;
		const key = `${address} ${failure.code} ${failingSinceMs}`;
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
