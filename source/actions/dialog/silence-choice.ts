import type {ActionPlan} from '../../domain/action.js';
import {cut} from '../../text/fit.js';
import {shortSeconds, utcClock} from '../../text/units.js';

/** The silence for an action: none, a new silence of some duration, or the silence that the node already has. */
export type SilenceChoice = {
	/** Longest duration of the new silence, in milliseconds; undefined if no new silence is wanted. */
	readonly durationMs: number | undefined;
	/** Why not every Alertmanager has set the silence; undefined while no attempt to set it has failed. */
	readonly problem: string | undefined;
	/** When the node's present silence ends, in milliseconds since the epoch; undefined without a silence. */
	readonly heldUntilMs: number | undefined;
};

/**
The durations that Tab offers, in milliseconds. Normally redis-top lifts a silence long before its end. If redis-top has
ended or the node does not answer, the silence ends only after this duration.
*/
const durationsMs = [15, 60, 240].map(minutes => minutes * 60_000);

/** The name of the key that chooses the duration. */
const keyName = 'Tab';

/** No silence. Every dialog opens with this choice. */
export const noSilence: SilenceChoice = {durationMs: undefined, problem: undefined, heldUntilMs: undefined};

/**
The silence that is chosen when the dialog of an action opens: none yet. Undefined if the action causes no alerts, or
if redis-top was given no Alertmanager.
*/
export const openingChoice = (
	{silence}: Pick<ActionPlan, 'silence'>,
	alertmanager: string | undefined,
	heldUntilMs: number | undefined,
): SilenceChoice | undefined =>
	silence === undefined || alertmanager === undefined ? undefined : {...noSilence, heldUntilMs};

/**
The choice after Tab: the next duration, or no silence after the last duration. After a problem, Tab keeps the duration,
and the key that confirms the action tries to set the silence again. A silence that the node already has stays
unchanged.
*/
export function nextChoice(choice: SilenceChoice): SilenceChoice {
	const {durationMs, problem, heldUntilMs} = choice;
	if (heldUntilMs !== undefined) {
		return choice;
	}

	return problem === undefined
		? {...choice, durationMs: durationsMs[durationMs === undefined ? 0 : durationsMs.indexOf(durationMs) + 1]}
		: {...choice, problem: undefined};
}

/**
The duration of the silence to set before the action is sent, in milliseconds; undefined if no silence is to be set.
*/
export const wantedMs = (choice: SilenceChoice | undefined): number | undefined =>
	choice?.problem === undefined && choice?.heldUntilMs === undefined ? choice?.durationMs : undefined;

/**
The chosen silence as text for the table of facts. The important part comes first, because the end of the text may be
cut.
*/
export function choiceText(choice: SilenceChoice, alertmanager: string): string {
	const {durationMs, problem, heldUntilMs} = choice;
	if (heldUntilMs !== undefined) {
		return `until ${utcClock(heldUntilMs)} UTC, set before`;
	}

	if (problem !== undefined) {
		return `NOT SET: ${problem}`;
	}

	const next = nextChoice(choice).durationMs;
	const key = `${keyName}: ${next === undefined ? 'none' : durationText(next)}`;
	return durationMs === undefined
		? `none; ${key} in Alertmanager ${cut(alertmanager, 40, '...')}`
		: `${durationText(durationMs)} at most, set first and lifted after; ${key}`;
}

/** A duration in minutes or hours: `15 min`, `4 h`. */
export const durationText = (durationMs: number): string =>
	shortSeconds(durationMs / 1000)
		.replace('m', ' min')
		.replace('h', ' h');

/** The end of the dialog's prompt after a silence could not be set. */
export const problemPrompt = `all the same; ${keyName} tries the silence again`;
