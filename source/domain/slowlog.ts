/** The fields that entries of SLOWLOG and COMMANDLOG share. Arguments are printable. */
type LoggedCommand = {
	/** The entry's number, counted from the server's start. SLOWLOG RESET doesn't reset it. */
	readonly id: number;
	/** When the command ran, by the server's clock, in milliseconds since the epoch. */
	readonly atMs: number;
	/** The command's words, at most 32 and shortened by the server. */
	readonly arguments: readonly string[];
	/** The client's address; undefined before Redis 4.0. */
	readonly clientAddress: string | undefined;
	readonly clientName: string | undefined;
	/** Number of arguments that the command really had; undefined before Redis 8.10. */
	readonly argumentCount?: number;
};

/** One entry of SLOWLOG: a slow command and its duration. */
export type SlowlogEntry = LoggedCommand & {readonly durationMicroseconds: number};

/** A log of COMMANDLOG other than the slow log (Valkey 8.1 and later). */
export type LargeLog = 'large-request' | 'large-reply';

/**
One entry of COMMANDLOG: a command whose request or reply was large. `bytes` is the size of that request or reply.
*/
export type LargeEntry = LoggedCommand & {readonly log: LargeLog; readonly bytes: number};
