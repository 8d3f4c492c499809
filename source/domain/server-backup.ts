/** The backup that a server makes itself, as BACKUP STATUS reports it (Redis 8.10). */
export type ServerBackup = {
	/** The backup's state as printed: `idle`, `pending`, `snapshotting`, `incrementing`, `sealed` or `failed`. */
	readonly state: string;
	/** Why the backup failed; empty while it has not failed. */
	readonly problem: string;
	/**
	When the last backup began, in milliseconds since the epoch. `sealedMs` is when it was sealed. Each is undefined until
	then.
	*/
	readonly startedMs: number | undefined;
	readonly sealedMs: number | undefined;
};
