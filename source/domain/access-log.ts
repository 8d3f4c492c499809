/** One entry of ACL LOG: a user was refused, `count` times since the entry was made. All texts are printable. */
export type AccessRefusal = {
	readonly count: number;
	/** What the user lacked: `auth` (valid credentials), `command`, `key`, `channel`, or `tls-cert` (Valkey 9.0). */
	readonly lack: string;
	/** What the user asked for: a command, a key or a channel. For `auth`, the command that sent the credentials. */
	readonly object: string;
	readonly user: string;
	/** Seconds since the last refusal that the entry counts. */
	readonly ageSeconds: number;
	readonly clientAddress: string | undefined;
	/** The client's name; empty when it has set none, undefined when the entry doesn't say. */
	readonly clientName: string | undefined;
};
