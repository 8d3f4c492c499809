import {isatty} from 'node:tty';
import {compiledFolder} from '../app/compiled-folder.js';
import {LinkedProgram, type LinkTable} from '../app/linked-program.js';
import type {Given} from '../arguments/argv.js';

type Main = typeof import('./main.js');

/**
Loads the program. The installed package has it as linked scripts, with compiled code of earlier starts. The standalone
executable carries its compiled code inside.
*/
export async function loadMain(given: Given, environment: Readonly<Record<string, string | undefined>>): Promise<Main> {
	// The build replaces the expression, so it must use the global `process`.
	if (process.env.REDIS_TOP_LINK_TABLE === undefined) {
		return import('./main.js');
	}

	const program = new LinkedProgram({
		table: JSON.parse(process.env.REDIS_TOP_LINK_TABLE) as LinkTable,
		url: import.meta.url,
		folder: await compiledFolder(environment),
		kind: given.command === 'monitor' && !isatty(1) ? 'samples' : given.command,
	});
	return (await program.load('main.js')) as Main;
}
