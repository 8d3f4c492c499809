/** One consumer group of a stream, by XINFO GROUPS. */
export type StreamGroup = {
	readonly groupName: string;
	readonly consumers: number | undefined;
	/** Entries that were delivered and not acknowledged. */
	readonly pending: number | undefined;
	/** Entries that were not delivered yet (Redis 7.0); undefined where the server can't tell. */
	readonly lag: number | undefined;
	readonly lastDeliveredId: string | undefined;
};

/** What one poll read of one watched key. A part that was not asked for is undefined. */
export type WatchedFacts = {
	/** The word of TYPE: `stream`; `none` for a key that does not exist. */
	readonly type?: string;
	/** Entries, elements or members. */
	readonly length?: number;
	readonly groups?: readonly StreamGroup[];
};

/** The facts of the watched keys by their names. */
export type WatchedReadings = ReadonlyMap<string, WatchedFacts>;

/** Keys that may be watched. More belong into an exporter. */
export const mostWatchedKeys = 50;
