/** `any`: with whatever arguments. A set: only these subcommands. A function: looks at what follows the name. */
type Rule = 'any' | ReadonlySet<string> | ((rest: readonly string[]) => boolean);

const only = (...subcommands: string[]): ReadonlySet<string> => new Set(subcommands);

/**
Every command a monitor may send. None of them changes data, settings or another connection; what `CLIENT SETNAME` and
`CLIENT SETINFO` change is our own connection's label. `CLIENT NO-EVICT` would be harmless to data too, but it would
keep a monitor's buffers when the server is short of memory, so it is not here.
*/
const reads: ReadonlyMap<string, Rule> = new Map<string, Rule>([
	['ping', 'any'],
	['auth', 'any'],
	['hello', 'any'],
	['client', only('setname', 'setinfo', 'id', 'info', 'list', 'getname')],
	['info', 'any'],
	['time', 'any'],
	['role', 'any'],
	['dbsize', 'any'],
	['lastsave', 'any'],
	['slowlog', only('get', 'len')],
	['commandlog', only('get', 'len')],
	['latency', only('latest', 'history', 'histogram', 'doctor')],
	['memory', only('stats', 'doctor')],
	['config', only('get')],
	[
		'cluster',
		only(
			'info',
			'nodes',
			'shards',
			'slots',
			'links',
			'myid',
			'countkeysinslot',
			'count-failure-reports',
			'slot-stats',
			'getslotmigrations',
		),
	],
	['acl', rest => isSubcommand(rest, 'whoami', 'dryrun') || isAclLogRead(rest)],
	['command', only('count', 'info')],
	['module', only('list')],
	['function', only('stats')],
	['pubsub', only('channels', 'numpat')],
	[
		'sentinel',
		only('masters', 'master', 'replicas', 'slaves', 'sentinels', 'get-master-addr-by-name', 'ckquorum', 'myid'),
	],
]);

function isSubcommand(rest: readonly string[], ...subcommands: string[]): boolean {
	return subcommands.includes((rest[0] ?? '').toLowerCase());
}

/** `ACL LOG` and `ACL LOG 10` read; `ACL LOG RESET` throws evidence away. */
function isAclLogRead(rest: readonly string[]): boolean {
	return isSubcommand(rest, 'log') && (rest.length === 1 || (rest.length === 2 && /^\d+$/.test(rest[1] ?? '')));
}

/**
True for a command that changes nothing on a server: all that a `RedisPort` ever sends. Everything that is not listed is
refused, so a command that a later version of the server brings is refused too.

@param command Name, subcommand and arguments, each its own string; upper and lower case mean the same.
*/
export function isReadCommand(command: readonly string[]): boolean {
	const [name = '', ...rest] = command;
	const rule = reads.get(name.toLowerCase());
	if (rule === undefined) {
		return false;
	}

	if (rule === 'any') {
		return true;
	}

	return typeof rule === 'function' ? rule(rest) : rule.has((rest[0] ?? '').toLowerCase());
}
