import {exitCodes} from '../domain/exit-codes.js';
import {sanitize} from '../text/sanitize.js';

/** One line without a password. `usage`: a wrong command line or config file; `noPermission`: a file can't be read. */
export type ConfigProblem = {
	readonly exitCode: typeof exitCodes.usage | typeof exitCodes.noPermission;
	readonly text: string;
};

/** Collects mistakes, so that one run names all of them. */
export class Problems {
	readonly found: ConfigProblem[] = [];

	add(text: string, exitCode: ConfigProblem['exitCode'] = exitCodes.usage): undefined {
		this.found.push({exitCode, text: sanitize(text)});
		return undefined;
	}
}
