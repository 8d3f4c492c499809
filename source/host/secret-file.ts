import {readFile} from 'node:fs/promises';

/** What went wrong with a file, by the code of the error. */
const reasons: ReadonlyMap<string | undefined, string> = new Map([
	['ENOENT', 'no such file'],
	['EACCES', 'permission denied'],
	['EISDIR', 'it is a folder'],
	['ENOTDIR', 'it is no folder'],
]);

/** Why a file can't be read or written, in a few words: `no such file`. */
export function fileProblem(error: unknown): string {
	const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
	return reasons.get(code) ?? code ?? 'it is unreadable';
}

/**
The first line of a file with a password, a token or a key. A program that runs for weeks reads it for each use, because
such files are replaced: Kubernetes renews the tokens of its service accounts every hour.

@throws Error One line with the path and the reason, never with the content.
*/
export async function readSecretFile(path: string): Promise<string> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		throw new Error(`${path}: can't be read: ${fileProblem(error)}`);
	}

	const [line = ''] = text.split(/\r?\n/, 1);
	if (line === '') {
		throw new Error(`${path}: its first line is empty`);
	}

	return line;
}
