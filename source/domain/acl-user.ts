/** A user of ACL LIST. Its passwords, their hashes and its key patterns are not kept. */
export type AclUser = {
	readonly user: string;
	readonly isOn: boolean;
	/**
	A digest of the passwords, equal where the passwords are; `nopass` for a user that needs none, empty for one without
	any. It is made with a key that is new in each run, so nobody can guess a password from it.
	*/
	readonly login: string;
	/** A digest of the rights: commands, keys, channels and selectors. */
	readonly rights: string;
	/** Whether the user may use every key. */
	readonly hasAllKeys: boolean;
	/** The commands of `comparedCommands` (`parse/acl-list.ts`) that the user may not run. */
	readonly lacks: readonly string[];
};
