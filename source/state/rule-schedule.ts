import {scale} from '../domain/scale.js';
import type {Urgency} from './finding-tracks.js';
import type {NodeRecord} from './monitor-state.js';

/** Interval between two evaluations of the rules of an unchanged node in a large deployment, in milliseconds. */
const calmMs = 10_000;
/**
Interval between evaluations after a condition was first seen, in milliseconds. It is short, so that a finding is listed
almost as soon as in a small deployment.
*/
const againMs = 3000;
/**
Interval between evaluations while a finding above info holds, or a condition must hold for a while, in milliseconds.
*/
const uneasyMs = 5000;

const waitMs: Readonly<Record<Urgency, number>> = {none: calmMs, soon: uneasyMs, now: againMs};

/**
Shortest interval between two evaluations of the fleet rules, in milliseconds, in a small and in a large deployment.
These rules read every node.
*/
const fleetEveryMs = 900;
const largeFleetEveryMs = 2000;

export type ScheduleInput = {
	readonly nodes: number;
	/** Whether the node is in focus, fails, or changed since its last poll. */
	readonly isPressing: boolean;
	/** How soon the node's findings need another evaluation (`FindingTracks.urgency`). */
	readonly urgency?: Urgency;
	/** Milliseconds since the last evaluation; infinite before the first evaluation. */
	readonly sinceMs: number;
};

/**
Whether a node's rules are evaluated with this poll. A poll may come up to 50 ms early, so the interval counts as over
50 ms before its end.
*/
export const isNodeDue = ({nodes, isPressing, urgency = 'none', sinceMs}: ScheduleInput): boolean =>
	nodes <= scale.rulesEveryPollUpTo || isPressing || sinceMs >= waitMs[urgency] - 50;

/**
Whether the fleet rules are evaluated now. In a large deployment they run as rarely as the rules of an unchanged node,
unless a change or a finding is urgent.
*/
export const isFleetDue = ({nodes, isPressing, urgency = 'none', sinceMs}: ScheduleInput): boolean =>
	sinceMs >= (nodes <= scale.rulesEveryPollUpTo ? fleetEveryMs : isPressing ? largeFleetEveryMs : waitMs[urgency]);

/**
How many fleet rules run with one poll. With N nodes, all rules have run after N / 20 polls. A key press never waits for
all rules.
*/
export const fleetRulesAtOnce = (nodes: number, rules: number): number =>
	nodes <= scale.rulesEveryPollUpTo ? rules : Math.max(1, Math.ceil((rules * 20) / nodes));

/** Whether a node changed since its last poll in a way that is urgent for an operator. */
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
