/** A user from ACL LIST. redis-top doesn't keep the user's passwords, their hashes or the key patterns. */
export type AclUser = {
	readonly user: string;
	readonly isOn: boolean;
	/**
	A digest of the user's passwords: the same passwords give the same digest. `nopass` if the server accepts any password
	for the user; empty if the user has no password. The digest's key is random and new in each run of redis-top. Without
	the key, nobody can test passwords against the digest.
	*/
	readonly login: string;
	/** A digest of the rights: commands, keys, channels and selectors. Users with equal rights have equal digests. */
	readonly rights: string;
	/** Whether the user may use every key. */
	readonly hasAllKeys: boolean;
	/** The commands of `comparedCommands` (`parse/acl-list.ts`) that the user may not run. */
	readonly lacks: readonly string[];
};
