import type {RuleId} from './all-rules.js';
import {allRules} from './all-rules.js';

/** Which rules count, by whole ids (`mem.max`) or the part before the dot (`mem`). */
export type RuleChoice = {
	/** Undefined: all. */
	readonly only: readonly string[] | undefined;
	readonly skip: readonly string[];
};

export const everyRule: RuleChoice = {only: undefined, skip: []};

export const ruleIds: readonly RuleId[] = allRules.map(({id}) => id);

const names = (choice: string, id: string): boolean => id === choice || id.startsWith(`${choice}.`);

/** Whether a text chooses any rule. */
export const isRuleChoice = (text: string): boolean => ruleIds.some(id => names(text, id));

export const isChosen = ({only, skip}: RuleChoice, id: RuleId): boolean =>
	(only === undefined || only.some(choice => names(choice, id))) && !skip.some(choice => names(choice, id));
