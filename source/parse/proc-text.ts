import type {ProcessorTime, ProcessState} from '../domain/host-evidence.js';
import {sanitize} from '../text/sanitize.js';

/**
Parses /proc/stat. Its first line is `cpu user nice system idle iowait irq softirq steal guest …`. The first eight
fields are added up. The time of `guest` is already part of `user`. Each processor has a further line, `cpu0 …`.
*/
export function parseProcessorTime(text: string): ProcessorTime | undefined {
	const numbers = (/^cpu +([\d ]+)$/m.exec(text)?.[1] ?? '').trim().split(/ +/).map(Number).slice(0, 8);
	const stolen = numbers[7];
	return stolen === undefined || numbers.some(number => !Number.isFinite(number))
		? undefined
		: {
				total: numbers.reduce((sum, number) => sum + number, 0),
				stolen,
				runnable: integerIn(/^procs_running (\d{1,9})$/m, text),
				processors: [...text.matchAll(/^cpu\d+ /gm)].length,
			};
}

function integerIn(pattern: RegExp, text: string): number | undefined {
	const [, digits] = pattern.exec(text) ?? [];
	return digits === undefined ? undefined : Number(digits);
}

/**
Parses `some avg10=85.20 …` or `full avg10=…` of a file in `/proc/pressure` to a share, 0–1; undefined if that line is
missing. Source: the kernel's Documentation/accounting/psi.rst.
*/
export function parsePressure(text: string, who: 'some' | 'full' = 'some'): number | undefined {
	const pattern = who === 'some' ? /^some avg10=(\d{1,3}(?:\.\d+)?) /m : /^full avg10=(\d{1,3}(?:\.\d+)?) /m;
	const [, percentage] = pattern.exec(text) ?? [];
	return percentage === undefined ? undefined : Math.min(1, Number(percentage) / 100);
}

/** A listening socket as the kernel lists it. The inode identifies the process that holds the socket. */
export type ListeningSocket = {
	readonly address: string;
	readonly port: number;
	readonly queued: number | undefined;
	readonly inode: string;
};

/** `0A` is TCP_LISTEN. Source: the kernel's include/net/tcp_states.h. */
const listeningState = '0A';
const listeningLine = /^.* 0A .*$/gm;

const lines = (text: string): string[] => text.split('\n');

const words = (line: string): string[] => line.trim().split(/\s+/);

/**
Converts an IPv4 address from eight hexadecimal digits in the machine's (little-endian) order: `0100007F` is 127.0.0.1.
*/
function ipv4Of(hex: string): string {
	return (hex.match(/../g) ?? [])
		.map(byte => Number.parseInt(byte, 16))
		.toReversed()
		.join('.');
}

/**
Converts an IPv6 address from four words of eight hexadecimal digits, each in the machine's order. An IPv4-mapped
address (`::ffff:127.0.0.1`) is returned as IPv4.
*/
function ipv6Of(hex: string): string {
	const groups = (hex.match(/.{8}/g) ?? []).flatMap(word => {
		const bytes = (word.match(/../g) ?? []).toReversed().join('').toLowerCase();
		return [bytes.slice(0, 4), bytes.slice(4)];
	});
	if (groups.slice(0, 5).every(group => group === '0000') && groups[5] === 'ffff') {
		return [groups[6] ?? '', groups[7] ?? '']
			.flatMap(group => [group.slice(0, 2), group.slice(2)])
			.map(byte => Number.parseInt(byte, 16))
			.join('.');
	}

	const short = groups.map(group => group.replace(/^0+(?=.)/, '')).join(':');
	// Only the longest run of zeros is shortened. This is enough to print `::` and `::1` in their usual form.
	const [longest = ''] = (short.match(/(?:^|:)0(?::0)+(?::|$)/g) ?? []).toSorted((a, b) => b.length - a.length);
	return longest === '' ? short : short.replace(longest, '::');
}

/** Parses `0100007F:18EB`, an address and a port of `/proc/net/tcp` or `tcp6`; undefined for any other text. */
export function socketAddress(text: string): {readonly address: string; readonly port: number} | undefined {
	const [, addressHex = '', portHex = ''] = /^([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4})$/i.exec(text) ?? [];
	return addressHex === ''
		? undefined
		: {
				address: addressHex.length === 8 ? ipv4Of(addressHex) : ipv6Of(addressHex),
				port: Number.parseInt(portHex, 16),
			};
}

/** The listening sockets of `/proc/net/tcp` or `tcp6`. Never throws. */
export function parseSocketTable(text: string): ListeningSocket[] {
	// Only lines of listening sockets are parsed. Most lines are connections, thousands on a busy machine.
	return (text.match(listeningLine) ?? []).flatMap(line => {
		const [, local = '', , state, queues = '', , , , , inode = ''] = words(line);
		const bound = socketAddress(local);
		if (state !== listeningState || bound === undefined || !/^\d+$/.test(inode)) {
			return [];
		}

		const queued = Number.parseInt(/:([\dA-F]+)$/i.exec(queues)?.[1] ?? '', 16);
		return [
			{
				...bound,
				queued: Number.isFinite(queued) ? queued : undefined,
				inode,
			},
		];
	});
}

