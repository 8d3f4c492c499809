/**
What one client did on its connection: the bytes that it sent, the bytes that the server sent, and the number of
commands.
*/
export type ClientTraffic = {readonly inBytes: number; readonly outBytes: number; readonly commands: number};

/** The memory figures of a client, in bytes. */
export const clientMemoryFigures = ['outputBufferBytes', 'totalMemoryBytes', 'queryBufferBytes'] as const;

export type ClientMemory = Readonly<Record<(typeof clientMemoryFigures)[number], number>>;

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
	/**
	`rbs`: the present size of the fixed buffer for replies, in bytes. The server gives a connection that needs less than
	16 KB a smaller buffer within some seconds. Undefined before 7.0.
	*/
	readonly replyBufferBytes?: number | undefined;
	/** `tot-mem`: bytes of memory that the client takes in all. */
	readonly totalMemoryBytes: number | undefined;
	/** The client's last command, as the server prints it: `get`, `client|list`. */
	readonly command: string;
	/** `psub`: the number of patterns that the client subscribed to; undefined when there are none. */
	readonly patterns?: number | undefined;
	readonly libraryName: string | undefined;
	readonly libraryVersion: string | undefined;
	/**
	`tot-net-in`, `tot-net-out` and `tot-cmds` since the client connected (Valkey 8.0 and Redis 8.2). Undefined where the
	server doesn't count them.
	*/
	readonly totals?: ClientTraffic | undefined;
	/**
	The growth of `totals` per second since an earlier CLIENT LIST; undefined when no earlier CLIENT LIST can be
	compared.
	*/
	readonly perSecond?: ClientTraffic | undefined;
	/** Earlier figures whose larger units are kept for the present figures. Undefined if no unit is kept. */
	readonly unitsOf?: Partial<ClientMemory> | undefined;
};
