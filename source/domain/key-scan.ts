import type {NodeAddress} from './node.js';

/** One key that a scan looked at. */
export type ScannedKey = {
	readonly key: string;
	/** The word of TYPE: `hash`; undefined where the server refused it. */
	readonly type: string | undefined;
	/** MEMORY USAGE with SAMPLES 5, which estimates collections from five elements; undefined where it was refused. */
	readonly bytes: number | undefined;
	/** PTTL in milliseconds; `never` for a key without a time to live; undefined where it was refused. */
	readonly ttlMs: number | 'never' | undefined;
	/**
	OBJECT FREQ, 0–255: a logarithm of how often the key is used, which decays. Undefined where the policy is no LFU policy.
	*/
	readonly frequency?: number | undefined;
};

/** The keys with one prefix among those that a scan saw. */
export type ScannedPrefix = {
	/** The key up to its first separator, such as `user:`; the whole key without one. */
	readonly prefix: string;
	readonly keyCount: number;
	readonly bytes: number;
	readonly withoutTtl: number;
};

/** What a scan saw so far. SCAN returns keys in the order of their hashes, so that this is a random sample. */
export type KeySample = {
	readonly seen: number;
	readonly bytes: number;
	readonly withoutTtl: number;
	/** The largest keys, largest first, at most `largestKept`. */
	readonly largest: readonly ScannedKey[];
	/** The keys that are used most, by OBJECT FREQ; empty where the policy is no LFU policy. */
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
	/** The node that is asked: a replica where there is one. */
	readonly target: NodeAddress;
	readonly isOnReplica: boolean;
	readonly database: number;
	/** Keys of the database by INFO keyspace when the scan began; undefined when it is not known. */
	readonly keysInAll: number | undefined;
	/** Why it waits, stopped, ended or failed; undefined while it runs. */
	readonly note: string | undefined;
	/** Time of scanning, without waits, in milliseconds. */
	readonly activeMs: number;
	readonly commands: number;
	/** The commands' time on the server by its own counters, in microseconds. */
	readonly serverMicroseconds: number;
	readonly sample: KeySample;
};
