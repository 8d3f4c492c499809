import type {CommandFamily} from '../derive/server-product.js';

/** Major and minor number of a server's version. */
export type Version = readonly [major: number, minor: number];

/**
Which users need the right to a command. `monitor`: every user of redis-top. `actions`: only users who run actions, for
the facts in a dialog. `keys`: only users who scan or watch keys; they also need read access to the keys. `sentinel`:
only users of a Sentinel. `nobody`: `redis-top acl` gives the right to no user. `everybody`: no right is needed; a
server lets everybody call AUTH and HELLO.
*/
type Need = 'monitor' | 'actions' | 'keys' | 'sentinel' | 'nobody' | 'everybody';

export type ReadCommand<Name extends string = string> = {
	/** The command as an ACL rule names it: `ping`, `slowlog|get`. */
	readonly name: Name;
	readonly need: Need;
	/**
	The first Redis version that has the command. Absent: every version that has ACL users. `never`: no version of Redis.
	*/
	readonly redis?: Version | 'never';
	/** The first Valkey version that has the command, in the same form. */
	readonly valkey?: Version | 'never';
};

const needed = <const Name extends string>(need: Need, ...names: readonly Name[]): Array<ReadCommand<Name>> =>
	names.map(name => ({name, need}));

/**
Every command that a monitor may send, with the right it needs and the versions that have it. No other list of such
commands exists. Polled commands (`poll/requests.ts`) and the lines of `redis-top acl` refer to these names.

No command here changes data, settings or another connection. `CLIENT SETNAME` and `CLIENT SETINFO` change the label of
redis-top's own connection. `CLIENT NO-EVICT` is not listed: it would keep a monitor's buffers when the server is short
of memory. Versions are `since` of the servers' own command tables, tried on Redis 7.0 and 8.0 and Valkey 8.1 and 9.1.
*/
const listed = [
	...needed('everybody', 'auth', 'hello'),
	...needed('monitor', 'ping', 'info', 'client|setname', 'client|list', 'config|get', 'slowlog|get'),
	...needed('monitor', 'latency|latest', 'latency|history'),
	{name: 'latency|histogram', need: 'monitor', redis: [7, 0]},
	...needed('monitor', 'cluster|info', 'cluster|nodes', 'cluster|countkeysinslot'),
	{name: 'cluster|links', need: 'monitor', redis: [7, 0]},
	{name: 'cluster|myshardid', need: 'monitor', redis: [7, 2]},
	// Sentinels publish their addresses on every node that they monitor. redis-top receives the addresses there.
	...needed('monitor', 'pubsub|numsub', 'subscribe'),
	...needed('actions', 'time', 'command|info', 'acl|whoami', 'slowlog|len'),
	{name: 'acl|dryrun', need: 'actions', redis: [7, 0]},
	...needed(
		'sentinel',
		'sentinel|masters',
		'sentinel|master',
		'sentinel|replicas',
		'sentinel|sentinels',
		'sentinel|get-master-addr-by-name',
		'sentinel|ckquorum',
	),
	{name: 'sentinel|myid', need: 'sentinel', redis: [6, 2]},
	{name: 'commandlog|get', need: 'monitor', redis: 'never', valkey: [8, 1]},
	{name: 'commandlog|len', need: 'actions', redis: 'never', valkey: [8, 1]},
	// READONLY and SELECT change only redis-top's own connection.
	...needed('keys', 'scan', 'type', 'pttl', 'memory|usage', 'object|freq', 'readonly', 'select', 'randomkey'),
	...needed('keys', 'xlen', 'xinfo|groups', 'llen', 'zcard'),
	{name: 'cluster|shards', need: 'nobody', redis: [7, 0]},
	{name: 'cluster|slot-stats', need: 'monitor', redis: [8, 2], valkey: [8, 0]},
	{name: 'cluster|getkeysinslot', need: 'monitor', redis: [8, 2], valkey: [8, 0]},
	{name: 'hotkeys|get', need: 'monitor', redis: [8, 6], valkey: [9, 2]},
	{name: 'cluster|getslotmigrations', need: 'monitor', redis: 'never', valkey: [9, 0]},
	// Polled when the user has the right. `redis-top acl` does not ask for the right, because the right also allows
	// IMPORT and CANCEL.
	{name: 'cluster|migration', need: 'nobody', redis: [8, 4], valkey: 'never'},
	{name: 'function|stats', need: 'monitor', redis: [7, 0]},
	{name: 'client|info', need: 'nobody', redis: [6, 2]},
	{name: 'client|setinfo', need: 'nobody', redis: [7, 2]},
	...needed('nobody', 'client|id', 'client|getname', 'role', 'dbsize', 'lastsave'),
	{name: 'acl|log', need: 'monitor', redis: [6, 0]},
	// Hashes of passwords are removed as soon as the reply arrives.
	{name: 'acl|list', need: 'monitor', redis: [6, 0]},
	{name: 'backup|status', need: 'monitor', redis: [8, 10], valkey: 'never'},
	{name: 'module|list', need: 'monitor', redis: [4, 0]},
	...needed('nobody', 'latency|doctor', 'memory|stats', 'memory|doctor'),
	...needed('nobody', 'cluster|slots', 'cluster|myid', 'cluster|count-failure-reports'),
	...needed('nobody', 'command|count', 'pubsub|channels', 'pubsub|numpat', 'sentinel|slaves'),
] as const satisfies readonly ReadCommand[];

