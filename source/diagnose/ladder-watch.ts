import type {HostEvidence} from '../domain/host-evidence.js';
import type {Ladder} from '../domain/ladder.js';
import type {NodeAddress} from '../domain/node.js';
import type {Failure} from '../domain/sample.js';
import {climb} from './climb.js';
import {gatherLadder, type LadderOptions} from './gather-ladder.js';
import type {LadderFacts} from './ladder-facts.js';

/** A climb costs the server up to three connections: at most one in so many milliseconds. */
export const climbEveryMs = 10_000;

export type NodeProblem = Omit<LadderOptions, 'owesSinceMs' | 'gatherEvidence'> & {
	/** What this machine showed last; it is gathered by others, and comes later than the first climb. */
	readonly evidence: HostEvidence | undefined;
	readonly address: NodeAddress;
	readonly failure: Failure;
	readonly failingSinceMs: number | undefined;
	readonly pendingSinceMs: number | undefined;
};

/**
Climbs to the node that is looked at while it fails, at once when its trouble is a new one and every ten seconds after.
A server that owes a reply, and one that refused our credentials, is climbed to once; after that only this machine is
looked at, so that nothing piles up in a hung server and no account is locked out.
*/
export class LadderMonitor {
	#last: {readonly key: string; readonly atMs: number; readonly facts: LadderFacts} | undefined;

	/** The ladder as it is now; undefined while the last one is still good. */
	async look(problem: NodeProblem): Promise<Ladder | undefined> {
		const {address, failure, failingSinceMs, pendingSinceMs, clock, evidence} = problem;
		const owesSinceMs = failure.code === 'TIMEOUT' ? pendingSinceMs : undefined;
		const key = `${address} ${failure.code} ${failingSinceMs}`;
		const last = this.#last?.key === key ? this.#last : undefined;
		const isDue = last === undefined || clock.elapsed() - last.atMs >= climbEveryMs;
		if (!isDue && last.facts.host === evidence) {
			return undefined;
		}

		const isTender = failure.code === 'TIMEOUT' || failure.layer === 'auth';
		let facts: LadderFacts;
		if (last !== undefined && (isTender || !isDue)) {
			const ping =
				owesSinceMs === undefined ? last.facts.ping : {kind: 'quiet' as const, tookMs: clock.now() - owesSinceMs};
			facts = {...last.facts, atMs: clock.now(), ping, host: evidence};
		} else {
			facts = await gatherLadder({...problem, owesSinceMs, gatherEvidence: async () => evidence});
		}

		this.#last = {key, atMs: isDue ? clock.elapsed() : last.atMs, facts};
		return climb(facts);
	}
}
