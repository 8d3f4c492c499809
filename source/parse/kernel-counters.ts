import type {DiskTime} from '../domain/host-evidence.js';
import {sanitize} from '../text/sanitize.js';

/** Converts a counter to a number; undefined if the counter is too large for an exact number. */
const exactNumber = (digits: string | undefined): number | undefined => {
	const value = digits !== undefined && /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
	return Number.isSafeInteger(value) ? value : undefined;
};

/**
The counters of /proc/net/netstat and /proc/net/snmp by name, with the name of their group: `TcpExt ListenDrops`. Each
group has a line of names and a line of values. Source: the kernel's net/ipv4/proc.c.
*/
export function parseNetworkCounters(text: string): ReadonlyMap<string, number> {
	const counters = new Map<string, number>();
	const names = new Map<string, readonly string[]>();
	for (const line of text.split('\n')) {
		const [, group = '', rest = ''] = /^(\w+): (.*)$/.exec(line) ?? [];
		const words = rest.split(' ');
		const known = names.get(group);
		if (known === undefined) {
			names.set(group, words);
			continue;
		}

		names.delete(group);
		for (const [index, name] of known.entries()) {
			const value = exactNumber(words[index]);
			if (value !== undefined) {
				counters.set(`${group} ${name}`, value);
			}
		}
	}

	return counters;
}

/**
Nanoseconds that a thread waited for a processor: the second number of its `schedstat`. Undefined if that number is
missing.
*/
export const parseProcessorWait = (text: string): number | undefined => {
	const [, waited] = /^\d+ (\d+) \d+\s*$/.exec(text) ?? [];
	return exactNumber(waited);
};

/**
Parses the line of a device in /proc/diskstats. Undefined for a file system that is on no disk, such as tmpfs or
overlay.

@param device The device's major and minor number: `8:1`.
*/
export function parseDiskTime(text: string, device: string): DiskTime | undefined {
	for (const line of text.split('\n')) {
		const [major, minor, name = '', ...counts] = line.trim().split(/\s+/);
		if (`${major}:${minor}` !== device) {
			continue;
		}

		const [reads, , , readMs, writes, , , writeMs, , busyMs] = counts.map(exactNumber);
		return reads === undefined ||
			readMs === undefined ||
			writes === undefined ||
			writeMs === undefined ||
			busyMs === undefined
			? undefined
			: {name: sanitize(name), busyMs, requests: reads + writes, requestsMs: readMs + writeMs};
	}

	return undefined;
}
