import {scale} from '../domain/scale.js';
import type {Urgency} from './finding-tracks.js';
import type {NodeRecord} from './monitor-state.js';

/** Interval of the rules of an unchanged node in a large deployment, milliseconds. */
const calmMs = 10_000;
/** Interval after a condition was met once, milliseconds, so that a finding is raised hardly later than in a small one. */
const againMs = 3000;
/** Interval while a finding above info is open, or a condition has to hold for a while, milliseconds. */
const uneasyMs = 5000;

const waitMs: Readonly<Record<Urgency, number>> = {none: calmMs, soon: uneasyMs, now: againMs};

/** Shortest interval of the rules that compare nodes, milliseconds: they look at every node. */
const fleetEveryMs = 900;
const largeFleetEveryMs = 2000;

export type ScheduleInput = {
	readonly nodes: number;
	/** The node is in focus, fails, or changed since its last poll. */
	readonly isPressing: boolean;
	/** `FindingTracks.urgency` of its findings. */
	readonly urgency?: Urgency;
	/** Milliseconds since the last evaluation; infinite before the first. */
	readonly sinceMs: number;
};

/** Whether a node's rules are evaluated with this poll. Polls may come 50 ms early. */
export const isNodeDue = ({nodes, isPressing, urgency = 'none', sinceMs}: ScheduleInput): boolean =>
	nodes <= scale.rulesEveryPollUpTo || isPressing || sinceMs >= waitMs[urgency] - 50;

/** Whether the rules that compare nodes are evaluated now: with nothing pressing, as rarely as those of one unchanged node. */
export const isFleetDue = ({nodes, isPressing, urgency = 'none', sinceMs}: ScheduleInput): boolean =>
	sinceMs >= (nodes <= scale.rulesEveryPollUpTo ? fleetEveryMs : isPressing ? largeFleetEveryMs : waitMs[urgency]);

/**
How many of the rules that compare nodes run with one poll: all have run after a twentieth as many polls as there are nodes.
So no key waits for all of them.
*/
export const fleetRulesAtOnce = (nodes: number, rules: number): number =>
	nodes <= scale.rulesEveryPollUpTo ? rules : Math.max(1, Math.ceil((rules * 20) / nodes));

/** Whether a node changed since its last poll in a way that an operator is woken for. */
export function hasChanged(before: NodeRecord, after: NodeRecord): boolean {
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
