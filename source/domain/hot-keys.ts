/** One key that a server reports as hot. */
export type HotKey = {
	readonly key: string;
	readonly database: number | undefined;
	/**
	In `byCpu` the key's processor time in microseconds, in `byBytes` its bytes, in `byRequests` its requests per second.
	*/
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
	/** N, if the server counts every Nth command; 1 if it counts every command. */
	readonly sampleRatio: number | undefined;
	readonly byCpu: readonly HotKey[];
	readonly byBytes: readonly HotKey[];
	readonly byRequests: readonly HotKey[];
};
