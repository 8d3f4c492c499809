import {scale} from '../domain/scale.js';
import type {Urgency} from './finding-tracks.js';
import type {NodeRecord} from './monitor-state.js';

/** Of more nodes, between two evaluations of one that stands as it stood, milliseconds: 140 rules take 0.1 ms a node. */
const calmMs = 10_000;
/** What was seen once is looked at again so soon: what goes on is raised hardly later than it is seen. */
const againMs = 3000;
/** Where something is raised that is worse than info, or must hold for a while. */
const uneasyMs = 5000;

const waitMs: Readonly<Record<Urgency, number>> = {none: calmMs, soon: uneasyMs, now: againMs};

/** Rules that compare nodes look at every node: they are evaluated at most so often, milliseconds. */
const fleetEveryMs = 900;
const largeFleetEveryMs = 2000;

export type JudgePace = {
	readonly nodes: number;
	/** It is looked at, fails, or is not what it was at the poll before. */
	readonly isPressing: boolean;
	/** Of its findings, `FindingTracks.urgency`. */
	readonly urgency?: Urgency;
	/** Since the rules were evaluated last; infinite before the first time. */
	readonly sinceMs: number;
};

/** Whether a node's rules are evaluated with this poll. Polls come a little early or late. */
export const isNodeDue = ({nodes, isPressing, urgency = 'none', sinceMs}: JudgePace): boolean =>
	nodes <= scale.rulesEveryPollUpTo || isPressing || sinceMs >= waitMs[urgency] - 50;

/** Whether the rules that compare nodes are evaluated now: of many that stand as they stood, as seldom as one of those is. */
export const isFleetDue = ({nodes, isPressing, urgency = 'none', sinceMs}: JudgePace): boolean =>
	sinceMs >= (nodes <= scale.rulesEveryPollUpTo ? fleetEveryMs : isPressing ? largeFleetEveryMs : waitMs[urgency]);

/** Within so many polls all rules that compare nodes are evaluated, one part of them with each: the keys wait for none of it. */
export const fleetRulesAtOnce = (nodes: number, rules: number): number =>
	nodes <= scale.rulesEveryPollUpTo ? rules : Math.max(1, Math.ceil((rules * 20) / nodes));

/** Whether a node is another one than at the poll before, in what an operator is woken for. */
export function hasTurned(before: NodeRecord, after: NodeRecord): boolean {
	return (
		before.reach !== after.reach ||
		before.role !== after.role ||
		before.failure?.code !== after.failure?.code ||
		before.sample?.runId !== after.sample?.runId ||
		stateOf(before) !== stateOf(after) ||
		linkOf(before) !== linkOf(after)
	);
}

const stateOf = ({clusterInfo}: NodeRecord): string | undefined => clusterInfo?.value.get('cluster_state');

const linkOf = ({sample}: NodeRecord): string | undefined => sample?.info.text('replication', 'master_link_status');
