import type {ActionPlan} from '../../domain/action.js';
import {cut} from '../../text/fit.js';
import {shortSeconds, utcClock} from '../../text/units.js';

/** The silence of an action: off, or a duration, or one that the node has already. */
export type SilenceChoice = {
	/** How long the silence holds at most, in milliseconds; undefined: none is set. */
	readonly durationMs: number | undefined;
	/** Why Alertmanager may not have the silence; undefined before it was asked. */
	readonly problem: string | undefined;
	/** When the silence ends that the node has already, in milliseconds since the epoch; undefined without one. */
	readonly heldUntilMs: number | undefined;
};

/** The durations that Tab offers, in milliseconds. A silence is lifted long before, unless redis-top or the node is gone. */
const durationsMs = [15, 60, 240].map(minutes => minutes * 60_000);

/** The name of the key that chooses the duration. */
const keyName = 'Tab';

/** No silence, which every dialog opens with. */
export const noSilence: SilenceChoice = {durationMs: undefined, problem: undefined, heldUntilMs: undefined};

/** The choice at the opening of an action's dialog; undefined where the action makes no alerts, or there is no Alertmanager. */
export const openingChoice = (
	{silence}: Pick<ActionPlan, 'silence'>,
	alertmanager: string | undefined,
	heldUntilMs: number | undefined,
): SilenceChoice | undefined =>
	silence === undefined || alertmanager === undefined ? undefined : {...noSilence, heldUntilMs};

/** The next duration, and none after the last one. After a problem the same duration is tried again. */
export function nextChoice(choice: SilenceChoice): SilenceChoice {
	const {durationMs, problem, heldUntilMs} = choice;
	if (heldUntilMs !== undefined) {
		return choice;
	}

	return problem === undefined
		? {...choice, durationMs: durationsMs[durationMs === undefined ? 0 : durationsMs.indexOf(durationMs) + 1]}
		: {...choice, problem: undefined};
}

/** How long a silence is to be set before the action is sent, in milliseconds; undefined where none is to be set. */
export const wantedMs = (choice: SilenceChoice | undefined): number | undefined =>
	choice?.problem === undefined && choice?.heldUntilMs === undefined ? choice?.durationMs : undefined;

/** The choice as the value of a fact. What matters comes first: the value may be cut. */
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

/** The end of the prompt after a problem. */
export const problemPrompt = `all the same; ${keyName} tries the silence again`;
