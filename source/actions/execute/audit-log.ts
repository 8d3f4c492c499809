import {randomUUID} from 'node:crypto';
import {constants} from 'node:fs';
import {type FileHandle, open, rename, stat} from 'node:fs/promises';
import path from 'node:path';
import type {AuditEntry, AuditFact} from '../../domain/audit.js';
import type {Clock} from '../../domain/clock.js';
import {auditFileName, lineDeadlineMs} from '../../host/audit-files.js';
import {errorWords} from '../../host/file-error.js';
import {makeStateFolder} from '../../host/own-folders.js';

/** Who acts; the same for every line of a session. */
export type AuditActor = Pick<AuditEntry, 'session' | 'osUser' | 'sshConnection' | 'pid'>;

export type AuditLog = {
	/** The file, for messages. */
	readonly file: string;
	/** Resolves when the line is on the disk. Rejects with `AuditFailure` when it may not be: then nothing may be sent. */
	append(fact: AuditFact): Promise<void>;
};

/** The line could not be written and synced. Its message is one line for the operator. */
export class AuditFailure extends Error {
	override readonly name = 'AuditFailure';
}

/** About ten thousand lines. */
const rotateAtBytes = 4 * 1024 * 1024;

/** A file that is removed under every try is no place for an audit. */
const triesPerLine = 3;

/**
The audit log of a state folder. The file is opened for each line, so that it may be moved away at any time, and each
line is one write to the end (O_APPEND), so that several sessions may share it. The folder is 0700, the file 0600.

A file that has become long is renamed to a name that nobody else uses, and the next line begins a new one. Renaming
loses nothing, whoever else has the file open: a line that is on its way lands in the renamed one. No file is ever removed
from here.

@param limitBytes A file this long is moved aside.
*/
export function auditLog(folder: string, actor: AuditActor, clock: Clock, limitBytes = rotateAtBytes): AuditLog {
	const file = path.join(folder, auditFileName);
	let last: Promise<void> = Promise.resolve();
	return {
		file,
		append(fact) {
			const entry: AuditEntry = {at: new Date(clock.now()).toISOString(), ...actor, ...fact};
			// One after the other: the lines stand in the order in which things happened.
			const written = last.then(() => inTime(appendLine(folder, file, entry, limitBytes), file));
			last = written.catch(() => undefined);
			return written;
		},
	};
}

/** A file system that never answers (a dead network share) must not leave an action hanging: then it isn't sent. */
async function inTime(appending: Promise<void>, file: string): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<never>((_, reject) => {
		timer = setTimeout(
			() => reject(new AuditFailure(`the audit log ${file} can’t be written: the disk does not answer`)),
			lineDeadlineMs,
		);
	});
	try {
		await Promise.race([appending, timeout]);
	} finally {
		clearTimeout(timer);
	}
}

async function appendLine(folder: string, file: string, entry: AuditEntry, limitBytes: number): Promise<void> {
	try {
		await makeStateFolder(folder);
		for (let left = triesPerLine; !(await appendOnce(folder, file, entry, limitBytes)); left--) {
			if (left === 1) {
				throw new Error('it is removed as soon as it is written');
			}
		}
	} catch (error) {
		throw new AuditFailure(`the audit log ${file} cannot be written: ${errorWords(error)}`);
	}
}

/** False when somebody removed the file while the line was being written, and the line with it. */
async function appendOnce(folder: string, file: string, entry: AuditEntry, limitBytes: number): Promise<boolean> {
	const handle = await open(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
	try {
		await writeSynced(handle, `${JSON.stringify(entry)}\n`);
		await syncFolder(folder);
		const {nlink, size, ino} = await handle.stat();
		if (nlink > 0 && size >= limitBytes) {
			await moveAside(file, ino, entry.at);
		}

		return nlink > 0;
	} finally {
		await handle.close();
	}
}

/** The line is on the disk by now, so a file that can't be moved only grows on. */
async function moveAside(file: string, inode: number, at: string): Promise<void> {
	try {
		// Another session may just have done it. If one does it between here and the next line, a short file is moved.
		if ((await stat(file)).ino === inode) {
			const stamp = at.replaceAll(/[-:.]/g, '');
			await rename(file, path.join(path.dirname(file), `audit-${stamp}-${randomUUID().slice(0, 8)}.ndjson`));
		}
	} catch {}
}

async function writeSynced(handle: FileHandle, line: string): Promise<void> {
	const status = await handle.stat();
	if (!status.isFile()) {
		throw new Error('it is no regular file, so nothing would be kept');
	}

	const {size, mode} = status;
	if ((mode & 0o077) !== 0) {
		await handle.chmod(0o600);
	}

	// A line that a full disk cut short must not swallow the next one.
	const bytes = Buffer.from((await endsInLine(handle, size)) ? line : `\n${line}`);
	const {bytesWritten} = await handle.write(bytes);
	if (bytesWritten !== bytes.length) {
		throw new Error('only a part of the line fitted on the disk');
	}

	await handle.sync();
}

async function endsInLine(handle: FileHandle, size: number): Promise<boolean> {
	if (size === 0) {
		return true;
	}

	const {buffer, bytesRead} = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
	return bytesRead === 0 || buffer[0] === 0x0a;
}

/** A new file's name is on the disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
	const handle = await open(folder, constants.O_RDONLY);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
