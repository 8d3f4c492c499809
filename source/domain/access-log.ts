/** One entry of ACL LOG: refusals of one user for the same reason. All texts are printable. */
export type AccessRefusal = {
	/** The number of refusals that the server has added up in this entry. */
	readonly count: number;
	/** What the user lacked: `auth` (valid credentials), `command`, `key`, `channel`, or `tls-cert` (Valkey 9.0). */
	readonly lack: string;
	/** What the user asked for: a command, a key or a channel. For `auth`, the command that sent the credentials. */
	readonly object: string;
	readonly user: string;
	/** Seconds since the last refusal that the entry counts. */
	readonly ageSeconds: number;
	readonly clientAddress: string | undefined;
	/** The client's name; empty when the client has set none, undefined when the entry doesn't have the field. */
	readonly clientName: string | undefined;
};
