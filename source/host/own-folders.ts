import {mkdirSync} from 'node:fs';
import {chmod, mkdir} from 'node:fs/promises';
import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
The folder for files that must outlive redis-top, such as the audit log: `$XDG_STATE_HOME/redis-top`, by default
`~/.local/state/redis-top`.
*/
export const stateFolder = ({XDG_STATE_HOME: base}: Environment, homeFolder: string): string =>
	ownFolder(base, path.join(homeFolder, '.local', 'state'));

/** The folder for files that redis-top can make again: `$XDG_CACHE_HOME/redis-top`, by default `~/.cache/redis-top`. */
export const cacheFolder = ({XDG_CACHE_HOME: base}: Environment, homeFolder: string): string =>
	ownFolder(base, path.join(homeFolder, '.cache'));

/**
Ignores a relative base, as the specification demands: https://specifications.freedesktop.org/basedir-spec/latest/
*/
const ownFolder = (base: string | undefined, usual: string): string =>
	path.join(base !== undefined && path.isAbsolute(base) ? base : usual, 'redis-top');

/**
Makes the state folder if it is missing, and sets its mode to 0700. Rejects with the system's error where the folder
cannot be made or changed.
*/
export async function makeStateFolder(folder: string): Promise<void> {
	await makeFolder(folder);
	await chmod(folder, 0o700);
}

/**
Makes a missing folder and its missing parents, with mode 0700. Node's own `recursive` never returns for a path under
/proc (Node 22). Rejects with the system's error where the folder cannot be made.
*/
export async function makeFolder(folder: string): Promise<void> {
	try {
		await mkdir(folder, {mode: 0o700});
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		if (code === 'ENOENT' && path.dirname(folder) !== folder) {
			await makeFolder(path.dirname(folder));
			await mkdir(folder, {mode: 0o700});
		} else if (code !== 'EEXIST') {
			throw error;
		}
	}
}

/** Does the same as `makeFolder`, but synchronously. Throws the system's error where the folder cannot be made. */
export function makeFolderSync(folder: string): void {
	try {
		mkdirSync(folder, {mode: 0o700});
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		if (code === 'ENOENT' && path.dirname(folder) !== folder) {
			makeFolderSync(path.dirname(folder));
			mkdirSync(folder, {mode: 0o700});
		} else if (code !== 'EEXIST') {
			throw error;
		}
	}
}
