import {open, readdir} from 'node:fs/promises';
import path from 'node:path';
import {type AuditLine, parseAuditLines} from '../parse/audit-lines.js';
import {errorWords} from './file-error.js';

/** The one that is written to. Those that became long stand beside it as `audit-TIME-….ndjson`. */
export const auditFileName = 'audit.ndjson';

const rotatedName = /^audit-[\w-]+\.ndjson$/;

export type AuditTrail =
	/** By time; `files` are those that were read. */
	| {readonly kind: 'read'; readonly lines: readonly AuditLine[]; readonly files: readonly string[]}
	| {readonly kind: 'unreadable'; readonly file: string; readonly why: string};

type FileText = {readonly file: string; readonly inode: number; readonly text: string};

/** Everything that was ever written to the audit log of a state folder and is still there. Never rejects. */
export async function readAuditTrail(folder: string): Promise<AuditTrail> {
	let at = path.join(folder, auditFileName);
	try {
		// First the one in use: if it is moved aside meanwhile, it is read again under its new name, and missed by neither.
		const current = await textOf(at);
		const texts = new Map<number, FileText>(current === undefined ? [] : [[current.inode, current]]);
		at = folder;
		for (const name of (await namesIn(folder)).sort()) {
			at = path.join(folder, name);
			const rotated = await textOf(at);
			if (rotated !== undefined) {
				texts.set(rotated.inode, rotated);
			}
		}

		// The one in use is the newest.
		const inOrder = [...texts.values()].sort((a, b) => Number(a === current) - Number(b === current));
		const lines = inOrder.flatMap(({text}) => parseAuditLines(text));
		return {kind: 'read', lines: byTime(lines), files: inOrder.map(({file}) => file)};
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
async function textOf(file: string): Promise<FileText | undefined> {
	try {
		const handle = await open(file, 'r');
		try {
			const {ino} = await handle.stat();
			return {file, inode: ino, text: await handle.readFile('utf8')};
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
