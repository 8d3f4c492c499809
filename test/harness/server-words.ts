import type {ClusterMember} from './cluster.js';
import type {TestReply} from './resp-client.js';

type Asked = Pick<ClusterMember, 'command'>;

/** A command as the server itself describes it (`COMMAND`). */
export type ServerCommand = {
	/** `ping`, `config|get` */
	readonly name: string;
	readonly arity: number;
	/** `write`, `admin`, `readonly` … and the ACL categories `@write`, `@dangerous` … */
	readonly words: ReadonlySet<string>;
};

function commandsIn(reply: TestReply): ServerCommand[] {
	return (reply as TestReply[]).flatMap(entry => {
		const [name, arity, flags, , , , categories, , , subcommands] = entry as TestReply[];
		const inner = commandsIn(subcommands ?? []);
		const words = new Set([flags, categories].flatMap(list => (list as TestReply[]).map(String)));
		return inner.length > 0 ? inner : [{name: String(name), arity: Number(arity), words}];
	});
}

/** All commands of the server by name, those with subcommands by these alone. */
export async function commandsOf(server: Asked): Promise<ReadonlyMap<string, ServerCommand>> {
	return new Map(commandsIn(await server.command('COMMAND')).map(command => [command.name, command]));
}

/** How often each command came in since the server's start, whatever became of it. */
export async function callsOf(server: Asked): Promise<ReadonlyMap<string, number>> {
	const text = String(await server.command('INFO', 'commandstats'));
	return new Map(
		[...text.matchAll(/^cmdstat_(.+?):calls=(\d+),.*?(?:rejected_calls=(\d+).*)?\r?$/gm)].map(
			([, name = '', calls, rejected = '0']) => [name, Number(calls) + Number(rejected)],
		),
	);
}

/** What the server says of a command that can change something, or hold it up. */
export const warnings = ({words}: ServerCommand): string[] =>
	['write', '@write', 'admin', '@admin', '@dangerous'].filter(word => words.has(word));

/** What servers call admin or dangerous although it changes nothing, and why they do. */
export const onlyReads: ReadonlyMap<string, string> = new Map([
	['info', 'tells much of the server'],
	['client|list', 'tells who is connected; 1.4 µs a client'],
	['config|get', 'tells passwords to who may ask for them'],
	['slowlog|get', 'tells arguments of commands'],
	['slowlog|len', 'belongs to the slow log'],
	['commandlog|get', 'tells arguments of commands'],
	['commandlog|len', 'belongs to the command log'],
	['latency|latest', 'belongs to the latency monitor, whose RESET changes something'],
	['latency|history', 'belongs to the latency monitor'],
	['latency|doctor', 'belongs to the latency monitor'],
	['latency|histogram', 'belongs to the latency monitor; its list of commands is long'],
	['acl|dryrun', 'tells what a user may do'],
	['acl|log', 'tells names of users; with RESET, which is not sent, it forgets'],
	['module|list', 'tells what is loaded'],
	['role', 'tells addresses'],
	['lastsave', 'tells when it saved'],
	['cluster|count-failure-reports', 'tells what nodes report of each other'],
	['cluster|getslotmigrations', 'tells which slots move'],
	['sentinel|masters', 'tells addresses'],
	['sentinel|master', 'tells addresses'],
	['sentinel|replicas', 'tells addresses'],
	['sentinel|slaves', 'tells addresses'],
	['sentinel|sentinels', 'tells addresses'],
	['sentinel|get-master-addr-by-name', 'tells an address'],
	['sentinel|ckquorum', 'tells whether a failover could be agreed on; starts none'],
	['sentinel|myid', 'tells its name'],
]);
