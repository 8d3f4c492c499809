import {readdir, readFile, realpath, stat, statfs} from 'node:fs/promises';
import path from 'node:path';
import {type Endpoint, isLoopback} from '../domain/node.js';
import {errorWords} from './file-error.js';

/** Whether the server runs on this machine, so that its files can be read; `why` says why not. */
export type ServerPlace = {readonly isHere: true} | {readonly isHere: false; readonly why: string};

export type FileFacts =
	| {readonly kind: 'present'; readonly sizeBytes: number; readonly modifiedAtMs: number; readonly inode: number}
	| {readonly kind: 'absent'}
	| {readonly kind: 'unreadable'; readonly why: string};

/**
Decides whether the server runs on this machine. A loopback address is no proof: a container's published port or an SSH
tunnel may be behind it. The server's paths would then name another machine's files. So the process that INFO names must
be a Redis or Valkey process here. Its working directory, which is the server's `dir`, must be the given folder. Where
that directory may not be read, the process' name decides. Only Linux shows the working directory and the name of a
process.

@param processId INFO server, `process_id`; inside a container this number differs from the machine's.
@param directory CONFIG GET dir.
*/
export async function locateServer(
	endpoint: Endpoint,
	processId: number | undefined,
	directory: string | undefined,
): Promise<ServerPlace> {
	if (!isLoopback(endpoint)) {
		return {isHere: false, why: 'the server is on another machine'};
	}

	if (process.platform !== 'linux') {
		return {isHere: false, why: 'processes can be looked at on Linux only'};
	}

	if (processId === undefined || !Number.isInteger(processId) || processId < 1) {
		return {isHere: false, why: 'the server hides its process id'};
	}

	try {
		if (!(await isRedisProcess(processId))) {
			return {isHere: false, why: `process ${processId} here is no Redis: container or tunnel`};
		}
	} catch {
		return {isHere: false, why: `no process ${processId} here: container or tunnel`};
	}

	if (directory !== undefined && (await isOtherFolder(`/proc/${processId}/cwd`, directory))) {
		return {isHere: false, why: 'the server sees other folders than this session: a container'};
	}

	return {isHere: true};
}

/**
Whether the process is a Redis or Valkey server, by its name or its command line. The command line counts where
another program loaded the server (ld.so, a wrapper).
*/
async function isRedisProcess(processId: number): Promise<boolean> {
	const name = await readFile(`/proc/${processId}/comm`, 'utf8');
	if (/^(?:redis|valkey|keydb)/.test(name)) {
		return true;
	}

	const words = (await readFile(`/proc/${processId}/cmdline`, 'utf8')).split('\0');
	return words.some(word => /^(?:redis|valkey|keydb)-(?:server|sentinel)$/.test(path.basename(word)));
}

/** Whether two paths are different folders; false where this user may not read them. */
async function isOtherFolder(first: string, second: string): Promise<boolean> {
	try {
		const [one, other] = await Promise.all([stat(first), stat(second)]);
		return one.dev !== other.dev || one.ino !== other.ino;
	} catch (error) {
		// A process' folder that does not exist here is another folder. Missing rights prove nothing.
		return (error as NodeJS.ErrnoException).code === 'ENOENT';
	}
}

/** Size and time of the last write of the file at an absolute path. */
export async function readFileFacts(file: string): Promise<FileFacts> {
	if (!path.isAbsolute(file)) {
		return {kind: 'unreadable', why: 'its path is relative to the server'};
	}

	try {
		const {size, mtimeMs, ino} = await stat(file);
		return {kind: 'present', sizeBytes: size, modifiedAtMs: mtimeMs, inode: ino};
	} catch (error) {
		const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
		return isAbsent ? {kind: 'absent'} : {kind: 'unreadable', why: errorWords(error)};
	}
}

/** Free bytes for an ordinary user on the folder's file system; undefined where the file system does not tell. */
export async function readFreeBytes(folder: string): Promise<number | undefined> {
	try {
		const {bavail, bsize} = await statfs(folder);
		return bavail * bsize;
	} catch {
		return undefined;
	}
}

/** An append-only file on the disk, whether or not the server writes to it now. */
export type AppendOnlyFacts =
	| {readonly kind: 'present'; readonly lastWrittenAtMs: number}
	| {readonly kind: 'absent'}
	| {readonly kind: 'unreadable'; readonly why: string};

/**
Looks for the append-only file that a server with `appendonly yes` would load at its start. This is the folder of
several files (Redis ≥ 7.0), else the single file. An empty folder counts as absent.

@param folder CONFIG GET appenddirname; undefined before 7.0.
@param file CONFIG GET appendfilename.
*/
export async function readAppendOnlyFacts(
	directory: string,
	folder: string | undefined,
	file: string,
): Promise<AppendOnlyFacts> {
	try {
		const single = await readFileFacts(path.join(directory, file));
		const parts = folder === undefined ? [] : await listFolder(path.join(directory, folder));
		const facts = await Promise.all(parts.map(part => readFileFacts(part)));
		const times = [single, ...facts].flatMap(fact => (fact.kind === 'present' ? [fact.modifiedAtMs] : []));
		if (times.length > 0) {
			return {kind: 'present', lastWrittenAtMs: Math.max(...times)};
		}

		return single.kind === 'unreadable' ? single : {kind: 'absent'};
	} catch (error) {
		return {kind: 'unreadable', why: errorWords(error)};
	}
}

async function listFolder(folder: string): Promise<string[]> {
	try {
		return (await readdir(folder)).map(name => path.join(folder, name));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return [];
		}

		throw error;
	}
}

/**
The folder's path without symbolic links, as a server prints its `dir`. A path that cannot be resolved is only
normalised.
*/
export async function resolveFolder(folder: string): Promise<string> {
	try {
		return await realpath(folder);
	} catch {
		return path.normalize(folder);
	}
}
