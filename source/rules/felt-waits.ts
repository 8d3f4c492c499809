import type {Message} from '../domain/message.js';
import {message} from '../domain/message.js';
import {milliseconds} from '../text/units.js';
import {roundTripsOf} from './distance.js';
import {type NodeFacts, quotedName} from './node-facts.js';

/** Number of the latest PINGs that tell how long commands wait now: ten seconds of the node in focus. */
const latestPings = 10;
/** Number of the latest PINGs that tell of a wait that began a few seconds ago. */
const newestPings = 3;
/** Fewest round trips that must be long, so that one late reply is no wait of all commands. */
const fewestLong = 2;
/** Least share of the round trips that must be long, as for conn.rtt. */
const leastLongShare = 0.1;

/** How long commands wait now, by redis-top's own round trips. */
export type FeltWait = {
	/** The median, in milliseconds. */
	readonly typicalMs: number;
	/** The longest, in milliseconds. */
	readonly longestMs: number;
	/** Whether so many round trips took at least so long that it was no single delay. */
	readonly isOften: (leastMs: number) => boolean;
};

const isHere = ({record}: NodeFacts): boolean =>
	record.host?.value.kind === 'here' && record.host.value.process !== undefined;

/**
How long commands wait now. The time of the network does not count: the fastest round trip known is subtracted unless
the server runs on this machine. Undefined with fewer than two round trips.

@param pings Number of the latest PINGs that are looked at, besides the latest two polls.
*/
export function feltWait(facts: NodeFacts, pings = latestPings): FeltWait | undefined {
	const latest = roundTripsOf(facts, pings).toSorted((one, other) => one - other);
	if (latest.length < fewestLong) {
		return undefined;
	}

	const network = isHere(facts) ? 0 : Math.min(...roundTripsOf(facts));
	const waits = latest.map(roundTrip => roundTrip - network);
	const fewest = Math.max(fewestLong, Math.ceil(leastLongShare * waits.length));
	return {
		typicalMs: waits[Math.floor((waits.length - 1) / 2)] ?? 0,
		longestMs: waits.at(-1) ?? 0,
		isOften: leastMs => (waits.at(-fewest) ?? 0) >= leastMs,
	};
}

/** How long commands have waited for the last few seconds. */
export const feltLately = (facts: NodeFacts): FeltWait | undefined => feltWait(facts, newestPings);

/** The start of the text of a finding about commands that wait for the disk: the effect comes first. */
export const commandsWait = (waitMs: number, isLongest: boolean): string =>
	`makes commands wait ${isLongest ? 'up to ' : ''}${milliseconds(waitMs)} for its disk`;

/**
The folder in which the server saves and the device below it: `/var/lib/redis on sda1`. Undefined where the server does
not say its folder.
*/
export function savePlace(facts: NodeFacts): Message | undefined {
	const folder = facts.setting('dir');
	const host = facts.record.host?.value;
	const device = host?.kind === 'here' ? host.waits?.disk?.name : undefined;
	return folder === undefined
		? undefined
		: message`${quotedName('path', folder)}${device === undefined ? '' : ` on ${device}`}`;
}

/**
Whether a look at this machine found the server's process in a wait for a disk, and nothing of it in swap, from which it
would be read back in the same state.
*/
export const isInDiskWait = ({record}: NodeFacts): boolean =>
	[record.hostBefore?.value, record.host?.value].some(
		host =>
			host?.kind === 'here' &&
			host.process?.state === 'disk-wait' &&
			host.process.suspendedBy === undefined &&
			(host.process.swappedBytes ?? 0) === 0,
	);
