/** What SLOWLOG and COMMANDLOG both report of a command. Arguments are printable. */
type LoggedCommand = {
	/** Counts up since the server's start; survives SLOWLOG RESET. */
	readonly id: number;
	/** When it ran, by the server's clock, milliseconds since the epoch. */
	readonly atMs: number;
	/** At most 32, as the server cut them. */
	readonly arguments: readonly string[];
	/** Redis ≥ 4.0. */
	readonly clientAddress: string | undefined;
	readonly clientName: string | undefined;
};

/** One SLOWLOG entry. */
export type SlowlogEntry = LoggedCommand & {readonly durationMicroseconds: number};

/** Which of COMMANDLOG's logs beside the slow one (Valkey ≥ 8.1). */
export type LargeLog = 'large-request' | 'large-reply';

/** One COMMANDLOG entry of a command that was itself large, or got a large reply. */
export type LargeEntry = LoggedCommand & {readonly log: LargeLog; readonly bytes: number};
