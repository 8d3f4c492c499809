import {consequence, withoutRepetition} from './consequences.js';
import {type DoneAction, stepsOf} from './done-actions.js';
import type {Family} from './families.js';
import {enumerated, type ReportText} from './report-text.js';

/** Most actions that the summary names. */
const toldActions = 6;
/** Most effects of a restart that the summary names. */
const toldEffects = 4;

export type DoneFacts = {
	readonly actions: readonly DoneAction[];
	/** The families that restarts through redis-top brought about, each with its restart. */
	readonly restarts: ReadonlyMap<Family, DoneAction>;
	readonly toMs: number;
	/** Whether the report is about a recording, and not about two samples of running servers. */
	readonly isRecording: boolean;
};

/** The sentences about what was sent through redis-top, and what planned restarts brought about. */
export function doneSentences(facts: DoneFacts, text: ReportText): string[] {
	const {actions, isRecording} = facts;
	const sent = actions.filter(({state}) => state !== 'not sent');
	if (sent.length === 0) {
		return isRecording ? ['Nothing was sent to a server through redis-top in this time, as far as was recorded.'] : [];
	}

	const restarts = sent.filter(({isRestart}) => isRestart).map(restart => ({restart, steps: stepsOf(restart, sent)}));
	const inRestarts = new Set(restarts.flatMap(({restart, steps}) => [restart, ...steps]));
	const alone = sent.filter(action => !inRestarts.has(action));
	const parts = alone.map(
		({who, what, target, atMs, state}) => `${what} to ${target} at ${text.time(atMs)} by ${who} (${state})`,
	);
	return [
		...(parts.length === 0
			? []
			: [`Through redis-top ${parts.length === 1 ? 'was' : 'were'} sent: ${enumerated(parts, toldActions)}.`]),
		...restarts.map(({restart, steps}) => {
			const {who, target, atMs, lastMs, state} = restart;
			const sentSteps = steps.map(({what, target: to}) => (to === target ? what : `${what} to ${to}`));
			const told = sentSteps.length === 0 ? '' : `: ${enumerated(sentSteps, toldActions)}`;
			const meanwhile = meanwhileText(restart, facts, text);
			return `Through redis-top ${who} restarted ${target} step by step from ${text.time(atMs)} to ${text.time(lastMs)} (${state})${told}.${meanwhile}`;
		}),
	];
}

/** What a restart brought about, as a sentence: ` Meanwhile 10.0.1.11:6379 (replica) was unreachable (03:12:04, 1m20s).` */
function meanwhileText(restart: DoneAction, facts: DoneFacts, text: ReportText): string {
	const families = [...facts.restarts].filter(([, own]) => own === restart).map(([family]) => family);
	const episodes = families
		.flatMap(({cause, preceded, followed}) => [cause, ...preceded, ...followed])
		.filter(({effect}) => effect !== undefined)
		.toSorted((one, other) => one.beganMs - other.beganMs);
	const parts = withoutRepetition(episodes).map(one => consequence(one, facts, text));
	return parts.length === 0 ? '' : ` Meanwhile, as planned: ${enumerated(parts, toldEffects)}.`;
}
