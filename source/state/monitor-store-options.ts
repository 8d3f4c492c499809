import type {Clock} from '../domain/clock.js';
import type {TrackingMode} from './finding-tracks.js';
import type {History} from './history.js';

export type MonitorStoreOptions = {
	readonly target: string;
	readonly isInsecure: boolean;
	readonly user?: string | undefined;
	/** When the nodes that are remembered of the target were last seen, milliseconds since the epoch. */
	readonly rememberedAtMs?: number | undefined;
	readonly intervalMs: number;
	readonly clock: Clock;
	/** Where each record is kept as it was; undefined: nowhere. */
	readonly history?: History | undefined;
	/** `once` where nobody watches on: see `FindingTracks`. */
	readonly tracking?: TrackingMode | undefined;
};
