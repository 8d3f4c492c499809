import {fileURLToPath} from 'node:url';

/** A part of redis-top that runs in a child process. */
export type OwnPart = 'demo-keeper' | 'demo-simulated' | 'demo-incident' | 'demo-fleet';

/** The beginning of the first argument with which the standalone executable runs one of its parts. */
export const partPrefix = '--part=';

/** True in the standalone executable. The bundler replaces this expression, so it must use the global `process`. */
const isStandalone = process.env.REDIS_TOP_STANDALONE === 'true';

/**
The command that runs a part of redis-top. It is Node with the part's file, which is beside the program's file. The
standalone executable has no files beside it. It runs itself with the part's name.
*/
export function ownProcess(part: OwnPart): {readonly file: string; readonly args: readonly string[]} {
	return {
		file: process.execPath,
		args: [isStandalone ? `${partPrefix}${part}` : fileURLToPath(new URL(`./${part}.js`, import.meta.url))],
	};
}
