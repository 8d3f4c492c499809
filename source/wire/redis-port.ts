/** A reply in the shape of RESP2, with bytes decoded as UTF-8. An error inside a pipeline is a `ReplyFailure` value. */
export type Reply = string | number | null | ReplyFailure | readonly Reply[];

/**
An error reply (`-NOPERM …`). It holds the server's words. The command that caused the error is left out, because it may
hold a password.
*/
export class ReplyFailure extends Error {
	override readonly name = 'ReplyFailure';

	/**
	The reply's first word: `NOPERM`, `LOADING`, `ERR`. Redis and Valkey use the same first words and differ in the text
	after them.
	*/
	get code(): string {
		return /^[A-Z]+/.exec(this.message)?.[0] ?? 'ERR';
	}
}

/**
An error of the connection: it could not be made, it was lost, or a reply came too late. Code and message are those of
the socket's last error, if the socket had an error.
*/
export class WireFailure extends Error {
	override readonly name = 'WireFailure';

	constructor(
		message: string,
		/**
		The socket's code, such as `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT` or `CERT_HAS_EXPIRED`. redis-top adds
		`TIMEOUT` (a reply is pending) and `CLOSED` (no reason given).
		*/
		readonly code: string,
		/** Whether a command had been written before the error; the outcome of that command is then unknown. */
		readonly wasSent: boolean,
	) {
		super(message);
	}
}

/**
One connection to one node, for reading. It throws a `TypeError` for any command that `wire/read-commands.ts` does not
list, so that no poll can change a server.
*/
export type RedisPort = {
	readonly isOpen: boolean;
	/** Bytes written and read since the connection was opened. */
	readonly traffic: {readonly bytesOut: number; readonly bytesIn: number};

	/**
	When the certificate that the server showed expires, milliseconds since the epoch; undefined without TLS or before the
	connection is open.
	*/
	readonly certificateExpiresAtMs?: number | undefined;

	/** Connects and authenticates. Rejects with `WireFailure` or `ReplyFailure`. */
	open(): Promise<void>;

	/**
	Sends the commands in one write and resolves with their replies in order, each a value or a `ReplyFailure`. Rejects
	with `WireFailure`, code `TIMEOUT`, when the replies are not complete after `timeoutMs`. The missing replies are
	still pending then, and `settled()` resolves when the last of them has come.
	*/
	ask(commands: ReadonlyArray<readonly string[]>, timeoutMs: number): Promise<Reply[]>;

	/**
	Subscribes to the Sentinels' channel (`sentinelChannel`) until `take` returns true, for `forMs` milliseconds at
	most. The connection serves nothing else afterwards. Rejects with `ReplyFailure` when the server refuses, and with
	`WireFailure` when the connection is lost.
	*/
	subscribe(forMs: number, take: (message: string) => boolean): Promise<void>;

	/**
	Resolves with the replies to the last `ask` when none is pending any more, or rejects with `WireFailure` when the
	connection ends first.
	*/
	settled(): Promise<readonly Reply[]>;

	/**
	Whether the kernel of the server's machine has confirmed all that was sent; undefined if that is not known.
	*/
	isConfirmed?(): Promise<boolean | undefined>;

	/** Calls `tell` once when either side ends the connection. */
	onceClosed?(tell: () => void): void;

	close(): void;
};

/**
The connection of one guarded action. It is opened for the action, used once and closed; no command is sent twice.
*/
export type ActionPort = Omit<RedisPort, 'settled' | 'subscribe' | 'onceClosed'> & {
	/**
	Sends a command that may change the server. Rejects with `ReplyFailure` when the server refuses it. Rejects with
	`WireFailure` when the connection ended first (`wasSent` tells whether the outcome is unknown). The error's code is
	`TIMEOUT` when no reply came within `timeoutMs`.
	*/
	send(command: readonly string[], timeoutMs: number): Promise<Reply>;
};
