import {type FileHandle, open, readdir} from 'node:fs/promises';
import path from 'node:path';
import {type AuditLine, parseAuditLines} from '../parse/audit-lines.js';
import {errorWords} from './file-error.js';

/**
Milliseconds that one write of an audit line may take before its writer gives up. A last line without a line break
counts as still being written for this time after the last change of its file. Later the line counts as torn.
*/
export const lineDeadlineMs = 5000;

/** The file to which the audit log is written now. Full files are in the same folder as `audit-TIME-….ndjson`. */
export const auditFileName = 'audit.ndjson';

const rotatedName = /^audit-[\w-]+\.ndjson$/;

export type AuditTrail =
	/** The lines in order of time, and the files that were read. */
	| {
			readonly kind: 'read';
			readonly lines: readonly AuditLine[];
			readonly files: readonly string[];
			/** True where the last line was left out, because another process is still writing it. */
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
Reads the audit log of a state folder, rotated files included. Never rejects: a failure is in the result.

@param nowMs Wall time, milliseconds since the epoch.
@param mostBytes Reads about this many bytes from the log's end; undefined reads everything.
*/
export async function readAuditTrail(
	folder: string,
	nowMs: number,
	mostBytes = Number.POSITIVE_INFINITY,
): Promise<AuditTrail> {
	let at = path.join(folder, auditFileName);
	try {
		// The current file is read first. If it is renamed meanwhile, it is read again under its new name, so no line
		// is missed.
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

		// The map begins with the newest file, and keeps the position of a file that was read twice. In reverse order,
		// the oldest file is first.
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

/** The text of one file of the log; undefined where the file does not exist or was renamed. */
async function textOf(file: string, nowMs: number, mostBytes: number): Promise<FileText | undefined> {
	try {
		const handle = await open(file, 'r');
		try {
			const {ino, size} = await handle.stat();
			const text = size > mostBytes ? await endOf(handle, size, mostBytes) : await handle.readFile('utf8');
			// The file's time is read after its text. If a line was being written during the read, the time is
			// therefore recent. With a recent time, an incomplete last line counts as unfinished, not as torn.
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

/** The whole lines at the file's end that fit into `mostBytes`. */
async function endOf(handle: FileHandle, size: number, mostBytes: number): Promise<string> {
	const {buffer, bytesRead} = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, size - mostBytes);
	const text = buffer.toString('utf8', 0, bytesRead);
	return text.slice(text.indexOf('\n') + 1);
}

/**
Sorts lines by time. A line whose file was renamed while the line was written may stand after later lines. An unreadable
line has no time and stays behind the line before it.
*/
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
