import {exitCodes} from '../domain/exit-codes.js';
import {sanitize} from '../text/sanitize.js';

/**
A mistake in the configuration, as one line without a password. `usage`: a wrong command line or config file;
`noPermission`: a file can't be read.
*/
export type ConfigProblem = {
	readonly exitCode: typeof exitCodes.usage | typeof exitCodes.noPermission;
	readonly text: string;
};

/** Collects mistakes, so that one run reports all of them and not only the first. */
export class Problems {
	readonly found: ConfigProblem[] = [];

	add(text: string, exitCode: ConfigProblem['exitCode'] = exitCodes.usage): undefined {
		this.found.push({exitCode, text: sanitize(text)});
		return undefined;
	}
}
