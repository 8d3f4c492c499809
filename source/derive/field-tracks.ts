import type {InfoReply} from '../domain/info-reply.js';
import type {NodeSample} from '../domain/sample.js';
import {connectedReplicas, keyTotals} from '../parse/info-fields.js';

export type TrackedReading = {readonly atMs: number; readonly value: number};

/** Time between two kept readings of a field, in milliseconds. */
const stepMs = 10_000;
/** Number of readings kept of each field: ten minutes of them. */
const readingsKept = 61;

/**
The fields whose last ten minutes rules read. The readings of one field take half a kilobyte of memory for each node.
*/
const trackedFields = [
	['memory', 'used_memory'],
	['memory', 'maxmemory'],
	['replication', 'connected_slaves'],
	['stats', 'sync_full'],
	['stats', 'sync_partial_err'],
	['stats', 'sync_partial_ok'],
	['stats', 'total_net_repl_input_bytes'],
	['stats', 'evicted_keys'],
	['persistence', 'aof_delayed_fsync'],
	['stats', 'rejected_connections'],
	['stats', 'expired_fields'],
	['stats', 'expired_subkeys'],
	['stats', 'keyspace_hits'],
	['stats', 'keyspace_misses'],
	['stats', 'expired_keys'],
	['keyspace', 'expires'],
	['stats', 'pubsub_channels'],
	['stats', 'pubsub_patterns'],
	['stats', 'total_commands_processed'],
] as const;

export type TrackedField = (typeof trackedFields)[number];

/**
A node's readings of the tracked fields, one every ten seconds for ten minutes. Rules compare present values with these
readings. A restart of the server clears them.
*/
export class FieldTracks {
	#runId: string | undefined;
	/**
	When each reading was taken, in milliseconds since the epoch, oldest first. `#values` has a list for each field in
	the same order, with NaN for a missing value.
	*/
	#times: number[] = [];
	#values: readonly number[][] = [];
	#lastAtMs = Number.NEGATIVE_INFINITY;

	note({atMs, runId, info}: NodeSample): void {
		if (runId !== this.#runId || this.#values.length === 0) {
			// The run id is copied: a substring of the INFO reply would keep the whole reply in memory.
			this.#runId = runId && Buffer.from(runId).toString();
			this.#times = [];
			this.#values = trackedFields.map(() => []);
			this.#lastAtMs = Number.NEGATIVE_INFINITY;
		}

		if (atMs < this.#lastAtMs + stepMs) {
			return;
		}

		this.#lastAtMs = atMs;
		push(this.#times, atMs);
		for (const [index, [section, field]] of trackedFields.entries()) {
			push(this.#values[index], trackedValue(info, section, field) ?? Number.NaN);
		}
	}

	/** The readings of a field at or after `sinceMs`, oldest first; empty when there are none. */
	readings([section, field]: TrackedField, sinceMs: number): readonly TrackedReading[] {
		const index = trackedFields.findIndex(tracked => tracked[0] === section && tracked[1] === field);
		const values = this.#values[index] ?? [];
		return this.#times.flatMap((atMs, place) => {
			const value = values[place];
			return atMs < sinceMs || value === undefined || Number.isNaN(value) ? [] : [{atMs, value}];
		});
	}
}

function trackedValue(info: InfoReply, section: string, field: string): number | undefined {
	switch (field) {
		// Tools that only read the replication stream (backups, migrations) connect for a while. They are not
		// counted as replicas, so no rule reports a lost replica when they disconnect.
		case 'connected_slaves':
			return connectedReplicas(info);
		// The keys with a TTL of all databases; INFO keyspace has a line for each.
		case 'expires':
			return keyTotals(info).expiring;
		default:
			return info.number(section, field);
	}
}

function push(readings: number[] | undefined, value: number): void {
	readings?.push(value);
	if (readings !== undefined && readings.length > readingsKept) {
		readings.shift();
	}
}
