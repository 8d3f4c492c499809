import {mkdirSync} from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import {homeFolder} from './host/home-folder.js';

/**
Has Node keep what it compiled of this program for the next start (`$XDG_CACHE_HOME/redis-top`, a megabyte, written when
it ends): the first frame comes in four fifths of the time. Where that can't be kept, or Node is older than 22.1, every
start compiles; `NODE_DISABLE_COMPILE_CACHE=1` has it so.
*/
export function keepCompiled({XDG_CACHE_HOME: cacheHome}: Readonly<Record<string, string | undefined>>): void {
	const base = cacheHome !== undefined && path.isAbsolute(cacheHome) ? cacheHome : path.join(homeFolder(), '.cache');
	const folder = path.join(base, 'redis-top');
	try {
		// One by one: where a file system denies that a folder is there which it was asked to make, Node tries for ever.
		makeFolder(base);
		makeFolder(folder);
	} catch {
		return;
	}

	module.enableCompileCache?.(folder);
}

/** @throws {Error} Where it is neither there nor can be made. */
function makeFolder(folder: string): void {
	try {
		mkdirSync(folder, {mode: 0o700});
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
			throw error;
		}
	}
}
