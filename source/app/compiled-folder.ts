import {lstatSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {homeFolder} from '../host/home-folder.js';
import {cacheFolder, makeFolder} from '../host/own-folders.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
The folder for the code that V8 has compiled, `$XDG_CACHE_HOME/redis-top/compiled`. It is made if it is missing.
Resolves with undefined if it can't be used, or if `NODE_DISABLE_COMPILE_CACHE=1` is set.
*/
export async function compiledFolder(environment: Environment): Promise<string | undefined> {
	const {NODE_DISABLE_COMPILE_CACHE: isDisabled = ''} = environment;
	if (isDisabled !== '') {
		return undefined;
	}

	const folder = path.join(cacheFolder(environment, homeFolder()), 'compiled');
	try {
		if (lstatSync(folder, {throwIfNoEntry: false}) === undefined) {
			await makeFolder(folder);
		}

		return isOurs(folder) ? folder : undefined;
	} catch {
		// The error is ignored: without compiled code the program only starts more slowly.
		return undefined;
	}
}

/**
Whether only this user can write to the folder. redis-top executes the code in it. Without this check, root with another
user's HOME would execute code that the other user wrote.
*/
function isOurs(folder: string): boolean {
	const writableByOthers = 0o022;
	const entry = lstatSync(folder);
	return entry.isDirectory() && entry.uid === process.getuid?.() && (entry.mode & writableByOthers) === 0;
}
