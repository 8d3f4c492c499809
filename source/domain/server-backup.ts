/** The backup that a server makes itself, as BACKUP STATUS reports it (Redis 8.10). */
export type ServerBackup = {
	/** `idle`, `pending`, `snapshotting`, `incrementing`, `sealed` or `failed`, as printed. */
	readonly state: string;
	/** Why it failed; empty while it has not. */
	readonly problem: string;
	/** When the last backup began and was sealed, in milliseconds since the epoch; undefined while it was not. */
	readonly startedMs: number | undefined;
	readonly sealedMs: number | undefined;
};
