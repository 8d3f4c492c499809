/** The backup that a server makes itself, as BACKUP STATUS reports it (Redis 8.10). */
export type ServerBackup = {
	/** `idle`, `pending`, `snapshotting`, `incrementing`, `sealed` or `failed`, as printed. */
	readonly state: string;
	/** Why the backup failed; empty while it has not failed. */
	readonly problem: string;
	/**
	When the last backup began, in milliseconds since the epoch, and when it was sealed (`sealedMs`). Undefined until
	then.
	*/
	readonly startedMs: number | undefined;
	readonly sealedMs: number | undefined;
};
