import type {Clock} from '../domain/clock.js';
import type {TrackingMode} from './finding-tracks.js';
import type {History} from './history.js';
import type {RunLater} from './publish-timer.js';
import type {StoreInput} from './store-input.js';

export type MonitorStoreOptions = {
	readonly target: string;
	readonly isInsecure: boolean;
	readonly user?: string | undefined;
	/** When the remembered nodes of the target were last seen, in milliseconds since the epoch. */
	readonly rememberedAtMs?: number | undefined;
	readonly intervalMs: number;
	readonly clock: Clock;
	/** The history to which each record is added; undefined when no history is kept. */
	readonly history?: History | undefined;
	/**
	How many evaluations a finding needs; `once` for a command that takes one sample and exits. See `FindingTracks`.
	*/
	readonly tracking?: TrackingMode | undefined;
	/**
	Called with every input of the store before the input is processed. The recorder of a session is such a function.
	*/
	readonly journal?: ((input: StoreInput) => void) | undefined;
	/** The moment from which events are noted. Older events belong to the earlier history. @default now */
	readonly startedAtMs?: number | undefined;
	/** Whether the inputs come from a recording. @default false */
	readonly isRecorded?: boolean | undefined;
	/** Runs a function later. A replay passes its own timer, which uses the recording's time. */
	readonly runLater?: RunLater | undefined;
};
