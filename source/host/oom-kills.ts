import {closeSync, constants, openSync, readSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import process from 'node:process';
import type {OomKill} from '../domain/host-evidence.js';
import {journalOomKills, kmsgOomKills} from '../parse/kernel-log.js';
import {errorWords} from './file-error.js';
import type {Gaps} from './gaps.js';
import {runTool} from './run-tool.js';

/** Largest number of records that are read at a time, so that reading always ends. The kernel's log holds fewer. */
const mostRecords = 50_000;

/**
Processes that the kernel killed because memory ran out (OOM). Read from the kernel's own log where this user may
(root, or kernel.dmesg_restrict=0), else from the journal.

@param nowMs Wall time, milliseconds since the epoch.
*/
export async function readOomKills(nowMs: number, gaps: Gaps): Promise<readonly OomKill[] | undefined> {
	try {
		return kmsgOomKills(kernelRecords(kernelLogFile()), await bootTime(nowMs));
	} catch (error) {
		const journal = await runTool('journalctl', ['-k', '-q', '--no-pager', '-o', 'short-unix', '-n', '5000']);
		// journalctl without rights, or without a journal, prints nothing and still succeeds.
		return journal.kind === 'done' && /^\d/.test(journal.text)
			? journalOomKills(journal.text)
			: gaps.add("the kernel's OOM kills", `/dev/kmsg: ${errorWords(error)}, and no kernel journal for this user`);
	}
}

/**
Path of the kernel's log. Tests set `REDIS_TOP_KERNEL_LOG` to a file with records of such a log. Tests about other
subjects set an empty file, so that OOM kills on the machine that runs the tests cause no findings.
*/
const kernelLogFile = (): string => process.env.REDIS_TOP_KERNEL_LOG || '/dev/kmsg';

async function bootTime(nowMs: number): Promise<number> {
	const seconds = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
	return nowMs - seconds * 1000;
}

/**
Reads all records of the kernel's log. Reading is synchronous: one read of /dev/kmsg returns one record, and promises
would take twenty times as long. One read of an ordinary file returns many records, of which the last may be cut.
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

/**
The next record; undefined at the end of the log (EAGAIN). After EPIPE the result is empty: older records were
overwritten meanwhile, and reading goes on with the next record.
*/
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
