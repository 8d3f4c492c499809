import {fileURLToPath} from 'node:url';

/** What redis-top runs in a process of its own. */
export type OwnPart = 'demo-keeper' | 'demo-simulated';

/** What the standalone executable is told first when it is to be one of its own parts. */
export const partPrefix = '--part=';

/** True in the standalone executable. Of the global `process`: that is what is replaced when it is bundled. */
const isStandalone = process.env.REDIS_TOP_STANDALONE === 'true';

/**
What runs a part: Node and the part's own file, which lies beside the program's. The standalone executable has no files
beside it: it is run again, and told which part it is.
*/
export function ownProcess(part: OwnPart): {readonly file: string; readonly args: readonly string[]} {
	return {
		file: process.execPath,
		args: [isStandalone ? `${partPrefix}${part}` : fileURLToPath(new URL(`./${part}.js`, import.meta.url))],
	};
}
