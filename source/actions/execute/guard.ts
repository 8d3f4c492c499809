import type {ActionClass, ActionPlan, Check} from '../../domain/action.js';
import type {NodeAddress} from '../../domain/node.js';
import {actionRow} from '../catalogue/catalogue.js';

/** Milliseconds for which typing the target's name unlocks actions. */
export const unlockedForMs = 15 * 60_000;

/** Whether actions are allowed. Times are of `dialogClock`, which never runs back. */
export type ActionPolicy = {
	/** Why actions can't be unlocked (`--read-only`, `--wall`, `--mask`); undefined where they can be unlocked. */
	readonly whyReadOnly: string | undefined;
	/**
	When actions lock again, milliseconds by `dialogClock`. Undefined while locked; Infinity with `--allow-actions`.
	*/
	readonly unlockedUntilMs: number | undefined;
	/** Whether the target's profile says production. Every action class then counts as the next stricter class. */
	readonly isProduction: boolean;
};

export type GuardQuestion = {
	readonly policy: ActionPolicy;
	readonly action: {readonly class: ActionClass; readonly letter: string};
	readonly target: NodeAddress;
	/** A phrase to type in place of the target's name, such as `kill 12` for an action on 12 clients. */
	readonly phrase?: string;
	/** The checks of the preflight; empty before the preflight. */
	readonly checks: readonly Check[];
	readonly nowMs: number;
};

export type GuardAnswer =
	| {readonly kind: 'refused'; readonly why: string}
	/** Actions are locked. Typing `name`, the target's address, unlocks them. */
	| {readonly kind: 'unlock-needed'; readonly name: string}
	/** The operator types the phrases one after the other, and then presses the key `letter`. */
	| {readonly kind: 'confirm'; readonly letter: string; readonly phrases: readonly string[]};

const classes: readonly ActionClass[] = ['local', 'bounded', 'disruptive', 'outage'];

/** The action class on this target: on production the next stricter class. `local` stays `local`. */
export function effectiveClass(actionClass: ActionClass, isProduction: boolean): ActionClass {
	if (!isProduction || actionClass === 'local') {
		return actionClass;
	}

	return classes[classes.indexOf(actionClass) + 1] ?? 'outage';
}

/**
Whether an action may be sent, and what must be typed first. Called when the action is chosen, after its preflight, and
when the key that confirms it is pressed.
*/
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

/**
`guardAction` for a plan. The preflight of the plan may have set a stricter class than the action's row, and a phrase to
type in place of the target's name.
*/
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
