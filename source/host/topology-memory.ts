import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {parseRemembered, type RememberedTopology, rememberedText} from '../parse/remembered-topology.js';
import {makeStateFolder} from './own-folders.js';

/** The path of a target's file. The file's name does not reveal the target. */
const fileOf = (folder: string, target: string): string =>
	path.join(folder, `topology-${createHash('sha256').update(target).digest('hex').slice(0, 16)}.json`);

/**
The remembered topology of a target; undefined where no topology is remembered or the file cannot be read. Synchronous,
because it is needed before the first connection.
*/
export function recallTopology(folder: string, target: string): RememberedTopology | undefined {
	try {
		return parseRemembered(readFileSync(fileOf(folder, target), 'utf8'), target);
	} catch {
		return undefined;
	}
}

/**
Replaces the file with the remembered topology of a target; its mode is 0600. Rejects with the system's error where the
file cannot be written.
*/
export async function rememberTopology(folder: string, target: string, topology: RememberedTopology): Promise<void> {
	await makeStateFolder(folder);
	const file = fileOf(folder, target);
	const draft = `${file}.${process.pid}`;
	try {
		await writeFile(draft, rememberedText(target, topology), {mode: 0o600});
		await rename(draft, file);
	} catch (error) {
		await rm(draft, {force: true});
		throw error;
	}
}
