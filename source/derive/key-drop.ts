import {keyCount} from '../domain/metric.js';
import type {NodeSample} from '../domain/sample.js';
import {nodeRole, primaryAddress} from './replication-peers.js';

/** The loss of at least half of a server's keys between two samples, with the number before and after. */
export type KeyDrop = {
	readonly from: number;
	readonly to: number;
	/** Whether a restart explains the loss: the later sample is of another process, which started without the keys. */
	readonly byRestart: boolean;
	/**
	Whether FLUSHALL, FLUSHDB or SWAPDB was called between the samples. Undefined when a sample has no commandstats, or
	the process changed.
	*/
	readonly byFlush: boolean | undefined;
};

/** Fewest lost keys that count as a drop. Smaller changes are normal. */
const fewestKeys = 1000;
const flushes = ['flushall', 'flushdb', 'swapdb'];

/**
The drop of keys between two samples. Undefined when it is too small, when the samples can't be compared, or when at
least half of the lost keys expired or were evicted.
*/
export function keyDrop(earlier: NodeSample | undefined, later: NodeSample): KeyDrop | undefined {
	const from = earlier && keyCount(earlier.info);
	const to = keyCount(later.info);
	if (earlier === undefined || from === undefined || to === undefined || from - to < fewestKeys || to > from / 2) {
		return undefined;
	}

	// A server that is loading has not read all its keys yet.
	if (later.info.number('persistence', 'loading') === 1) {
		return undefined;
	}

	// A replica that was given another primary has the keys of that one.
	if (nodeRole(earlier.info) === 'replica' && primaryAddress(earlier.info) !== primaryAddress(later.info)) {
		return undefined;
	}

	const byRestart = earlier.runId !== later.runId;
	const gone = (name: string) =>
		byRestart ? 0 : (later.info.number('stats', name) ?? 0) - (earlier.info.number('stats', name) ?? 0);
	if (gone('expired_keys') + gone('evicted_keys') >= (from - to) / 2) {
		return undefined;
	}

	return {from, to, byRestart, byFlush: byRestart ? undefined : flushed(earlier, later)};
}

function flushed({info: before}: NodeSample, {info: after}: NodeSample): boolean | undefined {
	if (!before.sections.has('commandstats') || !after.sections.has('commandstats')) {
		return undefined;
	}

	return flushes.some(
		name => before.text('commandstats', `cmdstat_${name}`) !== after.text('commandstats', `cmdstat_${name}`),
	);
}
