/** A kind of line in the server's log, with a known meaning. */
export type LogRemark = {
	/**
	The id of the meaning: `fork-failed`, `disk-full`, `crashed` … (`parse/server-log-patterns.ts`). Published ids don't
	change.
	*/
	readonly id: string;
	readonly severity: 'info' | 'warning' | 'critical';
	/** The ids of the rules for which a line of this kind is evidence. */
	readonly rules: readonly string[];
	readonly meaning: string;
	/** The newest log line of this kind. */
	readonly line: string;
	readonly atMs: number | undefined;
	/** The number of log lines of this kind in the part of the log that was read. */
	readonly count: number;
};

/** The start of a server process, from the first line that it wrote into the log. */
export type LoggedStart = {readonly processId: number; readonly atMs: number};

/**
Something that happened at a known time, according to the log. Consecutive lines with the same meaning, less than a
minute apart, count as one.
*/
export type LoggedHappening = Pick<LogRemark, 'id' | 'severity' | 'meaning' | 'count'> & {
	/** When the first line about the happening was written, in milliseconds since the epoch. */
	readonly atMs: number;
};

/** A replica that the log of its primary names. */
export type LoggedReplica = {
	/** Its address as the log has it: `10.0.1.12:6379`. */
	readonly address: string;
	/** Whether the newest line that names it tells of the end of its link; else it was linked then. */
	readonly isLost: boolean;
	/** Time of that line, in milliseconds since the epoch. */
	readonly atMs: number;
};
