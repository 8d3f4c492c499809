import {readdir, readlink, stat} from 'node:fs/promises';
import path from 'node:path';
import type {ForegroundSave} from '../domain/foreground-save.js';
import type {ProcessEvidence} from '../domain/host-evidence.js';
import {sanitize} from '../text/sanitize.js';

/**
The file into which the server's own thread saves now: SAVE, DEBUG RELOAD, or the save of SHUTDOWN. The process must have it
open, because a process that was killed leaves its file behind, and a container's server has the same id again.
Undefined without such a file, and where the open files of the process can't be read.
*/
export async function readForegroundSave(
	folder: string,
	{processId, namespaceProcessId}: Pick<ProcessEvidence, 'processId' | 'namespaceProcessId'>,
): Promise<ForegroundSave | undefined> {
	const name = `temp-${namespaceProcessId ?? processId}.rdb`;
	const facts = await stat(path.join(`/proc/${processId}/root`, folder, name)).catch(() => undefined);
	if (facts?.isFile() !== true) {
		return undefined;
	}

	const files = `/proc/${processId}/fd`;
	for (const file of await readdir(files).catch(() => [])) {
		const target = await readlink(path.join(files, file)).catch(() => '');
		if (path.basename(target) === name) {
			return {path: sanitize(path.join(folder, name)), sizeBytes: facts.size};
		}
	}

	return undefined;
}
