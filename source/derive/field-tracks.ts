import type {NodeSample} from '../domain/sample.js';

export type TrackedReading = {readonly atMs: number; readonly value: number};

/** Between two readings that are kept, milliseconds. */
const stepMs = 10_000;
/** Ten minutes of them. */
const readingsKept = 61;

/** The fields whose last ten minutes rules look at. Each costs a node one kilobyte. */
const trackedFields = [
	['memory', 'used_memory'],
	['replication', 'connected_slaves'],
	['stats', 'sync_full'],
	['stats', 'sync_partial_err'],
	['stats', 'evicted_keys'],
	['stats', 'rejected_connections'],
] as const;

export type TrackedField = (typeof trackedFields)[number];

type Track = {readonly section: string; readonly field: string; readonly readings: TrackedReading[]};

/** A reading every ten seconds of the fields that rules compare with minutes ago. Starts afresh with each process. */
export class FieldTracks {
	#runId: string | undefined;
	#tracks: readonly Track[] = [];
	#lastAtMs = Number.NEGATIVE_INFINITY;

	note({atMs, runId, info}: NodeSample): void {
		if (runId !== this.#runId || this.#tracks.length === 0) {
			this.#runId = runId;
			this.#tracks = trackedFields.map(([section, field]) => ({section, field, readings: []}));
			this.#lastAtMs = Number.NEGATIVE_INFINITY;
		}

		if (atMs < this.#lastAtMs + stepMs) {
			return;
		}

		this.#lastAtMs = atMs;
		for (const {section, field, readings} of this.#tracks) {
			const value = info.number(section, field);
			if (value !== undefined) {
				readings.push({atMs, value});
				readings.splice(0, readings.length - readingsKept);
			}
		}
	}

	/** Oldest first, those at or after `sinceMs`; empty when none was kept. */
	readings([section, field]: TrackedField, sinceMs: number): readonly TrackedReading[] {
		const track = this.#tracks.find(candidate => candidate.section === section && candidate.field === field);
		return track?.readings.filter(({atMs}) => atMs >= sinceMs) ?? [];
	}
}
