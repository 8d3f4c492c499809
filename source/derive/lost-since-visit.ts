import type {EarlierVisit} from '../domain/earlier-visit.js';
import {keyTotals} from '../parse/info-fields.js';
import type {KeyDrop} from './key-drop.js';
import type {NodeRecord} from './node-record.js';

/** Longest time from the visit to the restart, in milliseconds. What changed in more time need not come from the restart. */
const backMs = 900_000;
/** Fewest lost keys that count. Smaller changes are normal. */
const fewestKeys = 1000;

/**
What a session notes of a server on this machine: its keys, for a primary without replicas. A node of a cluster gives keys
away with their slots. Undefined where it is not to be noted, or nothing is known yet.
*/
export function visitOf({sample, role, host, failure}: NodeRecord): EarlierVisit | undefined {
	const folder = host?.value.kind === 'here' ? host.value.folder?.path : undefined;
	const isAlone =
		role === 'primary' &&
		sample?.info.number('cluster', 'cluster_enabled') !== 1 &&
		sample?.info.number('replication', 'connected_slaves') === 0;
	if (sample?.runId === undefined || folder === undefined || failure !== undefined || !isAlone) {
		return undefined;
	}

	if (sample.info.number('persistence', 'loading') !== 0 || !sample.info.sections.has('keyspace')) {
		return undefined;
	}

	const {keys, expiring} = keyTotals(sample.info);
	return {runId: sample.runId, atMs: sample.atMs, keys, lasting: keys - expiring, folder};
}

/**
The keys that a server had when an earlier session saw it, and lost with a restart since. Only keys without a TTL tell:
the others may have expired. Undefined where nothing is lost, or the restart need not be the reason.
*/
export function lostSinceVisit(record: NodeRecord): (KeyDrop & {readonly atMs: number}) | undefined {
	const {sample, host} = record;
	const visits = host?.value.kind === 'here' ? host.value.visits : undefined;
	const now = visits === undefined || visits.length === 0 ? undefined : visitOf(record);
	const uptime = sample?.info.number('server', 'uptime_in_seconds');
	if (now === undefined || sample === undefined || uptime === undefined) {
		return undefined;
	}

	const startedAtMs = sample.atMs - uptime * 1000;
	const before = visits?.find(
		({runId, folder, atMs}) =>
			runId !== now.runId && folder === now.folder && atMs <= startedAtMs && startedAtMs - atMs <= backMs,
	);
	const loaded = sample.info.number('persistence', 'rdb_last_load_keys_loaded') ?? 0;
	if (before === undefined || loaded > before.keys / 2 || now.keys > before.keys / 2) {
		return undefined;
	}

	const lost = before.lasting - now.lasting;
	return lost < Math.max(fewestKeys, (before.keys - now.keys) / 2)
		? undefined
		: {from: before.keys, to: now.keys, byRestart: true, byFlush: undefined, atMs: startedAtMs};
}

/** Visits that are kept of a server: of its present process, and of the one before. */
const visitsKept = 2;

/** The visits of a server with its present state. A later visit to the same process replaces the earlier one. */
export const withVisit = (visits: readonly EarlierVisit[], now: EarlierVisit | undefined): readonly EarlierVisit[] =>
	now === undefined ? visits : [now, ...visits.filter(({runId}) => runId !== now.runId)].slice(0, visitsKept);
