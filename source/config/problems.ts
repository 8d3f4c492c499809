import {sanitize} from '../text/sanitize.js';

/** One line, without a password. 64 for what was typed, 77 for a file that can't be read. */
export type ConfigProblem = {readonly exitCode: 64 | 77; readonly text: string};

/** Collects what is wrong, so that one run names everything. */
export class Problems {
	readonly found: ConfigProblem[] = [];

	add(text: string, exitCode: 64 | 77 = 64): undefined {
		this.found.push({exitCode, text: sanitize(text)});
		return undefined;
	}
}
