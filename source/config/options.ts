import type {AclServer} from '../actions/acl-user.js';
import type {Given} from '../arguments/argv.js';
import type {GivenFlags} from '../arguments/flags.js';
import {mostWatchedKeys} from '../domain/watched-key.js';
import type {RuleId} from '../rules/all-rules.js';
import {isChosen, isRuleChoice, type RuleChoice} from '../rules/rule-choice.js';
import {type ThemeName, themeNames} from '../state/view-state.js';
import {splitWords} from '../text/split-words.js';
import {type FollowMode, followModes} from '../wire/follow.js';
import type {Problems} from './problems.js';
import {type Environment, firstSet, isDumbTerminal, type Moment, momentOf} from './values.js';

/**
The rules that `--only` or `--skip` names, such as `mem,rep.link_down`. Each word must match a rule, so that a typing
mistake doesn't disable a rule unnoticed.
*/
function choicesOf(
	flag: 'only' | 'skip',
	text: string,
	ruleIds: readonly RuleId[],
	problems: Problems,
): readonly string[] {
	const choices = text
		.split(',')
		.map(part => part.trim().replace(/\.$/, ''))
		.filter(part => part !== '');
	if (choices.length === 0) {
		problems.add(`--${flag} ${text}: names no rule; write an id or the beginning of ids: mem.max or mem`);
	}

	for (const choice of choices.filter(part => !isRuleChoice(part, ruleIds))) {
		problems.add(`--${flag} ${choice}: ${notARule(choice, ruleIds)}`);
	}

	return choices;
}

function notARule(choice: string, ruleIds: readonly RuleId[]): string {
	const area = choice.split('.')[0] ?? '';
	const alike = ruleIds.filter(id => id.startsWith(`${area}.`));
	const areas = [...new Set(ruleIds.map(id => id.split('.')[0] ?? ''))];
	return `is no rule; ${alike.length > 0 ? `there is ${alike.join(', ')}` : `they begin with ${areas.join(', ')}`}`;
}

/**
The rules whose ids equal or begin with one of the words, in the order of the list of rules. Without words, all rules.
*/
export function namedRules(
	words: readonly string[],
	ruleIds: readonly RuleId[],
	problems: Problems,
): readonly RuleId[] {
	for (const word of words.filter(each => !isRuleChoice(each, ruleIds))) {
		problems.add(`redis-top rules ${word}: ${notARule(word, ruleIds)}`);
	}

	return ruleIds.filter(id => isChosen({only: words.length === 0 ? undefined : words, skip: []}, id));
}

/** Whether the command line names rules, so that it can be checked only with the ids of all rules. */
export const namesRules = ({command, flags}: Given): boolean =>
	command === 'rules' || flags.only !== undefined || flags.skip !== undefined;

/** @param ruleIds The ids of all rules. */
export const ruleChoiceOf = ({only, skip}: GivenFlags, ruleIds: readonly RuleId[], problems: Problems): RuleChoice => ({
	only: only === undefined ? undefined : choicesOf('only', only, ruleIds, problems),
	skip: skip === undefined ? [] : choicesOf('skip', skip, ruleIds, problems),
});

/** Program and arguments of `--on-finding`; undefined without the flag. */
export function findingCommandOf({onFinding}: GivenFlags, problems: Problems): readonly string[] | undefined {
	if (onFinding === undefined) {
		return undefined;
	}

	const words = splitWords(onFinding);
	if (words === undefined) {
		return problems.add('--on-finding: a quote is not closed; the command is split into words without a shell');
	}

	return words.length > 0 ? words : problems.add('--on-finding: names no program');
}

const isSwitchedOff = (value: string): boolean => value === '0' || value.toLowerCase() === 'false';

