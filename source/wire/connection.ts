import type {Endpoint} from '../domain/node.js';

export type TlsSettings = {
	/**
	The certificates of the trusted authorities, as PEM text; undefined when Node's own list of authorities is trusted.
	*/
	readonly ca: readonly string[] | undefined;
	readonly cert: string | undefined;
	readonly key: string | undefined;
	/** The server name given with `--sni`; undefined when the flag is absent. */
	readonly serverName: string | undefined;
	/**
	The host name that the node announces in CLUSTER NODES (7.0 and later). It takes precedence over `serverName`.
	*/
	readonly announcedName?: string | undefined;
	/**
	Whether the certificate must contain the requested host name (SNI). A certificate with only the node's address is
	then refused. True for a node that gets credentials for its name alone (`--follow`).
	*/
	readonly isNameRequired?: boolean | undefined;
	/** Whether the certificate is verified. Only `--insecure` makes this false, and the screen then says so. */
	readonly isVerified: boolean;
};

/** Everything needed to connect to a node. `password` must never be printed, logged or passed to a child's argv. */
export type ConnectionSettings = {
	readonly endpoint: Endpoint;
	readonly username: string | undefined;
	readonly password: string | undefined;
	readonly tls: TlsSettings | undefined;
	readonly timeoutMs: number;
	/**
	The name of the profile in the config file that the target came from. The profile sets thresholds and role. Nodes that
	are discovered from this node inherit the profile.
	*/
	readonly profile?: string | undefined;
	/**
	Whether the credentials were set for another kind of node. For example, a data node's credentials are tried on its
	Sentinels. When the node refuses them, redis-top connects without credentials.
	*/
	readonly areBorrowed?: boolean | undefined;
	/**
	Whether credentials were left out, because a server announced this node outside the targets' hosts and networks
	(`--follow`).
	*/
	readonly isWithheld?: boolean | undefined;
};

/** Whether redis-top connects as the default user without a password. */
export const isAnonymous = ({username, password}: ConnectionSettings): boolean =>
	username === undefined && password === undefined;
