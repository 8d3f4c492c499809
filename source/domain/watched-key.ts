/** One consumer group of a stream, by XINFO GROUPS. */
export type StreamGroup = {
	readonly groupName: string;
	readonly consumers: number | undefined;
	/** Entries that were delivered to consumers of the group and not acknowledged. */
	readonly pending: number | undefined;
	/** Entries that were not delivered to the group yet (Redis 7.0); undefined where the server can't tell. */
	readonly lag: number | undefined;
	readonly lastDeliveredId: string | undefined;
};

/** What one poll read of one watched key. A part that was not asked for is undefined. */
export type WatchedFacts = {
	/** The key's type as TYPE prints it: `stream`; `none` for a key that does not exist. */
	readonly type?: string;
	/** The number of entries, elements or members of the key. */
	readonly length?: number;
	readonly groups?: readonly StreamGroup[];
};

/** The facts of the watched keys by their names. */
export type WatchedReadings = ReadonlyMap<string, WatchedFacts>;

/** Number of keys that may be watched. An exporter is the better tool for more keys. */
export const mostWatchedKeys = 50;

/** A watched key: its database, and its name in that database. */
export type WatchedPlace = {readonly database: number; readonly key: string};

/**
The place of a watched key, as `--watch-key` names it: `db3:orders` is the key `orders` of database 3. Any other name is
a key of database 0. To name a key `db3:orders` of database 0, write `db0:db3:orders`.
*/
export function watchedPlace(name: string): WatchedPlace {
	const [, database, key] = /^db(\d{1,5}):(.+)$/s.exec(name) ?? [];
	return database === undefined || key === undefined ? {database: 0, key: name} : {database: Number(database), key};
}
