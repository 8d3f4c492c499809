import {keyCount} from '../../domain/metric.js';
import type {RestartRun} from '../../domain/restart.js';
import {replicaLines} from '../../parse/info-fields.js';
import {grouped, seconds} from '../../text/units.js';
import {counted} from '../catalogue/saved-data.js';
import type {RestartObservation} from './restart-state.js';

export type RestartProof = {readonly kind: 'proved' | 'failed' | 'running'; readonly text: string};

/**
Longest wait for replicas, or for the link to the primary, in milliseconds. A replica tries to reconnect once a second.
After that, the full resync of a large data set takes minutes.
*/
const returnMs = 300_000;

/**
A restart is proved by another run id, the keys as before, and the return of the replicas or of the link to the primary.
Keys that may have expired may be missing. A replica must not return as a primary.

@param answeringMs Milliseconds for which the server has answered since its start.
*/
export function verifyRestart(
	{before}: Pick<RestartRun, 'before'>,
	{role, sample}: RestartObservation,
	answeringMs: number,
): RestartProof {
	const info = sample?.info;
	if (info === undefined) {
		return {kind: 'running', text: 'waiting for its first answer'};
	}

	const keys = keyCount(info);
	// Clients may delete keys as soon as the server is back, so the present number of keys may be too low.
	// `rdb_last_load_keys_loaded` (7.0) has the number of keys that the start loaded.
	const loaded = Math.max(keys ?? 0, info.number('persistence', 'rdb_last_load_keys_loaded') ?? 0);
	const words = [
		`run id now ${(sample?.runId ?? '').slice(0, 8)}`,
		`${grouped(keys)} of ${counted(before.keys, 'key')}`,
	];
	if (before.keys !== undefined && loaded < before.keys - before.expiring) {
		const missing = before.keys - before.expiring - loaded;
		return {kind: 'failed', text: `${words.join(', ')}: ${counted(missing, 'key')} more missing than can have expired`};
	}

	if (role === 'primary' && before.role === 'replica') {
		return {
			kind: 'failed',
			text: `${words.join(', ')}, but it is a PRIMARY now and was a replica: two may take writes`,
		};
	}

	// A primary may come back as a replica, if a Sentinel or the cluster promoted another node meanwhile. The proof
	// accepts this change of role.
	words.push(role === before.role ? `${role} as before` : `${role} now, ${before.role} before`);
	const online = replicaLines(info).filter(({state}) => state === 'online').length;
	if (role !== 'replica' && before.replicas > 0) {
		words.push(`${online} of ${counted(before.replicas, 'replica')} back`);
	}

	const link = info.text('replication', 'master_link_status') ?? 'unknown';
	const isWaiting = role === 'replica' ? link !== 'up' : online < before.replicas;
	if (!isWaiting) {
		return {kind: 'proved', text: words.join(', ')};
	}

	const missing = role === 'replica' ? `its link to the primary is ${link}` : 'waiting for its replicas';
	const text = `${words.join(', ')}; ${missing}`;
	return answeringMs < returnMs
		? {kind: 'running', text}
		: {kind: 'failed', text: `${text} after ${seconds(answeringMs / 1000)}`};
}
