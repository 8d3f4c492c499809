/** One entry of ACL LOG: somebody was refused, as often as counted since the entry was made. Already made printable. */
export type AccessRefusal = {
	readonly count: number;
	/** What was missing: `auth` for the credentials, `command`, `key`, `channel`; `tls-cert` (Valkey 9.0). */
	readonly lack: string;
	/** What was asked for: a command, a key, a channel; for `auth` the command that gave the credentials. */
	readonly object: string;
	readonly user: string;
	/** How long ago it happened last, seconds. */
	readonly ageSeconds: number;
	readonly clientAddress: string | undefined;
	/** Empty where the client has none. */
	readonly clientName: string | undefined;
};
