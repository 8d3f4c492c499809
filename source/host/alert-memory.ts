import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {makeStateFolder} from './own-folders.js';

/** The path of the file for one deployment and its receivers. The file's name reveals neither. */
const fileOf = (folder: string, name: string): string =>
	path.join(folder, `alerts-${createHash('sha256').update(name).digest('hex').slice(0, 16)}.json`);

/** Largest file that is read, in bytes. 10,000 alerts take less. */
const largestBytes = 64 * 2 ** 20;

/** What an earlier run wrote about its alerts, parsed as JSON; undefined when there is no readable file. */
export function recallAlerts(folder: string, name: string): unknown {
	try {
		const text = readFileSync(fileOf(folder, name), 'utf8');
		return text.length > largestBytes ? undefined : JSON.parse(text);
	} catch {
		return undefined;
	}
}

/**
Replaces the file with the state of the alerts; its mode is 0600. Rejects with the system's error when the file can't be
written.
*/
export async function rememberAlerts(folder: string, name: string, value: unknown): Promise<void> {
	await makeStateFolder(folder);
	const file = fileOf(folder, name);
	const draft = `${file}.${process.pid}`;
	try {
		await writeFile(draft, JSON.stringify(value), {mode: 0o600});
		await rename(draft, file);
	} catch (error) {
		await rm(draft, {force: true});
		throw error;
	}
}
