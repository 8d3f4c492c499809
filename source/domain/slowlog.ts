/** One SLOWLOG entry. Arguments are already made printable. */
export type SlowlogEntry = {
	/** Counts up since the server's start; survives SLOWLOG RESET. */
	readonly id: number;
	/** When it ran, by the server's clock, milliseconds since the epoch. */
	readonly atMs: number;
	readonly durationMicroseconds: number;
	/** At most 32, as the server cut them. */
	readonly arguments: readonly string[];
	/** Redis ≥ 4.0. */
	readonly clientAddress: string | undefined;
	readonly clientName: string | undefined;
};
