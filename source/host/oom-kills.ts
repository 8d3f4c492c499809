import {closeSync, constants, openSync, readSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import process from 'node:process';
import type {OomKill} from '../domain/host-evidence.js';
import {journalOomKills, kmsgOomKills} from '../parse/kernel-log.js';
import {errorWords} from './file-error.js';
import type {Gaps} from './gaps.js';
import {runTool} from './run-tool.js';

/** The kernel's ring holds fewer records; this only ends a loop that would not end by itself. */
const mostRecords = 50_000;

/**
The kernel's kills for want of memory: from its own ring where this user may read it (root, or kernel.dmesg_restrict=0),
else from the journal.

@param nowMs Wall time, milliseconds since the epoch.
*/
export async function readOomKills(nowMs: number, gaps: Gaps): Promise<readonly OomKill[] | undefined> {
	try {
		return kmsgOomKills(kernelRecords(kernelLogFile()), await bootTime(nowMs));
	} catch (error) {
		const journal = await runTool('journalctl', ['-k', '-q', '--no-pager', '-o', 'short-unix', '-n', '5000']);
		// Without rights, or without a journal, journalctl prints nothing and succeeds.
		return journal.kind === 'done' && /^\d/.test(journal.text)
			? journalOomKills(journal.text)
			: gaps.add("the kernel's OOM kills", `/dev/kmsg: ${errorWords(error)}, and no kernel journal for this user`);
	}
}

/**
The kernel's own ring. Tests name another file of such records by `REDIS_TOP_KERNEL_LOG`, an empty one where kills are not
their subject: another server that was killed on the same machine would be a finding of each of theirs.
*/
const kernelLogFile = (): string => process.env.REDIS_TOP_KERNEL_LOG || '/dev/kmsg';

async function bootTime(nowMs: number): Promise<number> {
	const seconds = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
	return nowMs - seconds * 1000;
}

/**
Synchronously, because each read of the ring brings one record: promises would cost twenty times as much. A read of another
file brings many, and its last one in part.
*/
function kernelRecords(name: string): string[] {
	const records: string[] = [];
	const file = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const buffer = Buffer.alloc(8192);
		while (records.length < mostRecords) {
			const record = nextRecord(file, buffer);
			if (record === undefined) {
				break;
			}

			records.push(record);
		}
	} finally {
		closeSync(file);
	}

	return records.join('').split('\n');
}

/** EAGAIN is the end, EPIPE says that older records were overwritten meanwhile. */
function nextRecord(file: number, buffer: Buffer): string | undefined {
	try {
		const length = readSync(file, buffer, 0, buffer.length, null);
		return length === 0 ? undefined : buffer.toString('utf8', 0, length);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		if (code === 'EPIPE') {
			return '';
		}

		if (code === 'EAGAIN') {
			return undefined;
		}

		throw error;
	}
}
