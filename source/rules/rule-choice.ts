import type {RuleId} from './all-rules.js';

/** The user's choice of rules, by whole ids (`mem.max`) or by the part before the dot (`mem`). */
export type RuleChoice = {
	/** The chosen rules; undefined: all. */
	readonly only: readonly string[] | undefined;
	readonly skip: readonly string[];
};

export const everyRule: RuleChoice = {only: undefined, skip: []};

const names = (choice: string, id: string): boolean => id === choice || id.startsWith(`${choice}.`);

/** Whether a text names at least one of the rules. */
export const isRuleChoice = (text: string, ruleIds: readonly RuleId[]): boolean => ruleIds.some(id => names(text, id));

export const isChosen = ({only, skip}: RuleChoice, id: RuleId): boolean =>
	(only === undefined || only.some(choice => names(choice, id))) && !skip.some(choice => names(choice, id));
