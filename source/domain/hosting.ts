/** Where a deployment runs, as reports name it. */
export type HostingKind =
	| 'self-hosted'
	| 'elasticache'
	| 'memorydb'
	| 'azure'
	| 'memorystore'
	| 'redis-cloud'
	| 'upstash'
	| 'aiven'
	| 'digitalocean'
	| 'heroku'
	| 'unknown';

/** A provider's managed service. Operators use its console where its servers refuse commands. */
export type ManagedService = {
	readonly kind: HostingKind;
	readonly name: string;
	/** The address of the provider's status page. Operators should open it first. */
	readonly statusPage: string;
	/** What to look at in the provider's console. */
	readonly console: string;
	/**
	Commands that the service refuses. A command without a subcommand, such as `ACL`, stands for all its subcommands
	that change something.
	*/
	readonly forbidden: readonly string[];
	/** What to do at this provider in place of BGSAVE. */
	readonly save: string;
	/** What to do at this provider in place of SHUTDOWN. */
	readonly restart: string;
};

export type Hosting = {
	readonly kind: HostingKind;
	/** The managed service; undefined for a self-hosted server and when the hosting is unknown. */
	readonly service: ManagedService | undefined;
	/**
	`certain`: the host name or INFO shows the hosting. `likely`: the hosting is only concluded, from refused commands or
	from a local address.
	*/
	readonly certainty: 'certain' | 'likely';
	/** The evidence for the hosting, as text for people. */
	readonly because: string;
};