/**
The theme; undefined for a terminal without text attributes (`TERM=dumb`). Without colours the theme is `mono`, which
uses bold and inverse. `--no-color`, FORCE_COLOR and NO_COLOR (https://no-color.org) decide in this order whether there
are colours. The default is `light` on a light background, `soft` on any other terminal with 256 colours, else `dark`.
*/
export function themeFor(
	{color, theme}: GivenFlags,
	environment: Environment,
	problems: Problems,
): ThemeName | undefined {
	const found = themeNames.find(name => name === theme);
	if (theme !== undefined && found === undefined) {
		problems.add(`--theme ${theme}: is unknown; write ${themeNames.join(', ')}`);
	}

	const forced = firstSet(environment, ['FORCE_COLOR']);
	const isColorless =
		color === false ||
		(forced === undefined ? firstSet(environment, ['NO_COLOR']) !== undefined : isSwitchedOff(forced));
	if (isDumbTerminal(environment)) {
		return undefined;
	}

	return isColorless ? 'mono' : (found ?? usualTheme(environment));
}

/** Whether the terminal says that it has 256 colours or more, by TERM or COLORTERM. */
const hasManyColors = (environment: Environment): boolean =>
	/256color|direct/.test(firstSet(environment, ['TERM']) ?? '') ||
	/^(?:truecolor|24bit)$/.test(firstSet(environment, ['COLORTERM']) ?? '');

/**
The theme for the terminal. COLORFGBG, which rxvt and Konsole set, ends with the number of the background colour: 7 and
15 are light.
*/
function usualTheme(environment: Environment): ThemeName {
	const background = firstSet(environment, ['COLORFGBG'])?.split(';').at(-1);
	return background === '7' || background === '15' ? 'light' : hasManyColors(environment) ? 'soft' : 'dark';
}

/** Parses the value of `--follow`: which announced nodes redis-top polls. Announced means named by another node. */
export function followFor({follow = 'all'}: GivenFlags, problems: Problems): FollowMode {
	const found = followModes.find(mode => mode === follow);
	if (found === undefined) {
		problems.add(`--follow ${follow}: is unknown; write ${followModes.join(', ')}`);
	}

	return found ?? 'all';
}

/** Whether redis-top appends lines for a screen reader: `--a11y`, ACCESSIBLE or INK_SCREEN_READER. */
export function isScreenReader({a11y: isAsked = false}: GivenFlags, environment: Environment): boolean {
	const wanted = firstSet(environment, ['ACCESSIBLE', 'INK_SCREEN_READER']);
	return isAsked || (wanted !== undefined && !isSwitchedOff(wanted));
}

// The functions below read flags of `redis-top audit` and `redis-top acl`.

export function auditFromOf({since}: GivenFlags, problems: Problems): Moment | undefined {
	return since === undefined
		? undefined
		: (momentOf(since) ?? problems.add(`--since ${since}: is not a moment; write 2h, 7d or 2026-11-23T14:00Z`));
}

export function aclServerOf({for: server}: GivenFlags, problems: Problems): AclServer | undefined {
	if (server === undefined) {
		return undefined;
	}

	const [, name, major, minor = '0'] =
		/^(redis|valkey|sentinel)-(\d{1,3})(?:\.(\d{1,3}))?(?:\.\d+)*$/i.exec(server) ?? [];
	return name === undefined
		? problems.add(`--for ${server}: is not a known server; write redis-7.0, valkey-9.1 or sentinel-7.2`)
		: {
				product: name.toLowerCase() === 'valkey' ? 'valkey' : 'redis',
				version: [Number(major), Number(minor)],
				isSentinel: name.toLowerCase() === 'sentinel',
			};
}

/** The keys of `--watch-key`, each once. */
export function watchedKeysOf({watchKey = ''}: GivenFlags, problems: Problems): readonly string[] {
	const keys = [...new Set(watchKey.split(',').map(key => key.trim()))].filter(key => key !== '');
	if (keys.length > mostWatchedKeys) {
		problems.add(`--watch-key: at most ${mostWatchedKeys} keys can be watched, and ${keys.length} are given`);
	}

	return keys;
}
