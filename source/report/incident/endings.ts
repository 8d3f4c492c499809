import type {MonitorEvent} from '../../domain/event.js';
import type {Effect} from '../../domain/finding.js';
import type {NodeAddress} from '../../domain/node.js';
import {type DoneAction, wasSent} from './done-actions.js';
import {type Episode, nodesIn} from './episodes.js';
import type {ReportText} from './report-text.js';

/**
An event may have ended an episode if it came at most this long before the end, in milliseconds. A finding ends some
polls after its condition has ended.
*/
const beforeEndMs = 10_000;
/**
Time after the end (or the beginning) of an episode, in milliseconds. An event or action within this time may still have
caused that end (or beginning). Polls show each of them late, so their recorded order may be wrong.
*/
export const afterEndMs = 5000;
/** An action is named with the end of an episode if it came at most this long before the end, in milliseconds. */
const actionBeforeMs = 2 * 60_000;
/** An action may have caused an episode if it came at most this long before the beginning, in milliseconds. */
const actionBeforeBeginMs = 15_000;

/** Matches commands that take a node away from its users, or change its role. */
const disruptiveCommands = /^(?:SHUTDOWN|FAILOVER|CLUSTER FAILOVER|SENTINEL FAILOVER|REPLICAOF|CLIENT PAUSE|DEBUG)\b/;

/** Whether an action takes a node away from its users, or changes its role. */
export const isDisruptive = ({what}: Pick<DoneAction, 'what'>): boolean => disruptiveCommands.test(what);

const always: readonly string[] = ['restarted', 'other-server', 'role-changed', 'promoted', 'demoted'];

/** Largest number of events that are named with the end of an episode. */
const mostEvents = 2;

/** For each effect, the kinds of events that may have ended it. */
const endingEvents: Readonly<Partial<Record<Effect, readonly string[]>>> = {
	unreachable: ['node-back', 'restarted', 'other-server'],
	'not-responding': ['node-back', 'restarted', 'other-server'],
	'slots-unserved': ['promoted', 'role-changed', 'node-back', 'slots-moved'],
	'reads-stale': ['link-restored', ...always],
	'writes-refused': ['aof-write-restored', 'replica-gained', ...always],
	'data-at-risk': ['aof-write-restored', ...always],
	'failover-impossible': ['replica-gained', 'link-restored', 'node-back', ...always],
};

/** The kinds of events that may have ended a finding about saving. They end no other finding. */
const savingEvents: readonly string[] = ['save-done', 'rewrite-done'];

export type EndingFacts = {
	readonly events: readonly MonitorEvent[];
	readonly actions: readonly DoneAction[];
};

/** The action and the events around the end of an episode. The report does not claim that they caused the end. */
export type Ending = {
	/** The last action on the episode's nodes: `after alice sent BGSAVE to 10.0.1.11:6379 at 03:12:04 (verified)`. */
	readonly action: string | undefined;
	/** The events at the end: `10.0.1.11:6379 answers again after 29.2 s`. */
	readonly event: string | undefined;
};

/**
The last action and the events at the end of an episode. Undefined if neither is known, and while the episode lasts.
*/
export function endingOf(episode: Episode, {events, actions}: EndingFacts, text: ReportText): Ending | undefined {
	const {endedMs, beganMs, effect, finding} = episode;
	if (endedMs === undefined) {
		return undefined;
	}

	const nodes = new Set(nodesIn([episode]));
	const isHere = (node: NodeAddress | undefined) => node !== undefined && (nodes.size === 0 || nodes.has(node));
	const action = actions.findLast(
		done =>
			wasSent(done) &&
			isHere(done.target) &&
			// Findings about the machine are left out, because a command to a server does not end the load of its machine.
			!finding.rule.startsWith('os.') &&
			done.atMs >= Math.max(beganMs, endedMs - actionBeforeMs) &&
			done.atMs <= endedMs + afterEndMs,
	);
	const ofEffect = (effect === undefined ? undefined : endingEvents[effect]) ?? always;
	const kinds = finding.rule.startsWith('per.') ? [...ofEffect, ...savingEvents] : ofEffect;
	const near = events.filter(
		({kind, atMs}) => kinds.includes(kind) && atMs >= endedMs - beforeEndMs && atMs <= endedMs + afterEndMs,
	);
	// A cluster serves its slots again because another node was promoted, so promotions of other nodes count.
	const isElsewhere = effect === 'slots-unserved' || nodes.size === 0;
	const promotion = isElsewhere ? near.find(({kind}) => kind === 'promoted' || kind === 'role-changed') : undefined;
	const ended = promotion === undefined ? lastOfEachKind(near.filter(({node}) => isHere(node))) : [promotion];
	return action === undefined && ended.length === 0
		? undefined
		: {
				action:
					action === undefined
						? undefined
						: `after ${action.who} sent ${action.what} to ${action.target} at ${text.time(action.atMs)} (${action.state})`,
				event:
					ended.length === 0
						? undefined
						: ended.map(event => `${event.node ?? 'redis-top'} ${text.message(event.text)}`).join('; '),
			};
}

/**
The action through redis-top right before an episode, if it can have caused the episode: `root sent SHUTDOWN to …`.
*/
export function beginningOf(
	{node, beganMs}: Pick<Episode, 'node' | 'beganMs'>,
	{actions}: Pick<EndingFacts, 'actions'>,
	text: ReportText,
): string | undefined {
	const action = actions.findLast(
		done =>
			wasSent(done) &&
			isDisruptive(done) &&
			done.target === node &&
			done.atMs >= beganMs - actionBeforeBeginMs &&
			// A poll that failed may have begun before the command was sent, so the episode may seem to begin before the
			// action.
			done.atMs <= beganMs + afterEndMs,
	);
	return (
		action && `${action.who} sent ${action.what} to ${action.target} at ${text.time(action.atMs)} (${action.state})`
	);
}

const lastOfEachKind = (events: readonly MonitorEvent[]): MonitorEvent[] =>
	[...new Map(events.map(event => [`${event.node} ${event.kind}`, event])).values()].slice(-mostEvents);

/** The ending as the rest of a sentence: `at 03:31:10, after …: 10.0.1.11:6379 answers again`. */
export const endingText = (endedMs: number, {action, event}: Ending, text: ReportText): string =>
	`at ${text.time(endedMs)}${action === undefined ? '' : `, ${action}`}${event === undefined ? '' : `: ${event}`}`;
