import type {LocalEvidence} from '../domain/host-evidence.js';
import {message} from '../domain/message.js';
import {seconds} from '../text/units.js';
import {hint, onHost} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {fires} from './rule.js';

/** Duration of a command of the slow log, in microseconds, from which it may explain a silence in place of a disk. */
const longMicroseconds = 1_000_000;

const diskTakesWrites = hint('see whether its disk takes writes: the volume, the file system, the NFS server');

/** What to look at while a process waits for a disk. */
export function diskSteps({process, folder}: LocalEvidence) {
	const isWaiting = process?.state === 'disk-wait' && process.suspendedBy === undefined;
	return isWaiting && folder !== undefined
		? [diskTakesWrites, onHost(message`findmnt -T ${quotedName('path', folder.path)}; cat /proc/pressure/io`)]
		: [];
}

/** Why commands of a server wait whose process a look at this machine found in a wait for a disk. */
export const waitsForDisk = 'its process waits for a disk';

/** What to look at where a process was seen in a wait for a disk, though it answers between. */
export function stepsOfDiskWait({record: {host}}: NodeFacts) {
	const folder = host?.value.kind === 'here' ? host.value.folder : undefined;
	return [
		diskTakesWrites,
		...(folder === undefined
			? []
			: [onHost(message`findmnt -T ${quotedName('path', folder.path)}; cat /proc/pressure/io`)]),
	];
}

/**
The finding about a server with an append-only file that gave no reply because its process waited for a disk. The server
counts no such wait, and writes it into no log: its thread stands still within the write. Undefined where swap or a long
command may have held it.

@param recentSeconds How long the wait is told after its end.
@param leastSeconds Shortest wait that is told.
*/
export function stalledDisk(facts: NodeFacts, recentSeconds: number, leastSeconds: number) {
	const {diskWait, slowlog, host, failure} = facts.record;
	const local = host?.value.kind === 'here' ? host.value : undefined;
	if (diskWait === undefined || failure !== undefined || (local?.process?.swappedBytes ?? 0) > 0) {
		return undefined;
	}

	const agoSeconds = (facts.nowMs - diskWait.toMs) / 1000;
	const tookSeconds = (diskWait.toMs - diskWait.fromMs) / 1000;
	const isLogged = slowlog?.value.entries.some(
		({atMs, durationMicroseconds}) =>
			durationMicroseconds >= longMicroseconds && atMs >= diskWait.fromMs - 1000 * tookSeconds,
	);
	if (agoSeconds > recentSeconds || tookSeconds < leastSeconds || isLogged === true) {
		return undefined;
	}

	return fires('warning', {
		problem: 'waited for the disk of its append-only file',
		detail: `no reply for ${seconds(tookSeconds)}, until ${seconds(agoSeconds)} ago`,
		reason: 'the disk takes no writes at times',
		effect: 'slow',
		evidence: [
			{name: 'no reply for', value: tookSeconds, unit: 'seconds'},
			{name: 'process state meanwhile', value: 'disk-wait'},
		],
		meaning:
			'The kernel held its process in a wait for a disk. A write to the append-only file blocks the server with any appendfsync, and every client waits.',
		next: [
			diskTakesWrites,
			...(local?.folder === undefined
				? []
				: [onHost(message`findmnt -T ${quotedName('path', local.folder.path)}; cat /proc/pressure/io`)]),
			onHost('iostat -x 1 10'),
			hint('if it comes again: a replica on another machine can take over, or the folder can move to another disk'),
		],
	});
}