/** The name of a command in this list. Each row of `poll/requests.ts` has such a name. */
export type ReadCommandName = (typeof listed)[number]['name'];

export const readCommands: readonly ReadCommand[] = listed;

const byName: ReadonlyMap<string, ReadCommand> = new Map(readCommands.map(command => [command.name, command]));

/** The only channel that redis-top subscribes to. Sentinels publish their addresses there. */
export const sentinelChannel = '__sentinel__:hello';

/**
Whether a command changes nothing on a server. A `RedisPort` sends only such commands. A command that is not listed is
refused, new commands of later versions included. SUBSCRIBE has more than one reply, so only `RedisPort.subscribe` sends
it.

@param command Name, subcommand and arguments, each its own string, in upper or lower case.
*/
export function isReadCommand(command: readonly string[]): boolean {
	const [name = '', subcommand = '', ...rest] = command.map(word => word.toLowerCase());
	const isListed = !name.includes('|') && (byName.has(name) || byName.has(`${name}|${subcommand}`));
	switch (`${name}|${subcommand}`) {
		case `subscribe|${subcommand}`:
			return false;
		case 'acl|log':
			return isListed && isAclLogRead(rest);
		// `SAMPLES 0` visits every element of a collection, so it is refused.
		case 'memory|usage':
			return isListed && !(rest.at(-2) === 'samples' && Number(rest.at(-1)) === 0);
		// Only STATUS is allowed: IMPORT and CANCEL of the same command start and stop a slot migration.
		case 'cluster|migration':
			return isListed && rest[0] === 'status';
		default:
			return isListed;
	}
}

/** Whether the arguments of ACL LOG read it. `ACL LOG` and `ACL LOG 10` do; `ACL LOG RESET` deletes its entries. */
function isAclLogRead(rest: readonly string[]): boolean {
	return rest.length === 0 || (rest.length === 1 && /^\d+$/.test(rest[0] ?? ''));
}

/**
Whether this version of the product has the command. An ACL rule may name only such commands: one unknown name makes the
server refuse the whole rule.
*/
export function isKnownTo(
	row: Pick<ReadCommand, 'redis' | 'valkey'>,
	product: CommandFamily,
	version: Version,
): boolean {
	const since = row[product] ?? [0, 0];
	return since !== 'never' && (version[0] > since[0] || (version[0] === since[0] && version[1] >= since[1]));
}

/** The row of a listed command. */
export function readCommand(name: ReadCommandName): ReadCommand {
	const row = byName.get(name);
	if (row === undefined) {
		throw new RangeError(`${name} is not on the list of reads`);
	}

	return row;
}

/** The words of a command as they are sent: `SLOWLOG`, `GET`. */
export const wordsOf = (name: ReadCommandName): readonly string[] => name.toUpperCase().split('|');

/**
The ACL rule that lets a monitoring user send the command. Undefined for a command whose right is not given to
monitoring users.
*/
export function grantOf(name: ReadCommandName): string | undefined {
	const {need} = readCommand(name);
	return need === 'monitor' || need === 'sentinel' || need === 'keys' ? `+${name}` : undefined;
}
