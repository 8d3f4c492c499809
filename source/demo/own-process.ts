import {fileURLToPath} from 'node:url';

/** A part of redis-top that runs in a child process. */
export type OwnPart = 'demo-keeper' | 'demo-simulated' | 'demo-incident' | 'demo-fleet';

/**
The beginning of the argument that makes the standalone executable run one of its parts. It must be the first argument.
*/
export const partPrefix = '--part=';

/**
True in the standalone executable. The bundler replaces `process.env.REDIS_TOP_STANDALONE`, so `process` must not be an
import.
*/
const isStandalone = process.env.REDIS_TOP_STANDALONE === 'true';

/**
The command that runs a part of redis-top. Normally it is Node with the file of the part, which is beside the program's
file. The standalone executable has no files beside it, so it runs itself with the part's name.
*/
export function ownProcess(part: OwnPart): {readonly file: string; readonly args: readonly string[]} {
	return {
		file: process.execPath,
		args: [isStandalone ? `${partPrefix}${part}` : fileURLToPath(new URL(`./${part}.js`, import.meta.url))],
	};
}
