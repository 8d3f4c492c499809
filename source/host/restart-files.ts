import {createHash} from 'node:crypto';
import {open, readdir, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import type {NodeAddress} from '../domain/node.js';
import type {RestartRun} from '../domain/restart.js';
import {parseRestartRun} from '../parse/restart-run.js';
import {makeStateFolder} from './own-folders.js';

const fileName = /^restart-[\w.-]+\.json$/;

/** One file a server: its address as far as a file's name can hold it, and a hash, for two that then look alike. */
function fileOf(folder: string, address: NodeAddress): string {
	const hash = createHash('sha256').update(address).digest('hex').slice(0, 8);
	return path.join(folder, `restart-${address.replaceAll(/[^\w.-]+/g, '_').slice(0, 60)}-${hash}.json`);
}

/** The progress of this user's restarts that are not over. A file that can't be read is skipped; never rejects. */
export async function readRestarts(folder: string): Promise<readonly RestartRun[]> {
	const names = await readdir(folder).catch(() => []);
	const texts = await Promise.all(
		names.filter(name => fileName.test(name)).map(name => readFile(path.join(folder, name), 'utf8').catch(() => '')),
	);
	return texts.flatMap(text => parseRestartRun(text) ?? []);
}

/** Keeps it, whole or not at all, synced, readable by its owner alone. Rejects where it can't. */
export async function keepRestart(folder: string, run: RestartRun): Promise<void> {
	await makeStateFolder(folder);
	const file = fileOf(folder, run.address);
	const temporary = `${file}.${process.pid}`;
	const handle = await open(temporary, 'w', 0o600);
	try {
		await handle.writeFile(`${JSON.stringify(run)}\n`);
		await handle.sync();
	} finally {
		await handle.close();
	}

	await rename(temporary, file);
}

/** Rejects where it can't be removed; one that isn't there is no failure. */
export async function forgetRestart(folder: string, address: NodeAddress): Promise<void> {
	await rm(fileOf(folder, address), {force: true});
}

/** Whether a process of this machine lives; one of another user's counts. */
export function isAlive(processId: number): boolean {
	try {
		// 0 and negative numbers would name groups of processes.
		return processId > 0 && process.kill(processId, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
