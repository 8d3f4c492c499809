import {chmod, mkdir} from 'node:fs/promises';
import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
Where redis-top keeps what must outlive it (the audit log): `$XDG_STATE_HOME/redis-top`, by default
`~/.local/state/redis-top`.
*/
export const stateFolder = ({XDG_STATE_HOME: base}: Environment, homeFolder: string): string =>
	ownFolder(base, path.join(homeFolder, '.local', 'state'));

/** Where it keeps what can be made again: `$XDG_CACHE_HOME/redis-top`, by default `~/.cache/redis-top`. */
export const cacheFolder = ({XDG_CACHE_HOME: base}: Environment, homeFolder: string): string =>
	ownFolder(base, path.join(homeFolder, '.cache'));

/** A relative base is ignored, as the specification asks (https://specifications.freedesktop.org/basedir-spec/latest/). */
const ownFolder = (base: string | undefined, usual: string): string =>
	path.join(base !== undefined && path.isAbsolute(base) ? base : usual, 'redis-top');

/** Makes the folder where it is missing, and closes it to everyone but its owner (0700). Rejects where it can't. */
export async function makeStateFolder(folder: string): Promise<void> {
	await makeFolder(folder);
	await chmod(folder, 0o700);
}

/**
Makes a folder where it is missing, and those above it, for their owner alone. Node's own `recursive` never comes back from
one that can't be made under /proc (Node 22). Rejects where it can't.
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