/** The listening sockets of `/proc/net/unix` that have a path. */
export function parseUnixSocketTable(text: string): ListeningSocket[] {
	return lines(text).flatMap(line => {
		const [, , , flags = '', , , inode = '', path = ''] = words(line);
		// 0x10000 is __SO_ACCEPTCON: the socket listens.
		const isListening = /^[\da-f]{8}$/i.test(flags) && (Number.parseInt(flags, 16) & 0x1_00_00) !== 0;
		return isListening && path !== '' && /^\d+$/.test(inode)
			? [{address: sanitize(path), port: 0, queued: undefined, inode}]
			: [];
	});
}

const processStates: ReadonlyMap<string, ProcessState> = new Map([
	['R', 'running'],
	['S', 'sleeping'],
	['I', 'sleeping'],
	['D', 'disk-wait'],
	['T', 'stopped'],
	['t', 'stopped'],
	['Z', 'zombie'],
	['X', 'zombie'],
]);

/**
The name and the state of a process, from `/proc/PID/stat`. The name is in brackets and may contain any character,
including brackets.
*/
export function parseProcessStat(text: string): {readonly name: string; readonly state: ProcessState} {
	const [, name = '', letter = ''] = /^\d+ \((.*)\) (\S)/s.exec(text) ?? [];
	return {name: sanitize(name), state: processStates.get(letter) ?? 'unknown'};
}

/**
When a process started, in clock ticks after the start of the machine: field 22 of `/proc/PID/stat`. Source: proc(5).
*/
export function parseStartTicks(text: string): number | undefined {
	const ticks = text
		.slice(text.lastIndexOf(')') + 1)
		.trim()
		.split(' ')[19];
	return ticks !== undefined && /^\d{1,19}$/.test(ticks) ? Number(ticks) : undefined;
}

/** Bytes of a page of memory, on x86-64 and on most arm64 machines. */
const pageBytes = 4096;

/** The flag of a thread of the kernel. Source: Linux include/linux/sched.h, PF_KTHREAD. */
const kernelThreadFlag = 0x00200000n;

/**
The parent of a process, whether it is a thread of the kernel, the processor time that it has used, in clock ticks, and
its resident memory: fields 4, 9, 14, 15 and 24 of `/proc/PID/stat` (ppid, flags, utime, stime, rss). Source: proc(5).
*/
export function parseUse(text: string): {
	readonly parentId: number;
	readonly isKernelThread: boolean;
	readonly ticks: number;
	readonly residentBytes: number;
} {
	const fields = text
		.slice(text.lastIndexOf(')') + 1)
		.trim()
		.split(' ');
	const [parentId, ticks] = [Number(fields[1]), Number(fields[11]) + Number(fields[12])];
	const pages = Number(fields[21]);
	const flags = /^\d{1,19}$/.test(fields[6] ?? '') ? BigInt(fields[6] ?? 0) : 0n;
	return {
		parentId,
		isKernelThread: (flags & kernelThreadFlag) !== 0n,
		ticks: Number.isFinite(ticks) ? ticks : 0,
		residentBytes: Number.isFinite(pages) ? pages * pageBytes : 0,
	};
}

/** The numbers of a list such as `0-3,8`; undefined for any other text. Source: proc(5), Cpus_allowed_list. */
export function parseNumberList(text: string): ReadonlySet<number> | undefined {
	const numbers = new Set<number>();
	for (const part of text.trim().split(',')) {
		const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
		if (from === undefined) {
			return undefined;
		}

		for (let number = Number(from); number <= Number(to); number++) {
			numbers.add(number);
		}
	}

	return numbers;
}

