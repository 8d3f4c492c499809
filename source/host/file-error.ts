import {getSystemErrorMap} from 'node:util';
import {sanitize} from '../text/sanitize.js';

/** A file system's error in the system's own words, without the path: `permission denied`. */
export function errorWords(error: unknown): string {
	if (!(error instanceof Error)) {
		return sanitize(String(error));
	}

	const {errno} = error as NodeJS.ErrnoException;
	return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? sanitize(error.message);
}
