import {readFileSync} from 'node:fs';
import {readdir, readFile, readlink} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {FoundServer, Listener, ProcessState} from '../domain/host-evidence.js';
import {Semaphore} from '../domain/semaphore.js';
import {
	type ListeningSocket,
	parseProcessStat,
	parseSocketTable,
	parseStartTicks,
	parseUnixSocketTable,
	parseUse,
} from '../parse/proc-text.js';
import {sanitize} from '../text/sanitize.js';
import type {Gaps} from './gaps.js';
import type {KnownProcesses, ProcessScan} from './known-processes.js';

/**
Largest number of processes whose files are read. On a machine with more processes the rest is left out, to save time.
*/
const mostProcesses = 4000;

/**
Largest number of files of /proc that are read at the same time. Node allocates 64 KB for each file. With hundreds of
files at the same time, redis-top used 13 MB and never released them.
*/
const mostReads = 8;

/** One process, as read from /proc. */
export type ScannedProcess = {
	readonly processId: number;
	readonly name: string;
	readonly state: ProcessState;
	readonly title: string;
	readonly isServer: boolean;
	/** The start time and the name of the process: a new process with the same id has others. */
	readonly identity: string;
	/** When the process started, in clock ticks since the machine's start. The process keeps it under another name. */
	readonly startTicks: number | undefined;
	/** The processor time that the process has used, in clock ticks. */
	readonly ticks: number;
	readonly parentId: number;
	/** Whether it is a thread of the kernel. It works for programs, and its name changes with its work. */
	readonly isKernelThread: boolean;
	readonly residentBytes: number;
};

const serverName = /^(?:redis|valkey|keydb)-(?:server|sentinel)$/;

/**
The name of a server program; undefined for any other process. The name is that of the process, or is in the command
line where another program loaded the server (ld.so, a wrapper). The name of the executable, /proc/PID/exe, is no help:
for Debian's redis-server it is redis-check-rdb.
*/
function serverNameOf(name: string, words: readonly string[]): string | undefined {
	return [name, ...words.slice(0, 8).map(word => path.basename(word))].find(word => serverName.test(word));
}

async function scanProcess(
	processId: number,
	known: KnownProcesses,
	scan: ProcessScan,
): Promise<ScannedProcess | undefined> {
	try {
		// The kernel answers this read at once, whatever the process does. With `readFile`, it would take seven times the
		// processor time.
		const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
		const {name, state} = parseProcessStat(stat);
		const startTicks = parseStartTicks(stat);
		const identity = `${startTicks} ${name}`;
		const use = {...parseUse(stat), startTicks};
		if (known.isOther(processId, identity)) {
			scan.note(processId, identity, false);
			return {processId, name, state, title: '', isServer: false, identity, ...use};
		}

		// The kernel may wait for the process here, so this read must not block redis-top. A zombie has no command line,
		// and many servers overwrite theirs with blanks.
		const commandLine = await readFile(`/proc/${processId}/cmdline`, 'utf8').catch(() => '');
		const words = commandLine.split(/[\0 ]+/).filter(word => word !== '');
		const ownName = serverNameOf(name, words);
		scan.note(processId, identity, ownName !== undefined);
		const isServer = ownName !== undefined;
		return {processId, name: ownName ?? name, state, title: words[1] ?? '', isServer, identity, ...use};
	} catch {
		return undefined;
	}
}

/** Every process of this machine, servers first. */
export async function scanProcesses(gaps: Gaps, known: KnownProcesses): Promise<readonly ScannedProcess[]> {
	const names = (await gaps.reading('processes', () => readdir('/proc'))) ?? [];
	const ids = names.filter(name => /^\d+$/.test(name)).map(Number);
	if (ids.length > mostProcesses) {
		gaps.add('some processes', `there are ${ids.length}, the first ${mostProcesses} were looked at`);
	}

	const scan = known.scan();
	const scanned: ScannedProcess[] = [];
	for (let from = 0; from < Math.min(ids.length, mostProcesses); from += mostReads) {
		const some = ids.slice(from, Math.min(from + mostReads, mostProcesses));
		const found = await Promise.all(some.map(async id => scanProcess(id, known, scan)));
		scanned.push(...found.filter(one => one !== undefined));
		// A key that is pressed meanwhile is handled between two groups of processes.
		await nextTurn();
	}

	scan.end();
	return scanned.sort((one, other) => Number(other.isServer) - Number(one.isServer) || one.processId - other.processId);
}

