import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import type {DataFilesEvidence} from '../domain/host-evidence.js';
import {sanitize} from '../text/sanitize.js';

/** The default of `appenddirname` (since 7.0). Source: redis.conf. */
const appendFolder = 'appendonlydir';
/** The default of `appendfilename`. Source: redis.conf. */
const appendFile = 'appendonly.aof';

/** When a file or folder was created and last written, and its size; undefined where it cannot be read. */
async function factsOf(file: string) {
	try {
		const {size, mtimeMs, birthtimeMs} = await stat(file);
		return {sizeBytes: size, modifiedAtMs: mtimeMs, bornAtMs: birthtimeMs};
	} catch {
		return undefined;
	}
}

/**
The files with a server's data in its folder: the RDB file, and the append-only files whether or not the server writes
to them. Files with other names are not found.

@param fileName CONFIG GET dbfilename.
@param processId The server's process. Its own root is used, because a container's /data is not the machine's.
*/
export async function readDataFiles(
	folder: string,
	fileName: string,
	processId: number | undefined,
): Promise<DataFilesEvidence> {
	const seen = processId === undefined ? folder : path.join(`/proc/${processId}/root`, folder);
	const rdb = await factsOf(path.join(seen, fileName));
	const parts = path.join(seen, appendFolder);
	const names = await readdir(parts).catch(() => []);
	const files =
		names.length > 0
			? await Promise.all(names.map(name => factsOf(path.join(parts, name))))
			: [await factsOf(path.join(seen, appendFile))];
	const known = files.filter(facts => facts !== undefined);
	const born = names.length > 0 ? await factsOf(parts) : known[0];
	return {
		rdb: rdb && {path: sanitize(path.join(folder, fileName)), sizeBytes: rdb.sizeBytes, modifiedAtMs: rdb.modifiedAtMs},
		appendOnly:
			born === undefined || known.length === 0
				? undefined
				: {
						path: sanitize(path.join(folder, names.length > 0 ? appendFolder : appendFile)),
						sizeBytes: known.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
						modifiedAtMs: Math.max(...known.map(({modifiedAtMs}) => modifiedAtMs)),
						bornAtMs: born.bornAtMs,
					},
	};
}
