/** One line of CLIENT LIST. A field that the server's version doesn't print is undefined. */
export type ClientRow = {
	readonly id: number;
	readonly address: string;
	readonly localAddress: string | undefined;
	readonly name: string;
	readonly user: string | undefined;
	readonly ageSeconds: number;
	readonly idleSeconds: number;
	/**
	The client's flags as Redis prints them: N normal, S replica, M primary, O monitor, P pub/sub, b blocked, x in
	MULTI, e no-evict …
	*/
	readonly flags: string;
	readonly database: number | undefined;
	readonly queryBufferBytes: number | undefined;
	/** `omem`: bytes of replies in the output list that wait to be sent. */
	readonly outputBufferBytes: number | undefined;
	/** `tot-mem`: bytes of memory that the client takes in all. */
	readonly totalMemoryBytes: number | undefined;
	/** The last command: `get`, `client|list`. */
	readonly command: string;
	readonly libraryName: string | undefined;
	readonly libraryVersion: string | undefined;
};
