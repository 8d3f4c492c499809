import {randomUUID} from 'node:crypto';
import {constants} from 'node:fs';
import {type FileHandle, open, rename, stat} from 'node:fs/promises';
import path from 'node:path';
import type {AuditEntry, AuditFact} from '../../domain/audit.js';
import type {Clock} from '../../domain/clock.js';
import {auditFileName, lineDeadlineMs} from '../../host/audit-files.js';
import {errorWords} from '../../host/file-error.js';
import {makeStateFolder} from '../../host/own-folders.js';

/** The parts of an audit line that stay the same while redis-top runs. */
export type AuditActor = Pick<AuditEntry, 'session' | 'osUser' | 'sshConnection' | 'pid'>;

export type AuditLog = {
	/** Path of the audit log, for messages. */
	readonly file: string;
	/**
	Resolves when the line is on the disk. Rejects with `AuditFailure` if the line may not be on the disk; then no command
	may be sent.
	*/
	append(fact: AuditFact): Promise<void>;
};

/** The error of a line that could not be written and synced. Its message is one line for the operator. */
export class AuditFailure extends Error {
	override readonly name = 'AuditFailure';
}

/** Size at which the log is rotated, in bytes: about 10,000 lines. */
const rotateAtBytes = 4 * 1024 * 1024;

/** Largest number of attempts to write a line. Another attempt follows if the file was removed during the write. */
const triesPerLine = 3;

/**
The audit log in a state folder. The file is opened again for each line, so that it may be renamed at any time. Each
line is one write with O_APPEND, so that several redis-top processes may share the file. The folder has mode 0700, the
file 0600.

A file of `limitBytes` is renamed to a unique name, and the next line begins a new file. Renaming loses no line: a write
under way ends in the renamed file. redis-top never removes a file of the log.

@param limitBytes Size at which the file is renamed.
*/
export function auditLog(folder: string, actor: AuditActor, clock: Clock, limitBytes = rotateAtBytes): AuditLog {
	const file = path.join(folder, auditFileName);
	let last: Promise<void> = Promise.resolve();
	return {
		file,
		append(fact) {
			const entry: AuditEntry = {at: new Date(clock.now()).toISOString(), ...actor, ...fact};
			// Lines are written one after the other, in the order of the calls.
			const written = last.then(() => inTime(appendLine(folder, file, entry, limitBytes), file));
			last = written.catch(() => undefined);
			return written;
		},
	};
}

/**
Rejects if the line is not on the disk within a deadline. The action is then not sent. Without the deadline, a network
share that hangs would block an action for ever.
*/
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

/** Writes the line once. Returns false if the file was removed during the write, because the line is then lost. */
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

/**
Renames a full file. The line that filled the file is already on the disk. If renaming fails, the file therefore only
keeps growing.
*/
async function moveAside(file: string, inode: number, at: string): Promise<void> {
	try {
		// Another redis-top may have renamed the file. If that happens between `stat` and `rename`, this call renames a
		// short new file, which loses no line.
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

	// If a full disk cut the last line short, the next line begins with a line break.
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

/** Syncs the folder: only then the name of a new file is on the disk. Source: fsync(2). */
async function syncFolder(folder: string): Promise<void> {
	const handle = await open(folder, constants.O_RDONLY);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
