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

/** A provider's service: where it is looked at and worked on instead of with commands that it forbids. */
export type ManagedService = {
	readonly kind: HostingKind;
	readonly name: string;
	/** What to open first. */
	readonly statusPage: string;
	/** What to look at then. */
	readonly console: string;
	/** Commands that it is known to forbid; `ACL`: all of a command's subcommands that change something. */
	readonly forbidden: readonly string[];
	/** What to do instead of BGSAVE. */
	readonly save: string;
	/** What to do instead of SHUTDOWN. */
	readonly restart: string;
};

export type Hosting = {
	readonly kind: HostingKind;
	/** Undefined for a server of one's own and where nothing is known. */
	readonly service: ManagedService | undefined;
	/** `likely`: concluded from what it refuses, not from its name or its INFO. */
	readonly certainty: 'certain' | 'likely';
	/** What it was concluded from, for people. */
	readonly because: string;
};
