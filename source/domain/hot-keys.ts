/** One key that a server reports as hot. */
export type HotKey = {
	readonly key: string;
	readonly database: number | undefined;
	/** Processor time, bytes, or requests a second, by the kind of the list. */
	readonly amount: number;
};

/** What HOTKEYS GET returns: Redis 8.6 after a session of tracking, Valkey 9.2 by its configuration. */
export type HotKeys = {
	/** Whether the server tracks now; undefined where it does not say. */
	readonly isTracking: boolean | undefined;
	/** When the session began, in milliseconds since the epoch; undefined where the server does not say. */
	readonly startedAtMs: number | undefined;
	readonly durationMs: number | undefined;
	/** The server counts one command of this many; 1: every command. */
	readonly sampleRatio: number | undefined;
	readonly byCpu: readonly HotKey[];
	readonly byBytes: readonly HotKey[];
	readonly byRequests: readonly HotKey[];
};
