import {keyCount} from '../../domain/metric.js';
import type {RestartRun} from '../../domain/restart.js';
import {replicaLines} from '../../parse/info-fields.js';
import {grouped, seconds} from '../../text/units.js';
import {counted} from '../catalogue/saved-data.js';
import type {RestartObservation} from './restart-state.js';

export type RestartProof = {readonly kind: 'proved' | 'failed' | 'running'; readonly text: string};

/**
Replicas and a link to the primary come back by themselves: a replica tries once a second, and the transfer of a large
data set takes minutes. So long they are waited for, milliseconds.
*/
const returnMs = 300_000;

/**
A restart is proved by another run id, by as many keys as there were but for those that may have expired, by the role it
had, and by its replicas (or its link) being back.

@param sinceMs Since the server answers again.
*/
export function verifyRestart(
	{before}: Pick<RestartRun, 'before'>,
	{role, sample}: RestartObservation,
	sinceMs: number,
): RestartProof {
	const info = sample?.info;
	if (info === undefined) {
		return {kind: 'running', text: 'waiting for its first answer'};
	}

	const keys = keyCount(info);
	// Clients may delete as soon as it is back; what it counted while loading (7.0) is nearer to the question.
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

	// A replica that was a primary: a Sentinel or the cluster promoted another one meanwhile.
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

	const owed = role === 'replica' ? `its link to the primary is ${link}` : 'waiting for its replicas';
	const text = `${words.join(', ')}; ${owed}`;
	return sinceMs < returnMs
		? {kind: 'running', text}
		: {kind: 'failed', text: `${text} after ${seconds(sinceMs / 1000)}`};
}
