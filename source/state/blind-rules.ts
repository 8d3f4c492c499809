import type {NotEvaluated} from '../domain/finding.js';
import type {RuleResult} from '../rules/engine.js';
import {type BlindRule, findingMessage} from '../rules/finding.js';
import {pending} from '../rules/needs.js';
import {seconds} from '../text/units.js';
import {type FindingTracks, isEvaluatedIn, type TrackingMode} from './finding-tracks.js';

/**
Whether these results leave the same rules unevaluated as `blind` lists, for the same reasons. For nearly all results
this quick test makes a new list unnecessary.
*/
export function isAsBlind(blind: readonly BlindRule[], results: readonly RuleResult[], mode: TrackingMode): boolean {
	let index = 0;
	for (const result of results) {
		const why = whyBlind(result, mode);
		if (why !== undefined) {
			const known = blind[index++];
			if (
				known === undefined ||
				known.rule !== result.rule.id ||
				known.node !== result.node ||
				known.why !== why.why ||
				known.reason !== why.reason
			) {
				return false;
			}
		}
	}

	return index === blind.length;
}

export const blindRules = (
	results: readonly RuleResult[],
	mode: TrackingMode,
	tracks: FindingTracks,
	atMs: number,
): BlindRule[] =>
	results.flatMap((result): BlindRule[] => {
		const {rule, node, subject, evaluation} = result;
		const why = whyBlind(result, mode);
		if (why === undefined) {
			return [];
		}

		const isLasting = tracks.heldMs({rule: rule.id, node, subject}, atMs) > 0;
		const holds =
			evaluation.kind === 'fires' && evaluation.severity !== 'info' && isLasting
				? findingMessage(evaluation)
				: undefined;
		return [{rule: rule.id, node, reason: why.reason, why: why.why, command: why.command, grant: why.grant, holds}];
	});

/**
Why a rule could not be evaluated; undefined when it was evaluated. In modes `once` and `confirm`, a rule whose
condition must hold for longer than the samples can show counts as not evaluated.
*/
function whyBlind({rule, evaluation}: RuleResult, mode: TrackingMode): NotEvaluated | undefined {
	if (evaluation.kind === 'not-evaluated') {
		return evaluation;
	}

	return !isEvaluatedIn(mode, rule)
		? pending(`must hold for ${seconds(rule.raiseAfterMs / 1000)}: watch for longer`)
		: undefined;
}
