import {type Severity, severityRank} from '../../domain/finding.js';
import type {Episode} from './episodes.js';

/**
Time in milliseconds within which the order of two episodes is not known. Polls show each of them late, so their recorded
order may be wrong.
*/
const togetherMs = 5000;

/** An episode that is a cause, with all episodes that it explains. */
export type Family = {
	readonly cause: Episode;
	/**
	The episodes that the cause explains and that had begun before it, oldest first. Memory that grows toward its limit is
	such an episode: the refused writes explain it, and come later.
	*/
	readonly preceded: readonly Episode[];
	/** The consequences that began with the cause or after it, in the order in which they began. */
	readonly followed: readonly Episode[];
	/** The episode that users felt most, among the cause and its consequences. */
	readonly felt: Episode;
	readonly severity: Severity;
	readonly beganMs: number;
	/** When the last of the episodes ended, in milliseconds since the epoch; undefined while one of them lasts. */
	readonly endedMs: number | undefined;
};

/**
The families (each a cause with its consequences) of all episodes, worst first: by severity, then effect, then duration.
*/
export function familiesOf(episodes: readonly Episode[], toMs: number): readonly Family[] {
	const byId = new Map(episodes.map(episode => [episode.id, episode]));
	const families = Map.groupBy(episodes, episode => rootOf(episode, byId));
	return [...families]
		.map(([cause, members]): Family => {
			const [worst = cause] = members.toSorted(
				(one, other) => severityRank[other.severity] - severityRank[one.severity],
			);
			const [felt = cause] = members.toSorted(
				(one, other) =>
					Number(one.effect === undefined) - Number(other.effect === undefined) ||
					one.urgency - other.urgency ||
					severityRank[other.severity] - severityRank[one.severity] ||
					Number(other === cause) - Number(one === cause) ||
					one.beganMs - other.beganMs,
			);
			const ends = members.map(({endedMs}) => endedMs);
			const others = members
				.filter(member => member !== cause)
				.toSorted((one, other) => one.beganMs - other.beganMs || one.id - other.id);
			const isBefore = ({beganMs}: Episode) => beganMs < cause.beganMs - togetherMs;
			return {
				cause,
				preceded: others.filter(isBefore),
				followed: others.filter(other => !isBefore(other)),
				felt,
				severity: worst.severity,
				beganMs: Math.min(...members.map(({beganMs}) => beganMs)),
				endedMs: ends.every(end => end !== undefined) ? Math.max(...ends) : undefined,
			};
		})
		.sort(
			(one, other) =>
				severityRank[other.severity] - severityRank[one.severity] ||
				one.felt.urgency - other.felt.urgency ||
				lastedMs(other, toMs) - lastedMs(one, toMs),
		);
}

const lastedMs = ({beganMs, endedMs}: Family, toMs: number): number => (endedMs ?? toMs) - beganMs;

/** The root cause of an episode. If the causes form a cycle, it is the last episode before the cycle repeats. */
function rootOf(episode: Episode, byId: ReadonlyMap<number, Episode>): Episode {
	const seen = new Set<number>();
	let root = episode;
	for (;;) {
		seen.add(root.id);
		const cause = root.causeId === undefined ? undefined : byId.get(root.causeId);
		if (cause === undefined || seen.has(cause.id)) {
			return root;
		}

		root = cause;
	}
}
