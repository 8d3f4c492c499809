import {createHash} from 'node:crypto';
import {open, readdir, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import type {NodeAddress} from '../domain/node.js';
import type {RestartRun} from '../domain/restart.js';
import {parseRestartRun} from '../parse/restart-run.js';
import {makeStateFolder} from './own-folders.js';

const fileName = /^restart-[\w.-]+\.json$/;

/**
The path of the file for one server's restart. Its name holds the address and a hash, because two addresses may look
alike once unsuitable characters are replaced.
*/
function fileOf(folder: string, address: NodeAddress): string {
	const hash = createHash('sha256').update(address).digest('hex').slice(0, 8);
	return path.join(folder, `restart-${address.replaceAll(/[^\w.-]+/g, '_').slice(0, 60)}-${hash}.json`);
}

/** The unfinished restarts of this user. A file that cannot be read is skipped. Never rejects. */
export async function readRestarts(folder: string): Promise<readonly RestartRun[]> {
	const names = await readdir(folder).catch(() => []);
	const texts = await Promise.all(
		names.filter(name => fileName.test(name)).map(name => readFile(path.join(folder, name), 'utf8').catch(() => '')),
	);
	return texts.flatMap(text => parseRestartRun(text) ?? []);
}

/**
Writes a restart's progress to its file: atomically, synced, mode 0600. Rejects with the system's error where the file
cannot be written.
*/
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

/**
Removes a restart's file. A missing file is no failure. Rejects with the system's error where the file cannot be
removed.
*/
export async function forgetRestart(folder: string, address: NodeAddress): Promise<void> {
	await rm(fileOf(folder, address), {force: true});
}

/** Whether a process with this id runs on this machine, under any user. */
export function isAlive(processId: number): boolean {
	try {
		// A process id of 0 or a negative id would name a group of processes.
		return processId > 0 && process.kill(processId, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
