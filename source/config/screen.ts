import type {GivenFlags} from '../arguments/flags.js';
import {type ThemeName, themeNames} from '../state/view-state.js';
import type {Problems} from './problems.js';
import {type Environment, firstSet, isDumbTerminal} from './values.js';

const isSwitchedOff = (value: string): boolean => value === '0' || value.toLowerCase() === 'false';

/**
The theme in force; undefined for no colour at all. `--no-color` goes before FORCE_COLOR, that before NO_COLOR
(https://no-color.org), and a terminal that can do nothing (`TERM=dumb`) gets none.
*/
export function themeFor(
	{color, theme = 'dark'}: GivenFlags,
	environment: Environment,
	problems: Problems,
): ThemeName | undefined {
	const found = themeNames.find(name => name === theme);
	if (found === undefined) {
		problems.add(`--theme ${theme}: is none; write ${themeNames.join(', ')}`);
	}

	const forced = firstSet(environment, ['FORCE_COLOR']);
	const isColorless =
		isDumbTerminal(environment) ||
		(forced === undefined ? firstSet(environment, ['NO_COLOR']) !== undefined : isSwitchedOff(forced));
	return color === false || isColorless ? undefined : (found ?? 'dark');
}

/** Lines that are appended instead of a screen that is repainted: for a screen reader. */
export function isScreenReader({a11y: isAsked = false}: GivenFlags, environment: Environment): boolean {
	const wanted = firstSet(environment, ['ACCESSIBLE', 'INK_SCREEN_READER']);
	return isAsked || (wanted !== undefined && !isSwitchedOff(wanted));
}
