import type {ServerProduct} from '../derive/deployment.js';

/** Major and minor. */
export type Version = readonly [major: number, minor: number];

/**
Who needs the right: every monitor, only users who run actions (the facts in a dialog), or only users of a
Sentinel. `nobody`: no user is given it. AUTH and HELLO need no right: a server lets everybody call them.
*/
type Need = 'monitor' | 'actions' | 'sentinel' | 'nobody' | 'everybody';

export type ReadCommand<Name extends string = string> = {
	/** As an ACL rule names it: `ping`, `slowlog|get`. */
	readonly name: Name;
	readonly need: Need;
	/** The first version that knows it; absent: every version that has users. `never`: not in this product. */
	readonly redis?: Version | 'never';
	readonly valkey?: Version | 'never';
};

const needed = <const Name extends string>(need: Need, ...names: readonly Name[]): Array<ReadCommand<Name>> =>
	names.map(name => ({name, need}));

/**
Every command that a monitor may send, with the right it needs and the versions that have it: the only place that says so.
What is polled (`poll/requests.ts`) and the lines of `redis-top acl` refer to these names.

None of them changes data, settings or another connection. `CLIENT SETNAME` and `CLIENT SETINFO` change the label of our
own connection. `CLIENT NO-EVICT` is not listed: it would keep a monitor's buffers when the server is short of memory.
Versions: `since` of the servers' own command tables, tried on Redis 7.0 and 8.0 and Valkey 8.1 and 9.1.
*/
const listed = [
	...needed('everybody', 'auth', 'hello'),
	...needed('monitor', 'ping', 'info', 'client|setname', 'client|list', 'config|get', 'slowlog|get', 'latency|latest'),
	{name: 'latency|histogram', need: 'monitor', redis: [7, 0]},
	...needed('monitor', 'cluster|info', 'cluster|nodes', 'cluster|countkeysinslot'),
	{name: 'cluster|links', need: 'monitor', redis: [7, 0]},
	// Sentinels publish their addresses on every node that they monitor.
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
	// Polled where the user has the right. The right itself is too wide to ask for: it covers IMPORT and CANCEL.
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
] as const satisfies readonly ReadCommand[];

/** A command that may be sent. A request of `poll/requests.ts` names one of these. */
export type ReadCommandName = (typeof listed)[number]['name'];

export const readCommands: readonly ReadCommand[] = listed;

const byName: ReadonlyMap<string, ReadCommand> = new Map(readCommands.map(command => [command.name, command]));

/** The only channel that is subscribed to: Sentinels publish their addresses there. */
export const sentinelChannel = '__sentinel__:hello';

/**
True for a command that changes nothing on a server: all that a `RedisPort` ever sends. A command that is not listed is
refused, so that a new command of a later version is refused too. SUBSCRIBE has more than one reply: only
`RedisPort.subscribe` sends it.

@param command Name, subcommand and arguments, each its own string; upper and lower case mean the same.
*/
export function isReadCommand(command: readonly string[]): boolean {
	const [name = '', subcommand = '', ...rest] = command.map(word => word.toLowerCase());
	const isListed = !name.includes('|') && (byName.has(name) || byName.has(`${name}|${subcommand}`));
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
export function isKnownTo(
	row: Pick<ReadCommand, 'redis' | 'valkey'>,
	product: ServerProduct['product'],
	version: Version,
): boolean {
	const since = row[product] ?? [0, 0];
	return since !== 'never' && (version[0] > since[0] || (version[0] === since[0] && version[1] >= since[1]));
}

/** The row of a command that is listed. */
export function readCommand(name: ReadCommandName): ReadCommand {
	const row = byName.get(name);
	if (row === undefined) {
		throw new RangeError(`${name} is not on the list of reads`);
	}

	return row;
}

/** How a command is typed, each word a string: `SLOWLOG`, `GET`. */
export const wordsOf = (name: ReadCommandName): readonly string[] => name.toUpperCase().split('|');

/** The ACL rule that lets a monitor send it; undefined for a command that no monitor's user is given. */
export function grantOf(name: ReadCommandName): string | undefined {
	const {need} = readCommand(name);
	return need === 'monitor' || need === 'sentinel' ? `+${name}` : undefined;
}
