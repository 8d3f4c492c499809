import {keyCount} from '../domain/metric.js';
import type {NodeSample} from '../domain/sample.js';
import {nodeRole, primaryAddress} from './replication-peers.js';

/** Most keys of a server gone from one sample to the next. */
export type KeyDrop = {
	readonly from: number;
	readonly to: number;
	/** The process is another one: it started without them. */
	readonly byRestart: boolean;
	/** FLUSHALL, FLUSHDB or SWAPDB was called between; undefined where commands are not counted. */
	readonly byFlush: boolean | undefined;
};

/** Fewer keys than this may come and go. */
const fewestKeys = 1000;
const flushes = ['flushall', 'flushdb', 'swapdb'];

/** Undefined where it was no drop, can't be compared, or keys that expired or were evicted explain it. */
export function keyDrop(earlier: NodeSample | undefined, later: NodeSample): KeyDrop | undefined {
	const from = earlier && keyCount(earlier.info);
	const to = keyCount(later.info);
	if (earlier === undefined || from === undefined || to === undefined || from - to < fewestKeys || to > from / 2) {
		return undefined;
	}

	// A server that loads has not got them back yet.
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
