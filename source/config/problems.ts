import {exitCodes} from '../domain/exit-codes.js';
import {sanitize} from '../text/sanitize.js';

/** One line, without a password: usage for what was typed, noPermission for a file that can't be read. */
export type ConfigProblem = {
	readonly exitCode: typeof exitCodes.usage | typeof exitCodes.noPermission;
	readonly text: string;
};

/** Collects what is wrong, so that one run names everything. */
export class Problems {
	readonly found: ConfigProblem[] = [];

	add(text: string, exitCode: ConfigProblem['exitCode'] = exitCodes.usage): undefined {
		this.found.push({exitCode, text: sanitize(text)});
		return undefined;
	}
}
