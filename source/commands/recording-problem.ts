import process from 'node:process';
import {exitCodes} from '../domain/exit-codes.js';
import {RecordingProblem} from '../record/recording-header.js';
import {sanitize} from '../text/sanitize.js';

/**
Prints why a recording can't be read or written, in one line. Returns the exit code.

@throws The given error, if it is no `RecordingProblem`.
*/
export function recordingProblem(error: unknown): number {
	if (!(error instanceof RecordingProblem)) {
		throw error;
	}

	process.stderr.write(`redis-top: ${sanitize(error.message)}\n`);
	return error.kind === 'usage' ? exitCodes.usage : exitCodes.noPermission;
}
