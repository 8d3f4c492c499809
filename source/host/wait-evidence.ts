import {readFile, stat} from 'node:fs/promises';
import {type Clock, systemClock} from '../domain/clock.js';
import type {DiskTime, WaitEvidence} from '../domain/host-evidence.js';
import {parseDiskTime, parseNetworkCounters, parseProcessorWait} from '../parse/kernel-counters.js';

/** The device number of a file system as the kernel prints it: `8:1`. Source: glibc, sys/sysmacros.h. */
function deviceNumber(dev: number): string {
	const wide = BigInt(dev);
	const major = ((wide >> 8n) & 0xfffn) | ((wide >> 32n) & ~0xfffn);
	const minor = (wide & 0xffn) | ((wide >> 12n) & ~0xffn);
	return `${major}:${minor}`;
}

/**
Reads the kernel's counters of the time that a process waits. A file that cannot be read leaves its figures undefined.
Never rejects.

@param folder The folder in which the server saves, as its process sees it.
*/
export async function readWaits(
	processId: number,
	folder: string | undefined,
	clock: Pick<Clock, 'now'> = systemClock,
): Promise<WaitEvidence> {
	const text = (file: string) => readFile(`/proc/${processId}/${file}`, 'utf8').catch(() => '');
	const schedule = await text(`task/${processId}/schedstat`);
	const readAtMs = clock.now();
	const network = parseNetworkCounters(`${await text('net/netstat')}\n${await text('net/snmp')}`);
	return {
		readAtMs,
		// The file of the task with the process' own id is about the main thread, which runs the commands.
		processorWaitNs: parseProcessorWait(schedule),
		listenDrops: network.get('TcpExt ListenDrops'),
		segmentsSent: network.get('Tcp OutSegs'),
		segmentsResent: network.get('Tcp RetransSegs'),
		disk: folder === undefined ? undefined : await readDisk(`/proc/${processId}/root${folder}`),
	};
}

async function readDisk(folder: string): Promise<DiskTime | undefined> {
	const facts = await stat(folder).catch(() => undefined);
	const table = await readFile('/proc/diskstats', 'utf8').catch(() => '');
	return facts === undefined ? undefined : parseDiskTime(table, deviceNumber(facts.dev));
}
