import type {ServerProduct} from '../derive/deployment.js';

/** Major and minor. */
export type Version = readonly [major: number, minor: number];

/**
Who needs a command: whoever watches, only whoever acts (the facts of a box), a Sentinel's watcher, or nobody yet.
AUTH and HELLO need no right: a server lets everybody call them.
*/
type Need = 'monitor' | 'actions' | 'sentinel' | 'nobody' | 'everybody';

export type ReadCommand = {
	/** As an ACL rule names it: `ping`, `slowlog|get`. */
	readonly name: string;
	readonly need: Need;
	/** The first version that knows it; without one, as long as there have been users. `never`: not in this product. */
	readonly redis?: Version | 'never';
	readonly valkey?: Version | 'never';
};

const needed = (need: Need, ...names: readonly string[]): ReadCommand[] => names.map(name => ({name, need}));

/**
Every command a monitor may send. None of them changes data, settings or another connection; what `CLIENT SETNAME` and
`CLIENT SETINFO` change is our own connection's label. `CLIENT NO-EVICT` would be harmless to data too, but it would
keep a monitor's buffers when the server is short of memory, so it is not here. Versions: `since` in the servers' own
command tables, tried on Redis 7.0 and 8.0 and Valkey 8.1 and 9.1.
*/
export const readCommands: readonly ReadCommand[] = [
	...needed('everybody', 'auth', 'hello'),
	...needed('monitor', 'ping', 'info', 'client|setname', 'client|list', 'config|get', 'slowlog|get', 'latency|latest'),
	{name: 'latency|histogram', need: 'monitor', redis: [7, 0]},
	...needed('monitor', 'cluster|info', 'cluster|nodes', 'cluster|countkeysinslot'),
	{name: 'cluster|links', need: 'monitor', redis: [7, 0]},
	// Where sentinels watch a node, they say so there.
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
		'sentinel|myid',
	),
	{name: 'commandlog|get', need: 'monitor', redis: 'never', valkey: [8, 1]},
	{name: 'commandlog|len', need: 'actions', redis: 'never', valkey: [8, 1]},
	{name: 'cluster|shards', need: 'nobody', redis: [7, 0]},
	{name: 'cluster|slot-stats', need: 'nobody', redis: [8, 2], valkey: [8, 0]},
	{name: 'cluster|getslotmigrations', need: 'monitor', redis: 'never', valkey: [9, 0]},
	{name: 'cluster|migration', need: 'nobody', redis: [8, 4], valkey: 'never'},
	{name: 'function|stats', need: 'monitor', redis: [7, 0]},
	{name: 'client|info', need: 'nobody', redis: [6, 2]},
	{name: 'client|setinfo', need: 'nobody', redis: [7, 2]},
	...needed('nobody', 'client|id', 'client|getname', 'role', 'dbsize', 'lastsave'),
	{name: 'acl|log', need: 'monitor', redis: [6, 0]},
	{name: 'module|list', need: 'monitor', redis: [4, 0]},
	...needed('nobody', 'latency|history', 'latency|doctor', 'memory|stats', 'memory|doctor'),
	...needed('nobody', 'cluster|slots', 'cluster|myid', 'cluster|count-failure-reports'),
	...needed('nobody', 'command|count', 'pubsub|channels', 'pubsub|numpat', 'sentinel|slaves'),
];

const names: ReadonlySet<string> = new Set(readCommands.map(({name}) => name));

/** The only channel that is listened to: sentinels tell each other there who they are. */
export const sentinelChannel = '__sentinel__:hello';

/**
True for a command that changes nothing on a server: all that a `RedisPort` ever sends. Everything that is not listed is
refused, so a command that a later version of the server brings is refused too. SUBSCRIBE is no question with one answer:
`RedisPort.hear` alone sends it.

@param command Name, subcommand and arguments, each its own string; upper and lower case mean the same.
*/
export function isReadCommand(command: readonly string[]): boolean {
	const [name = '', subcommand = '', ...rest] = command.map(word => word.toLowerCase());
	const isListed = !name.includes('|') && (names.has(name) || names.has(`${name}|${subcommand}`));
	switch (`${name}|${subcommand}`) {
		case `subscribe|${subcommand}`:
			return false;
		case 'acl|log':
			return isListed && isAclLogRead(rest);
		// IMPORT and CANCEL of the same subcommand move slots and stop moving them.
		case 'cluster|migration':
			return isListed && rest[0] === 'status';
		default:
			return isListed;
	}
}

/** `ACL LOG` and `ACL LOG 10` read; `ACL LOG RESET` throws evidence away. */
function isAclLogRead(rest: readonly string[]): boolean {
	return rest.length === 0 || (rest.length === 1 && /^\d+$/.test(rest[0] ?? ''));
}

/** Whether this version of the product has the command; an unknown name in an ACL rule fails the whole line. */
export function isKnownTo(row: ReadCommand, product: ServerProduct['product'], version: Version): boolean {
	const since = row[product] ?? [0, 0];
	return since !== 'never' && (version[0] > since[0] || (version[0] === since[0] && version[1] >= since[1]));
}
