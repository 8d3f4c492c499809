import {readdir, readFile, realpath, stat, statfs} from 'node:fs/promises';
import path from 'node:path';
import {type Endpoint, isLoopback} from '../domain/node.js';
import {errorWords} from './file-error.js';

/** Whether the server runs on this machine and its files can be looked at from here. */
export type ServerPlace = {readonly isHere: true} | {readonly isHere: false; readonly why: string};

export type FileFacts =
	| {readonly kind: 'present'; readonly sizeBytes: number; readonly modifiedAtMs: number; readonly inode: number}
	| {readonly kind: 'absent'}
	| {readonly kind: 'unreadable'; readonly why: string};

/**
A loopback address isn't enough: behind it may be a container's published port or an SSH tunnel, and a path that the
server names would then be somebody else's file. So the process that INFO names has to be a Redis or Valkey here. Its
working directory, which is its `dir`, has to be the folder to be inspected. Without the right to look at the process'
directory, its name has to do. Only Linux shows both.

@param processId INFO server, `process_id`; inside a container it is another number than here.
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

/** By its name, or by its command line where another program loaded it (ld.so, a wrapper). */
async function isRedisProcess(processId: number): Promise<boolean> {
	const name = await readFile(`/proc/${processId}/comm`, 'utf8');
	if (/^(?:redis|valkey|keydb)/.test(name)) {
		return true;
	}

	const words = (await readFile(`/proc/${processId}/cmdline`, 'utf8')).split('\0');
	return words.some(word => /^(?:redis|valkey|keydb)-(?:server|sentinel)$/.test(path.basename(word)));
}

/** False when one of them can't be looked at. */
async function isOtherFolder(first: string, second: string): Promise<boolean> {
	try {
		const [one, other] = await Promise.all([stat(first), stat(second)]);
		return one.dev !== other.dev || one.ino !== other.ino;
	} catch (error) {
		// A folder that the process is in and that isn't here at all is another one; missing rights say nothing.
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

/** What an ordinary user may still write on the folder's file system, bytes; undefined where it can't be asked. */
export async function readFreeBytes(folder: string): Promise<number | undefined> {
	try {
		const {bavail, bsize} = await statfs(folder);
		return bavail * bsize;
	} catch {
		return undefined;
	}
}

/** An append-only file that lies on the disk, whether or not the server writes to it now. */
export type AppendOnlyFacts =
	| {readonly kind: 'present'; readonly lastWrittenAtMs: number}
	| {readonly kind: 'absent'}
	| {readonly kind: 'unreadable'; readonly why: string};

/**
Looks for what a server with `appendonly yes` would load at its start: the folder of several files (Redis ≥ 7.0), else
the one file. An empty folder counts as absent.

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

/** The folder's path without symbolic links, as a server prints its `dir`; as given where it can't be resolved. */
export async function resolveFolder(folder: string): Promise<string> {
	try {
		return await realpath(folder);
	} catch {
		return path.normalize(folder);
	}
}
