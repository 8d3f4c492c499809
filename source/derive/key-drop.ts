import {keyCount} from '../domain/metric.js';
import type {NodeSample} from '../domain/sample.js';
import type {Series} from '../domain/series.js';
import {keyTotals} from '../parse/info-fields.js';
import {isOtherServer} from './other-server.js';
import {nodeRole, primaryAddress} from './replication-peers.js';

/** The loss of at least half of a server's keys between two samples, with the number before and after. */
export type KeyDrop = {
	readonly from: number;
	readonly to: number;
	/** Whether the loss came with a restart: the later sample is of another process, which started without the keys. */
	readonly byRestart: boolean;
	/**
	Whether FLUSHALL, FLUSHDB or SWAPDB was called between the samples. Undefined when a sample has no commandstats, or
	the process changed.
	*/
	readonly byFlush: boolean | undefined;
	/** Which of these commands were called between the samples, in lower case. */
	readonly flushes?: readonly string[];
};

/** Fewest lost keys that count as a drop. Smaller changes are normal. */
const fewestKeys = 1000;

/**
Least share of keys that must remain for expiry to explain a drop across a restart or a full resync. The server does not
count the keys that expire meanwhile. More than nine keys of ten hardly ever expire at once.
*/
const leastLeftShare = 0.1;
const flushes = ['flushall', 'flushdb', 'swapdb'];

/**
The drop of keys between two samples. Undefined when it is too small, when the samples can't be compared, or when at
least half of the lost keys expired or were evicted. A server does not count the keys that expire during a restart or a
full resync: a replica that starts with an older file loads keys that have expired since. In these two cases, keys with a
TTL count as expired if at least a tenth of all keys is left.
*/
export function keyDrop(earlier: NodeSample | undefined, later: NodeSample): KeyDrop | undefined {
	const from = earlier && keyCount(earlier.info);
	const to = keyCount(later.info);
	if (earlier === undefined || from === undefined || to === undefined || from - to < fewestKeys || to > from / 2) {
		return undefined;
	}

	// Another server has other keys.
	if (isOtherServer(earlier, later)) {
		return undefined;
	}

	// A server that is loading has not read all its keys yet, so a smaller number of keys is no loss.
	if (later.info.number('persistence', 'loading') === 1) {
		return undefined;
	}

	// A replica that got another primary has the keys of that primary, so a smaller number of keys is no loss.
	if (nodeRole(earlier.info) === 'replica' && primaryAddress(earlier.info) !== primaryAddress(later.info)) {
		return undefined;
	}

	const byRestart = earlier.runId !== later.runId;
	const gone = (name: string) =>
		byRestart ? 0 : (later.info.number('stats', name) ?? 0) - (earlier.info.number('stats', name) ?? 0);
	if (gone('expired_keys') + gone('evicted_keys') >= (from - to) / 2) {
		return undefined;
	}

	const isOtherDataSet = byRestart || nodeRole(later.info) === 'replica';
	if (isOtherDataSet && areKept(earlier, later) && to >= from * leastLeftShare) {
		return undefined;
	}

	const ran = byRestart ? undefined : flushed(earlier, later);
	return {
		from,
		to,
		byRestart,
		byFlush: ran && ran.length > 0,
		...(ran !== undefined && ran.length > 0 ? {flushes: ran} : {}),
	};
}

/** Whether the keys without a TTL are no such loss by themselves. Some of them may be deleted while others expire. */
function areKept(earlier: NodeSample, later: NodeSample): boolean {
	const [from, to] = [earlier, later].map(({info}) => {
		const {keys, expiring} = keyTotals(info);
		return keys - expiring;
	}) as [number, number];
	return from - to < fewestKeys || to > from / 2;
}

function flushed({info: before}: NodeSample, {info: after}: NodeSample): readonly string[] | undefined {
	if (!before.sections.has('commandstats') || !after.sections.has('commandstats')) {
		return undefined;
	}

	return flushes.filter(
		name => before.text('commandstats', `cmdstat_${name}`) !== after.text('commandstats', `cmdstat_${name}`),
	);
}

/** Number of readings in which the beginning of a fall is looked for. */
const fallReadings = 300;
/** Least share of the keys that each reading of a fall has lost. A cache that slowly shrinks is no fall. */
const fallShare = 0.01;

/**
The number of keys before they began to fall. A client that deletes keys for half a minute leaves fewer than before with
each reading, and only the last two of them show the loss of half of the keys. A gap ends the search.

@param readings The node's readings of its number of keys.
@param from The number of keys in the reading before the drop.
*/
export function keysBeforeFall(readings: Pick<Series, 'latest'> | undefined, from: number): number {
	const latest = readings?.latest(fallReadings) ?? [];
	let keys = from;
	for (let index = latest.lastIndexOf(from) - 1; index >= 0; index--) {
		const before = latest[index];
		if (before === undefined || keys > before * (1 - fallShare)) {
			return keys;
		}

		keys = before;
	}

	return keys;
}
