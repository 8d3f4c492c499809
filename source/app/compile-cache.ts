import {lstat} from 'node:fs/promises';
import module from 'node:module';
import path from 'node:path';
import process from 'node:process';
import {homeFolder} from '../host/home-folder.js';
import {cacheFolder, makeFolder} from '../host/own-folders.js';

/**
Has Node keep what it compiled of this program for the next start (`$XDG_CACHE_HOME/redis-top/compiled`, a megabyte, written
when it ends): the first frame comes in four fifths of the time. Where that can't be kept, or Node is older than 22.1, every
start compiles; `NODE_DISABLE_COMPILE_CACHE=1` has it so.
*/
export async function keepCompiled(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
	const folder = path.join(cacheFolder(environment, homeFolder()), 'compiled');
	try {
		await makeFolder(folder);
		if (await isOurs(folder)) {
			module.enableCompileCache?.(folder);
		}
	} catch {
		// A faster start is all there is to lose.
	}
}

/** What is compiled is run: nobody else may have put it there, also where root has somebody else's HOME. */
async function isOurs(folder: string): Promise<boolean> {
	const writableByOthers = 0o022;
	const entry = await lstat(folder);
	return entry.isDirectory() && entry.uid === process.getuid?.() && (entry.mode & writableByOthers) === 0;
}
