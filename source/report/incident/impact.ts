import {type Effect, effectRank} from '../../domain/finding.js';
import {effectTexts} from './effect-text.js';
import {type Episode, nodesIn} from './episodes.js';
import {type HeldTime, heldTimes} from './held-times.js';
import {canBeTakenOver, isForReadersOnly, type Successor} from './successor.js';

/**
Who felt an effect.

- `users`: everybody who used the node; until the takeover, if a replica took over
- `readers`: only clients that read from the replica
- `nobody`: nobody yet, such as with data that a crash would lose
*/
export type FeltBy = 'users' | 'readers' | 'nobody';

/** What users of one node, or of the whole deployment, felt from when to when. */
export type Impact = {
	readonly effect: Effect;
	readonly label: string;
	/** The address of the node that users could not use fully; undefined for an effect on the whole deployment. */
	readonly node: string | undefined;
	readonly role: string | undefined;
	/** When the effect began, in milliseconds since the epoch. */
	readonly beganMs: number;
	/**
	When the effect ended, in milliseconds since the epoch; undefined if it still held at the end of the report's period.
	*/
	readonly endedMs: number | undefined;
	/** The periods in which the effect held between its beginning and its end. Empty for what lasted a moment. */
	readonly heldTimes: readonly HeldTime[];
	readonly feltBy: FeltBy;
	/** The replica that took over, so that users no longer felt the effect; undefined if no replica did. */
	readonly successor: Successor | undefined;
	readonly episodes: readonly Episode[];
};

/**
What users felt. Effects that all users felt come first, then effects that only readers felt, then mere risks. Each of
these three groups is sorted by urgency, then by beginning. Findings with the same effect on the same node are one row
if their times overlap. A slow command of a node that did not answer because of it is no row of its own.

@param toMs The end of the report's period, in milliseconds since the epoch.
*/
export function impactOf(episodes: readonly Episode[], toMs: number): Impact[] {
	const rows = episodes.flatMap(episode => {
		const {effect, node, role, beganMs, endedMs} = episode;
		return effect === undefined ? [] : [{effect, node, role, beganMs, endedMs, episodes: [episode]}];
	});
	const groups = Map.groupBy(rows, ({effect, node}) => `${effect} ${node}`);
	const all = [...groups.values()].flatMap(group =>
		joined(group.toSorted((one, other) => one.beganMs - other.beganMs)),
	);
	return all
		.filter(row => !isSaidByWorse(row, all))
		.map(({effect, node, role, beganMs, endedMs, episodes: own}): Impact => {
			const shown = node ?? (nodesIn(own).join(', ') || undefined);
			return {
				effect,
				label: effectTexts[effect].label,
				node: shown,
				role: node === undefined ? undefined : role,
				beganMs,
				endedMs,
				heldTimes: heldTimes(own, toMs),
				feltBy: feltBy(effect, role),
				successor: lastSuccessor(own),
				episodes: own,
			};
		})
		.sort(
			(one, other) =>
				feltOrder[one.feltBy] - feltOrder[other.feltBy] ||
				effectRank(one.effect) - effectRank(other.effect) ||
				one.beganMs - other.beganMs,
		);
}

const feltOrder: Readonly<Record<FeltBy, number>> = {users: 0, readers: 1, nobody: 2};

const feltBy = (effect: Effect, role: Episode['role']): FeltBy =>
	!effectTexts[effect].isFelt || role === 'sentinel'
		? 'nobody'
		: isForReadersOnly({effect, role})
			? 'readers'
			: 'users';

/**
The successor that was promoted last, if each of the episodes ended for users with a successor. Undefined if users felt
one of the episodes until its end.
*/
function lastSuccessor(episodes: readonly Episode[]): Successor | undefined {
	const successors = episodes.filter(canBeTakenOver).map(({successor}) => successor);
	return successors.length === episodes.length && successors.every(successor => successor !== undefined)
		? successors.toSorted((one, other) => one.promotedAtMs - other.promotedAtMs).at(-1)
		: undefined;
}

type Row = Pick<Episode, 'node' | 'role' | 'beganMs' | 'endedMs'> & {
	readonly effect: Effect;
	readonly episodes: readonly Episode[];
};

/**
Whether a row tells only of moments in which a node was slow, and another row tells that the node was not usable then.
*/
const isSaidByWorse = ({effect, node, beganMs, episodes}: Row, all: readonly Row[]): boolean =>
	effect === 'slow' &&
	episodes.every(({finding}) => finding.tells === 'moment') &&
	all.some(
		worse =>
			worse.node === node &&
			effectRank(worse.effect) < effectRank(effect) &&
			worse.beganMs <= beganMs &&
			(worse.endedMs ?? Number.POSITIVE_INFINITY) >= beganMs - momentMs,
	);

/** Time until a moment is found after its end, in milliseconds: a slow command is logged once it has ended. */
const momentMs = 10_000;

/** Joins rows whose times overlap. The rows must have the same node and effect. */
function joined(rows: readonly Row[]): Row[] {
	const found: Row[] = [];
	for (const row of rows) {
		const last = found.at(-1);
		if (last === undefined || (last.endedMs ?? Number.POSITIVE_INFINITY) < row.beganMs) {
			found.push(row);
			continue;
		}

		const endedMs =
			last.endedMs === undefined || row.endedMs === undefined ? undefined : Math.max(last.endedMs, row.endedMs);
		found.splice(-1, 1, {...last, endedMs, episodes: [...last.episodes, ...row.episodes]});
	}

	return found;
}
