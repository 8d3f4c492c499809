/** One key that a server reports as hot. */
export type HotKey = {
	readonly key: string;
	readonly database: number | undefined;
	/** Processor time, bytes, or requests a second, depending on the list that the key is in. */
	readonly amount: number;
};

/**
The reply to HOTKEYS GET. Redis 8.6 has data after a session of tracking; Valkey 9.2 has data when tracking is
configured.
*/
export type HotKeys = {
	/** Whether the server tracks hot keys now; undefined where the server doesn't report it. */
	readonly isTracking: boolean | undefined;
	/**
	When the session of tracking began, in milliseconds since the epoch; undefined where the server doesn't report it.
	*/
	readonly startedAtMs: number | undefined;
	readonly durationMs: number | undefined;
	/** The server counts one of this many commands; 1 means every command. */
	readonly sampleRatio: number | undefined;
	readonly byCpu: readonly HotKey[];
	readonly byBytes: readonly HotKey[];
	readonly byRequests: readonly HotKey[];
};