/** When the machine started, milliseconds since the epoch: `btime` of `/proc/stat`. */
export function parseBootTime(text: string): number | undefined {
	const seconds = /^btime (\d{1,12})$/m.exec(text)?.[1];
	return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Parses lines of `Name:\tvalue`, as in `/proc/PID/status` and `/proc/meminfo`. Tabs inside a value become spaces. */
export function parseColonTable(text: string): ReadonlyMap<string, string> {
	return new Map(
		lines(text).flatMap(line => {
			const colon = line.indexOf(':');
			return colon > 0
				? [
						[
							sanitize(line.slice(0, colon)),
							sanitize(
								line
									.slice(colon + 1)
									.trim()
									.replaceAll('\t', ' '),
							),
						] as const,
					]
				: [];
		}),
	);
}

/** Converts `123 kB` to bytes. A number without a unit is returned unchanged; undefined for any other text. */
export function kernelBytes(value: string | undefined): number | undefined {
	const [, digits, unit] = /^(\d{1,15})(?:\s+(kB))?$/.exec(value ?? '') ?? [];
	return digits === undefined ? undefined : Number(digits) * (unit === undefined ? 1 : 1024);
}

/** The soft limit of open files, from `/proc/PID/limits`; `Infinity` if it reads `unlimited`. */
export function parseOpenFilesLimit(text: string): number | undefined {
	const [, limit] = /^Max open files\s+(\d+|unlimited)\b/m.exec(text) ?? [];
	return limit === undefined ? undefined : limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}

/** The soft limit of processes of the user, from `/proc/PID/limits`; `Infinity` if it reads `unlimited`. */
export function parseProcessLimit(text: string): number | undefined {
	const [, limit] = /^Max processes\s+(\d+|unlimited)\b/m.exec(text) ?? [];
	return limit === undefined ? undefined : limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}

/**
The control group's paths from `/proc/PID/cgroup`: in the unified tree (version 2), and in the trees of the controllers for
memory, processors, freezing and processes (version 1).
*/
export function parseCgroups(text: string): {
	readonly unified: string | undefined;
	readonly memory: string | undefined;
	readonly processor: string | undefined;
	readonly freezer: string | undefined;
	readonly processes: string | undefined;
} {
	const rows = lines(text).map(line => /^\d+:([^:]*):(.*)$/.exec(line));
	const pathOf = (isWanted: (controllers: string) => boolean) =>
		rows.find(row => row !== null && isWanted(row[1] ?? ''))?.[2];
	return {
		unified: pathOf(controllers => controllers === ''),
		memory: pathOf(controllers => controllers.split(',').includes('memory')),
		processor: pathOf(controllers => controllers.split(',').includes('cpu')),
		freezer: pathOf(controllers => controllers.split(',').includes('freezer')),
		processes: pathOf(controllers => controllers.split(',').includes('pids')),
	};
}

/**
A limit of processor time, in processors: `50000 100000` is 0.5. Undefined for `max 100000` (version 2), for `-1 100000`
(version 1) and for anything else.
*/
export function parseProcessorLimit(text: string): number | undefined {
	const [, quota, period] = /^(\d{1,12})\s+(\d{1,12})\s*$/.exec(text) ?? [];
	return quota === undefined || !(Number(period) > 0) ? undefined : Number(quota) / Number(period);
}

/** `nr_periods` and `nr_throttled` of a control group's `cpu.stat`; undefined if they are missing. */
export function parseThrottling(text: string): {readonly periods: number; readonly throttled: number} | undefined {
	const periods = integerIn(/^nr_periods (\d{1,15})$/m, text);
	const throttled = integerIn(/^nr_throttled (\d{1,15})$/m, text);
	return periods === undefined || throttled === undefined ? undefined : {periods, throttled};
}

export type CgroupOwner =
	| {readonly kind: 'systemd'; readonly unit: string}
	| {readonly kind: 'container'; readonly engine: 'docker' | 'podman' | 'kubernetes' | 'unknown'; readonly id: string}
	| {readonly kind: 'none'};

/**
What started the processes of a control group, derived from the group's path: a container engine, a service unit or a
person.
*/
export function cgroupOwner(text: string): CgroupOwner {
	for (const [, path = ''] of text.matchAll(/^\d+:[^:]*:(.*)$/gm)) {
		const id = /([\da-f]{64})/.exec(path)?.[1];
		if (id !== undefined) {
			const engine = /kubepods/.test(path)
				? 'kubernetes'
				: /libpod/.test(path)
					? 'podman'
					: /docker/.test(path)
						? 'docker'
						: 'unknown';
			return {kind: 'container', engine, id};
		}

		// `user@1000.service` contains a person's own session. It is not a service that can be restarted.
		const unit = path.split('/').findLast(part => part.endsWith('.service') && !part.startsWith('user@'));
		if (unit !== undefined) {
			return {kind: 'systemd', unit: sanitize(unit)};
		}
	}

	return {kind: 'none'};
}

/** The setting that is in brackets, which is the active one: `madvise` of `always [madvise] never`. */
export function parseHugePages(text: string): 'always' | 'madvise' | 'never' | undefined {
	const [, chosen] = /\[(always|madvise|never)\]/.exec(text) ?? [];
	return chosen as 'always' | 'madvise' | 'never' | undefined;
}

/**
Whether the file system that contains `folder` is read-only, by `/proc/PID/mountinfo`. A line has the options of the
mount and, as its last word, the options of the file system. Either of them may be read-only. After an error ext4
changes only the options of the file system (`errors=remount-ro`). Source: proc(5).
*/
export function isReadOnlyMount(mountInfo: string, folder: string): boolean | undefined {
	let best: {readonly point: string; readonly isReadOnly: boolean} | undefined;
	for (const line of lines(mountInfo)) {
		const [, , , , point = '', ...rest] = words(line);
		const options = [rest[0], rest.at(-1)].flatMap(text => text?.split(',') ?? []);
		const isAbove = point === '/' || folder === point || folder.startsWith(`${point}/`);
		// If several mount points contain the folder, the longest one counts. Among equal ones, a later mount covers an
		// earlier one.
		if (point.startsWith('/') && isAbove && point.length >= (best?.point.length ?? 0)) {
			best = {point, isReadOnly: options.includes('ro')};
		}
	}

	return best?.isReadOnly;
}
