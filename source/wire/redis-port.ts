/** A reply as RESP2 shapes it, bytes decoded as UTF-8. An error inside a pipeline is a `ReplyFailure` value. */
export type Reply = string | number | null | ReplyFailure | readonly Reply[];

/** An error reply (`-NOPERM …`): the server's own words, without the command that provoked it (it may hold a password). */
export class ReplyFailure extends Error {
	override readonly name = 'ReplyFailure';

	/** The reply's first word: `NOPERM`, `LOADING`, `ERR`. Texts differ between Redis and Valkey, first words don't. */
	get code(): string {
		return /^[A-Z]+/.exec(this.message)?.[0] ?? 'ERR';
	}
}

/**
A connection could not be made or was lost, or a reply came too late. Code and message are those of the socket's last error,
where it had one.
*/
export class WireFailure extends Error {
	override readonly name = 'WireFailure';

	constructor(
		message: string,
		/** `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`, `CERT_HAS_EXPIRED`, `TIMEOUT` (a reply is pending), `CLOSED` (no reason given). */
		readonly code: string,
		/** True once a command was written: its outcome is then unknown. */
		readonly wasSent: boolean,
	) {
		super(message);
	}
}

/**
One connection to one node, for reading. It refuses (throws a `TypeError`) any command that is not on the list of reads
(`wire/read-commands.ts`), so that no poll can ever change a server.
*/
export type RedisPort = {
	readonly isOpen: boolean;
	/** Bytes written and read since it was opened. */
	readonly traffic: {readonly bytesOut: number; readonly bytesIn: number};

	/** Connects and authenticates. Rejects with `WireFailure` or `ReplyFailure`. */
	open(): Promise<void>;

	/**
	Sends the commands in one write and resolves with their replies in order, each a value or a `ReplyFailure`.
	Rejects with `WireFailure`, code `TIMEOUT`, when the replies are not complete after `timeoutMs`. They are still pending
	then, and `settled()` resolves when the last of them has come.
	*/
	ask(commands: ReadonlyArray<readonly string[]>, timeoutMs: number): Promise<Reply[]>;

	/**
	Subscribes to the Sentinels' channel (`sentinelChannel`) until `take` returns true, for `forMs` at most. The connection
	serves nothing else afterwards. Rejects with `ReplyFailure` when that is refused, with `WireFailure` when it is lost.
	*/
	subscribe(forMs: number, take: (message: string) => boolean): Promise<void>;

	/** Resolves when no reply is pending any more, or rejects with `WireFailure` when the connection ends first. */
	settled(): Promise<void>;

	/** Calls `tell` once when the connection ends, on either side. */
	onceClosed?(tell: () => void): void;

	close(): void;
};

/** The connection of one guarded action. Opened for it, used once, closed; nothing on it is ever sent twice. */
export type ActionPort = Omit<RedisPort, 'settled' | 'subscribe' | 'onceClosed'> & {
	/**
	Sends a command that may change the server. Rejects with `ReplyFailure` when it is refused. Rejects with `WireFailure` when the
	connection ended first (`wasSent`: the outcome is unknown), or with code `TIMEOUT` when no reply came in time.
	*/
	send(command: readonly string[], timeoutMs: number): Promise<Reply>;
};
