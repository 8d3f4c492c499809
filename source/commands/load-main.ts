import {isatty} from 'node:tty';
import v8 from 'node:v8';
import {compiledFolder} from '../app/compiled-folder.js';
import {LinkedProgram, type LinkTable} from '../app/linked-program.js';
import type {Given} from '../arguments/argv.js';

/**
The commands without a screen that run for days. They never run functions often enough that optimizing these would pay,
up to `scale.unoptimizedUpTo` nodes. With more nodes, `app/heap.ts` switches the optimizing compilers
on later.
*/
const unoptimizedKinds: ReadonlySet<string> = new Set(['watch', 'record', 'samples']);

type Main = typeof import('./main.js');

/**
Loads the program. In the installed package, the program is a set of linked scripts, with compiled code from earlier
starts. The standalone executable contains its compiled code.
*/
export async function loadMain(given: Given, environment: Readonly<Record<string, string | undefined>>): Promise<Main> {
	// In this expression, the build replaces `process.env.REDIS_TOP_LINK_TABLE`, so the code must use the global
	// `process`.
	if (process.env.REDIS_TOP_LINK_TABLE === undefined) {
		return import('./main.js');
	}

	const kind = given.command === 'monitor' && !isatty(1) ? 'samples' : given.command;
	if (unoptimizedKinds.has(kind)) {
		// The flag is set before any compiled code is read, because V8 accepts compiled code only under the same flags.
		v8.setFlagsFromString('--no-opt');
	}

	const program = new LinkedProgram({
		table: JSON.parse(process.env.REDIS_TOP_LINK_TABLE) as LinkTable,
		url: import.meta.url,
		folder: await compiledFolder(environment),
		kind,
	});
	return (await program.load('main.js')) as Main;
}
