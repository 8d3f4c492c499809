/** One line of CLIENT LIST. A field the server's version doesn't print is undefined. */
export type ClientRow = {
	readonly id: number;
	readonly address: string;
	readonly localAddress: string | undefined;
	readonly name: string;
	readonly user: string | undefined;
	readonly ageSeconds: number;
	readonly idleSeconds: number;
	/** As Redis prints them: N normal, S replica, M primary, O monitor, P pub/sub, b blocked, x in MULTI, e no-evict … */
	readonly flags: string;
	readonly database: number | undefined;
	readonly queryBufferBytes: number | undefined;
	/** `omem`: bytes waiting in the output list. */
	readonly outputBufferBytes: number | undefined;
	/** `tot-mem`: all memory this client takes. */
	readonly totalMemoryBytes: number | undefined;
	/** Last command: `get`, `client|list`. */
	readonly command: string;
	readonly libraryName: string | undefined;
	readonly libraryVersion: string | undefined;
};
