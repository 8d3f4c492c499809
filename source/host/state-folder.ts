import {chmod, mkdir} from 'node:fs/promises';
import path from 'node:path';

/**
Where redis-top keeps what must outlive it (the audit log): `$XDG_STATE_HOME/redis-top`, by default
`~/.local/state/redis-top`. A relative XDG_STATE_HOME is ignored, as the specification asks
(https://specifications.freedesktop.org/basedir-spec/latest/).
*/
export function stateFolder(environment: Readonly<Record<string, string | undefined>>, homeFolder: string): string {
	const {XDG_STATE_HOME: stateHome} = environment;
	const base =
		stateHome !== undefined && path.isAbsolute(stateHome) ? stateHome : path.join(homeFolder, '.local', 'state');
	return path.join(base, 'redis-top');
}

/** Makes the folder where it is missing, and closes it to everyone but its owner (0700). Rejects where it can't. */
export async function makeStateFolder(folder: string): Promise<void> {
	await makeFolder(folder);
	await chmod(folder, 0o700);
}

/** Node's own `recursive` never comes back from a folder that can't be made under /proc (Node 22). */
async function makeFolder(folder: string): Promise<void> {
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
