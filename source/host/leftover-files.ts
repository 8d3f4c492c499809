import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import type {LeftoverFile} from '../domain/host-evidence.js';
import {sanitize} from '../text/sanitize.js';

/**
Names of unfinished files: of a save, of a rewrite, and of a full resync on a replica. Source: redis src/rdb.c
(rdbRemoveTempFile), src/aof.c (rewriteAppendOnlyFileBackground) and src/replication.c (syncWithMaster).
*/
const unfinished = /^temp-(?:\d+\.rdb|\d+\.-?\d+\.rdb|rewriteaof-(?:bg-)?\d+\.aof)$/;

/** Most files that are listed. */
const mostFiles = 20;

/**
The unfinished files in a server's folder that were last written before the server started. Nobody writes to them: the
process that did was killed together with its server. A server does not remove them at its start.

@param processId The server's process. Its own root is used, because a container's /data is not the machine's.
*/
export async function readLeftovers(
	folder: string,
	processId: number,
	startedAtMs: number | undefined,
): Promise<readonly LeftoverFile[]> {
	const seen = path.join(`/proc/${processId}/root`, folder);
	const names = (await readdir(seen).catch(() => [])).filter(name => unfinished.test(name)).slice(0, mostFiles);
	const files = await Promise.all(
		names.map(async (name): Promise<readonly LeftoverFile[]> => {
			const facts = await stat(path.join(seen, name)).catch(() => undefined);
			return facts?.isFile() === true && startedAtMs !== undefined && facts.mtimeMs < startedAtMs
				? [{path: sanitize(path.join(folder, name)), sizeBytes: facts.size}]
				: [];
		}),
	);
	return files.flat();
}
