import type {NodeSample} from '../domain/sample.js';
import {connectedReplicas} from '../parse/info-fields.js';

export type TrackedReading = {readonly atMs: number; readonly value: number};

/** Between two readings that are kept, milliseconds. */
const stepMs = 10_000;
/** Ten minutes of them. */
const readingsKept = 61;

/** The fields whose last ten minutes rules look at. Each costs a node half a kilobyte. */
const trackedFields = [
	['memory', 'used_memory'],
	['replication', 'connected_slaves'],
	['stats', 'sync_full'],
	['stats', 'sync_partial_err'],
	['stats', 'evicted_keys'],
	['stats', 'rejected_connections'],
] as const;

export type TrackedField = (typeof trackedFields)[number];

/** A reading every ten seconds of the fields that rules compare with minutes ago. Starts afresh with each process. */
export class FieldTracks {
	#runId: string | undefined;
	/** Oldest first, and at the same places what was read then; NaN where nothing was. */
	#times: number[] = [];
	#values: readonly number[][] = [];
	#lastAtMs = Number.NEGATIVE_INFINITY;

	note({atMs, runId, info}: NodeSample): void {
		if (runId !== this.#runId || this.#values.length === 0) {
			// A copy: a part of INFO's text would keep all of it.
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
			// Tools that read the replication stream come and go; no rule may miss them as replicas.
			const value = field === 'connected_slaves' ? connectedReplicas(info) : info.number(section, field);
			push(this.#values[index], value ?? Number.NaN);
		}
	}

	/** Oldest first, those at or after `sinceMs`; empty when none was kept. */
	readings([section, field]: TrackedField, sinceMs: number): readonly TrackedReading[] {
		const index = trackedFields.findIndex(tracked => tracked[0] === section && tracked[1] === field);
		const values = this.#values[index] ?? [];
		return this.#times.flatMap((atMs, place) => {
			const value = values[place];
			return atMs < sinceMs || value === undefined || Number.isNaN(value) ? [] : [{atMs, value}];
		});
	}
}

function push(readings: number[] | undefined, value: number): void {
	readings?.push(value);
	if (readings !== undefined && readings.length > readingsKept) {
		readings.shift();
	}
}
