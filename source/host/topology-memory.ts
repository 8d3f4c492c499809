import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {parseRemembered, type RememberedTopology, rememberedText} from '../parse/remembered-topology.js';
import {makeStateFolder} from './own-folders.js';

/** One file a target; its name does not reveal the target. */
const fileOf = (folder: string, target: string): string =>
	path.join(folder, `topology-${createHash('sha256').update(target).digest('hex').slice(0, 16)}.json`);

/** What is remembered of a target; undefined for nothing, or nothing that can be read. Before the first connection, so at once. */
export function recallTopology(folder: string, target: string): RememberedTopology | undefined {
	try {
		return parseRemembered(readFileSync(fileOf(folder, target), 'utf8'), target);
	} catch {
		return undefined;
	}
}

/** Replaces what is remembered of a target as a whole, 0600. Rejects where it can't. */
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