/** The inodes of the sockets that a process has open; undefined without the right to read them. */
export async function socketInodes(processId: number): Promise<ReadonlySet<string> | undefined> {
	try {
		const folder = `/proc/${processId}/fd`;
		const semaphore = new Semaphore(mostReads);
		const read = (fd: string) => readlink(path.join(folder, fd)).catch(() => '');
		const links = await Promise.all((await readdir(folder)).map(async fd => semaphore.run(() => read(fd))));
		return new Set(links.flatMap(link => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
	} catch {
		return undefined;
	}
}

/** Every listening socket of this machine: IPv4, IPv6 and unix sockets. */
export async function listeningSockets(gaps: Gaps): Promise<readonly ListeningSocket[]> {
	const read = async (file: string, parse: (text: string) => ListeningSocket[]) =>
		parse((await gaps.reading(file, () => readFile(file, 'utf8'))) ?? '');
	const tables = await Promise.all([
		read('/proc/net/tcp', parseSocketTable),
		// A kernel without IPv6 lacks this file. The missing file is not noted as a gap.
		readFile('/proc/net/tcp6', 'utf8').then(parseSocketTable, () => []),
		read('/proc/net/unix', parseUnixSocketTable),
	]);
	return tables.flat();
}

export type SocketHolders = {
	/** The wanted sockets, each with the process that holds it. */
	readonly listeners: readonly Listener[];
	readonly servers: readonly FoundServer[];
};

/** Finds the process that holds each wanted socket, and the listening sockets of every server on this machine. */
export async function findHolders(
	processes: readonly ScannedProcess[],
	sockets: readonly ListeningSocket[],
	isWanted: (socket: ListeningSocket) => boolean,
	gaps: Gaps,
	known: KnownProcesses,
): Promise<SocketHolders> {
	const allInodes = sockets.map(({inode}) => inode);
	const listening = allInodes.toSorted().join(' ');
	const wanted = new Set(sockets.filter(isWanted).map(({inode}) => inode));
	const holders = new Map<string, ScannedProcess>();
	const servers: FoundServer[] = [];
	let hidden = 0;
	for (const candidate of processes) {
		const isMissing = [...wanted].some(inode => !holders.has(inode));
		if (!candidate.isServer && !isMissing) {
			break;
		}

		// redis-top itself is skipped: it listens nowhere, and may have a thousand connections.
		if (candidate.processId === process.pid) {
			continue;
		}

		const inodes =
			known.inodesOf(candidate.processId, listening) ?? (await readInodes(candidate, allInodes, listening, known));
		hidden += inodes === undefined && candidate.state !== 'zombie' ? 1 : 0;
		for (const inode of wanted) {
			if (inodes?.has(inode) && !holders.has(inode)) {
				holders.set(inode, candidate);
			}
		}

		if (candidate.isServer) {
			servers.push(foundServer(candidate, inodes, sockets));
		}
	}

	if (hidden > 0 && [...wanted].some(inode => !holders.has(inode))) {
		gaps.add('who holds the port', `${hidden} processes of other users can be looked at by root only`);
	}

	const listeners = sockets
		.filter(({inode}) => wanted.has(inode))
		.map(({address, port, queued, inode}) => {
			const holder = holders.get(inode);
			return {address, port, queued, processId: holder?.processId, processName: holder?.name};
		});
	return {listeners, servers};
}

/** The inodes of the listening sockets that a process has open; undefined without the right to read them. */
async function readInodes(
	{processId}: ScannedProcess,
	allInodes: readonly string[],
	listening: string,
	known: KnownProcesses,
): Promise<ReadonlySet<string> | undefined> {
	const open = await socketInodes(processId);
	const inodes = open && new Set(allInodes.filter(inode => open.has(inode)));
	if (inodes !== undefined) {
		known.keepInodes(processId, listening, inodes);
	}

	return inodes;
}

function foundServer(
	{processId, name, state, title}: ScannedProcess,
	inodes: ReadonlySet<string> | undefined,
	sockets: readonly ListeningSocket[],
): FoundServer {
	const isTitle = /^\S*:\d+$/.test(title);
	return {
		processId,
		name,
		state,
		listens: sockets.filter(({inode}) => inodes?.has(inode)).map(({address, port}) => ({address, port})),
		title: isTitle ? sanitize(title) : undefined,
	};
}
