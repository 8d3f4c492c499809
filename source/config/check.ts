import type {GivenFlags} from '../arguments/flags.js';
import {isRuleChoice, type RuleChoice, ruleIds} from '../rules/rule-choice.js';
import {splitWords} from '../text/split-words.js';
import type {Problems} from './problems.js';

/** `--only mem,rep.link_down`: each must mean a rule, so that a slip doesn't switch a check off. */
function choicesOf(flag: 'only' | 'skip', text: string, problems: Problems): readonly string[] {
	const choices = text
		.split(',')
		.map(part => part.trim().replace(/\.$/, ''))
		.filter(part => part !== '');
	if (choices.length === 0) {
		problems.add(`--${flag} ${text}: names no rule; write an id or its beginning: mem.max or mem`);
	}

	for (const choice of choices.filter(part => !isRuleChoice(part))) {
		const area = choice.split('.')[0] ?? '';
		const alike = ruleIds.filter(id => id.startsWith(`${area}.`));
		const areas = [...new Set(ruleIds.map(id => id.split('.')[0] ?? ''))];
		problems.add(
			`--${flag} ${choice}: is no rule; ${alike.length > 0 ? `there is ${alike.join(', ')}` : `they begin with ${areas.join(', ')}`}`,
		);
	}

	return choices;
}

export const ruleChoiceOf = ({only, skip}: GivenFlags, problems: Problems): RuleChoice => ({
	only: only === undefined ? undefined : choicesOf('only', only, problems),
	skip: skip === undefined ? [] : choicesOf('skip', skip, problems),
});

/** The words of `--on-finding`; undefined where it wasn't given. */
export function findingCommandOf({onFinding}: GivenFlags, problems: Problems): readonly string[] | undefined {
	if (onFinding === undefined) {
		return undefined;
	}

	const words = splitWords(onFinding);
	if (words === undefined) {
		return problems.add('--on-finding: a quote is left open; no shell reads this, it is only split into words');
	}

	return words.length > 0 ? words : problems.add('--on-finding: names no program');
}
