/** The backup that a server makes itself, as BACKUP STATUS reports it (Redis 8.10). */
export type ServerBackup = {
	/** The backup's state as printed: `idle`, `pending`, `snapshotting`, `incrementing`, `sealed` or `failed`. */
	readonly state: string;
	/** Why the backup failed; empty while it has not failed. */
	readonly problem: string;
	/** When the last backup began, in milliseconds since the epoch; undefined before the first backup. */
	readonly startedMs: number | undefined;
	/** When the last backup was sealed, in milliseconds since the epoch; undefined until then. */
	readonly sealedMs: number | undefined;
};
