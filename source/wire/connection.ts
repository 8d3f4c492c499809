import type {Endpoint} from '../domain/node.js';

export type TlsSettings = {
	/** PEM text, already read from the files. */
	readonly ca: readonly string[] | undefined;
	readonly cert: string | undefined;
	readonly key: string | undefined;
	/** `--sni`. */
	readonly serverName: string | undefined;
	/** The host name that the node announces in CLUSTER NODES (7.0 and later). It goes before `serverName`. */
	readonly announcedName?: string | undefined;
	/** False only by `--insecure`, and the screen says so. */
	readonly isVerified: boolean;
};

/** Everything needed to connect to a node. `password` must never be printed, logged or passed to a child's argv. */
export type ConnectionSettings = {
	readonly endpoint: Endpoint;
	readonly username: string | undefined;
	readonly password: string | undefined;
	readonly tls: TlsSettings | undefined;
	readonly timeoutMs: number;
	/** The config file's profile that its target came from, for its thresholds and role. Nodes that a node names inherit it. */
	readonly profile?: string | undefined;
	/** The credentials are those of another kind of node (a data node's for its sentinels): refused, it is tried without. */
	readonly areBorrowed?: boolean | undefined;
	/** It has no credentials because a server announced it outside the targets' hosts and networks (`--follow`). */
	readonly isWithheld?: boolean | undefined;
};
