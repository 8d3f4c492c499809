import type {NodeAddress} from './node.js';

/** One key that a scan looked at. */
export type ScannedKey = {
	readonly key: string;
	/** The key's type as TYPE prints it: `hash`; undefined where the server refused the command. */
	readonly type: string | undefined;
	/**
	MEMORY USAGE with SAMPLES 5: the size of a collection is estimated from five elements. Undefined where the server
	refused the command.
	*/
	readonly bytes: number | undefined;
	/** PTTL in milliseconds; `never` for a key without a time to live; undefined where the server refused the command. */
	readonly ttlMs: number | 'never' | undefined;
	/**
	OBJECT FREQ, 0–255: a logarithmic counter of the key's uses, which decays with time. Undefined unless the eviction
	policy is an LFU policy.
	*/
	readonly frequency?: number | undefined;
};

/** Totals of the keys with one prefix, among the keys that a scan saw. */
export type ScannedPrefix = {
	/**
	The key up to its first separator, such as `user:`. A key without a separator gives its first 40 characters. `#`
	replaces each number.
	*/
	readonly prefix: string;
	readonly keyCount: number;
	readonly bytes: number;
	readonly withoutTtl: number;
};

/**
What a scan saw so far. SCAN returns keys in the order of their hashes, so the keys seen so far are a random sample.
*/
export type KeySample = {
	readonly seen: number;
	readonly bytes: number;
	readonly withoutTtl: number;
	/** The largest keys, largest first, at most `largestKept`. */
	readonly largest: readonly ScannedKey[];
	/** The keys with the highest OBJECT FREQ; empty unless the eviction policy is an LFU policy. */
	readonly mostUsed: readonly ScannedKey[];
	/** Every prefix that was seen, at most `prefixesKept`. */
	readonly prefixes: readonly ScannedPrefix[];
};

export type KeyScanPhase = 'offered' | 'running' | 'waiting' | 'stopped' | 'ended' | 'failed';

/** A scan that the user asked for, from its offer to its end. */
export type KeyScan = {
	readonly phase: KeyScanPhase;
	/** The node whose keys are looked at. */
	readonly node: NodeAddress;
	/** The node that gets the scan's commands: a replica of `node` if there is one, else `node` itself. */
	readonly target: NodeAddress;
	readonly isOnReplica: boolean;
	readonly database: number;
	/** Number of keys in the database by INFO keyspace when the scan began; undefined when unknown. */
	readonly keysInAll: number | undefined;
	/** Why the scan waits, stopped, ended or failed; undefined while it runs. */
	readonly note: string | undefined;
	/** Time of scanning, without waits, in milliseconds. */
	readonly activeMs: number;
	readonly commands: number;
	/**
	Time that the scan's commands took on the server, in microseconds. It is computed from the mean time of a call in
	INFO commandstats.
	*/
	readonly serverMicroseconds: number;
	readonly sample: KeySample;
};
