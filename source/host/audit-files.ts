import {type FileHandle, open, readdir} from 'node:fs/promises';
import path from 'node:path';
import {type AuditLine, parseAuditLines} from '../parse/audit-lines.js';
import {errorWords} from './file-error.js';

/**
Who writes a line gives up after this time, in milliseconds, so that a last line without its line break is an unfinished one
while its file is younger. Several pages of a line may be seen one by one.
*/
export const lineDeadlineMs = 5000;

/** The one that is written to. Those that became long stand beside it as `audit-TIME-….ndjson`. */
export const auditFileName = 'audit.ndjson';

const rotatedName = /^audit-[\w-]+\.ndjson$/;

export type AuditTrail =
	/** By time; `files` are those that were read. */
	| {
			readonly kind: 'read';
			readonly lines: readonly AuditLine[];
			readonly files: readonly string[];
			/** True where a last line is left out, because it is being written. */
			readonly isUnfinished: boolean;
	  }
	| {readonly kind: 'unreadable'; readonly file: string; readonly why: string};

type FileText = {
	readonly file: string;
	readonly inode: number;
	readonly text: string;
	readonly isUnfinished: boolean;
};

/**
Everything that was ever written to the audit log of a state folder and is still there. Never rejects.

@param nowMs Wall time, milliseconds since the epoch.
@param mostBytes Only about as much of the end of it.
*/
export async function readAuditTrail(
	folder: string,
	nowMs: number,
	mostBytes = Number.POSITIVE_INFINITY,
): Promise<AuditTrail> {
	let at = path.join(folder, auditFileName);
	try {
		// First the one in use: if it is moved aside meanwhile, it is read again under its new name, and missed by neither.
		const current = await textOf(at, nowMs, mostBytes);
		const texts = new Map<number, FileText>(current === undefined ? [] : [[current.inode, current]]);
		let room = mostBytes - (current?.text.length ?? 0);
		at = folder;
		for (const name of room > 0 ? (await namesIn(folder)).sort().reverse() : []) {
			at = path.join(folder, name);
			const rotated = room > 0 ? await textOf(at, nowMs, room) : undefined;
			if (rotated !== undefined) {
				texts.set(rotated.inode, rotated);
				room -= rotated.text.length;
			}
		}

		// Oldest first; a map keeps the place of what it had already.
		const inOrder = [...texts.values()].reverse();
		const lines = inOrder.flatMap(({text}) => parseAuditLines(text));
		const isUnfinished = inOrder.some(text => text.isUnfinished);
		return {kind: 'read', lines: byTime(lines), files: inOrder.map(({file}) => file), isUnfinished};
	} catch (error) {
		return {kind: 'unreadable', file: at, why: errorWords(error)};
	}
}

async function namesIn(folder: string): Promise<string[]> {
	try {
		return (await readdir(folder)).filter(name => rotatedName.test(name));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return [];
		}

		throw error;
	}
}

/** Undefined where there is no such file (any more). */
async function textOf(file: string, nowMs: number, mostBytes: number): Promise<FileText | undefined> {
	try {
		const handle = await open(file, 'r');
		try {
			const {ino, size} = await handle.stat();
			const text = size > mostBytes ? await endOf(handle, size, mostBytes) : await handle.readFile('utf8');
			// Asked after the text was read: a line that began before that has changed the time by now.
			const {mtimeMs} = await handle.stat();
			const end = text.lastIndexOf('\n') + 1;
			const isUnfinished = end < text.length && nowMs - mtimeMs < lineDeadlineMs;
			return {file, inode: ino, text: isUnfinished ? text.slice(0, end) : text, isUnfinished};
		} finally {
			await handle.close();
		}
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return undefined;
		}

		throw error;
	}
}

/** The last whole lines, as far as they fit. */
async function endOf(handle: FileHandle, size: number, mostBytes: number): Promise<string> {
	const {buffer, bytesRead} = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, size - mostBytes);
	const text = buffer.toString('utf8', 0, bytesRead);
	return text.slice(text.indexOf('\n') + 1);
}

/** A line that was on its way when its file was moved aside stands behind younger ones. A broken line stays where it is. */
function byTime(lines: readonly AuditLine[]): AuditLine[] {
	let latest = '';
	return lines
		.map(line => {
			latest = line.kind === 'entry' ? line.entry.at : latest;
			return {line, at: latest};
		})
		.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
		.map(({line}) => line);
}
