/** What a session of redis-top knew of a server's data, when it last wrote it down. */
export type EarlierVisit = {
	/** The process that had the data. */
	readonly runId: string;
	readonly atMs: number;
	readonly keys: number;
	/** The keys without a TTL. */
	readonly lasting: number;
	/** The folder of the process. */
	readonly folder: string;
};
