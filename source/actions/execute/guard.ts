import type {ActionClass, ActionPlan, Check} from '../../domain/action.js';
import type {NodeAddress} from '../../domain/node.js';
import {actionRow} from '../catalogue/catalogue.js';

/** After the target's name was typed, milliseconds. */
export const unlockedForMs = 15 * 60_000;

/** What this session may do. Times are on the session's own clock, which never runs back; see `ActionController`. */
export type ActionPolicy = {
	/** Why nothing can be unlocked (`--read-only`, the wall, a replay); undefined where it can. */
	readonly whyReadOnly: string | undefined;
	/** Undefined while locked; Infinity with `--allow-actions`. */
	readonly unlockedUntilMs: number | undefined;
	/** The target is marked as production: every class counts as the next one. */
	readonly isProduction: boolean;
};

export type GuardQuestion = {
	readonly policy: ActionPolicy;
	readonly action: {readonly class: ActionClass; readonly letter: string};
	readonly target: NodeAddress;
	/** What must be typed where it isn't the target's name: a count or a set's name. */
	readonly phrase?: string;
	/** Of the plan; empty before there is one. */
	readonly checks: readonly Check[];
	readonly nowMs: number;
};

export type GuardAnswer =
	| {readonly kind: 'refused'; readonly why: string}
	/** Type this, and the session is unlocked. */
	| {readonly kind: 'unlock-needed'; readonly name: string}
	/** Type these one after the other, then the letter. */
	| {readonly kind: 'confirm'; readonly letter: string; readonly phrases: readonly string[]};

const classes: readonly ActionClass[] = ['local', 'bounded', 'disruptive', 'outage'];

/** The class that counts. What touches no server stays `local` in production too. */
export function effectiveClass(actionClass: ActionClass, isProduction: boolean): ActionClass {
	if (!isProduction || actionClass === 'local') {
		return actionClass;
	}

	return classes[classes.indexOf(actionClass) + 1] ?? 'outage';
}

/** May this be done, and what does it take? Asked when an action is chosen, when its box opens and when its letter comes. */
export function guardAction(question: GuardQuestion): GuardAnswer {
	const {policy, action, target, phrase, checks, nowMs} = question;
	const actionClass = effectiveClass(action.class, policy.isProduction);
	if (actionClass === 'local') {
		return {kind: 'confirm', letter: action.letter, phrases: []};
	}

	if (policy.whyReadOnly !== undefined) {
		return {kind: 'refused', why: policy.whyReadOnly};
	}

	if (policy.unlockedUntilMs === undefined || nowMs >= policy.unlockedUntilMs) {
		return {kind: 'unlock-needed', name: target};
	}

	const vetoes = checks.filter(({state}) => state === 'veto');
	const final = vetoes.filter(({lossPhrase}) => lossPhrase === undefined);
	if (final.length > 0) {
		return {kind: 'refused', why: final.map(({text}) => text).join('; ')};
	}

	const isTyped = actionClass === 'disruptive' || actionClass === 'outage';
	const losses = new Set(vetoes.flatMap(({lossPhrase}) => lossPhrase ?? []));
	return {kind: 'confirm', letter: action.letter, phrases: [...(isTyped ? [phrase ?? target] : []), ...losses]};
}

/** The same for a plan: what was found may make it worse than its row, and ask for a count instead of the name. */
export function guardPlan(policy: ActionPolicy, plan: ActionPlan, nowMs: number): GuardAnswer {
	const {letter, class: rowClass} = actionRow(plan.id);
	return guardAction({
		policy,
		action: {class: plan.class ?? rowClass, letter},
		target: plan.target.address,
		...(plan.phrase === undefined ? {} : {phrase: plan.phrase}),
		checks: plan.checks,
		nowMs,
	});
}
