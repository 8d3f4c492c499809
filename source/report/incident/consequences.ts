import {effectTexts} from './effect-text.js';
import type {Episode} from './episodes.js';
import {heldTimes, sumMs} from './held-times.js';
import {lasted, nodeWithRole, type ReportText} from './report-text.js';

/**
What an episode did to users, in the past tense: `refused writes`. Undefined for an episode without an effect.
@param nodes The number of nodes that the text follows.
*/
export function happened({effect}: Episode, nodes = 1): string | undefined {
	if (effect === undefined) {
		return undefined;
	}

	const {happened: toOne, happenedToSeveral = toOne} = effectTexts[effect];
	return nodes === 1 ? toOne : happenedToSeveral;
}

/**
Whether two episodes have the same effect on the same node. Two rules may find the same refused writes, for example.
*/
export const isSameAs = (one: Episode, other: Episode): boolean =>
	one.effect !== undefined && one.effect === other.effect && one.node === other.node;

/** Removes episodes that repeat the effect of an earlier episode on the same node. */
export const withoutRepetition = (episodes: readonly Episode[]): Episode[] =>
	episodes.filter((episode, index) => !episodes.slice(0, index).some(before => isSameAs(episode, before)));

/** A consequence as text: `10.0.1.12:6379 (replica) returned old data (03:05:02, still open after 24m58s)`. */
export function consequence(
	episode: Episode,
	{toMs, isRecording}: {readonly toMs: number; readonly isRecording: boolean},
	text: ReportText,
): string {
	const {beganMs, endedMs} = episode;
	const what = isRecording ? happened(episode) : undefined;
	const name = nodeWithRole(episode);
	const held = heldTimes([episode], toMs);
	const long = held.length < 2 ? lasted((endedMs ?? toMs) - beganMs) : `${lasted(sumMs(held))}, ${held.length} times`;
	const words = what === undefined ? `${name}: ${text.message(episode.finding.problem)}` : `${name} ${what}`;
	return isRecording
		? `${words} (${text.time(beganMs)}, ${endedMs === undefined ? `still open after ${long}` : long})`
		: words;
}
