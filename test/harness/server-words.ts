import type {ClusterMember} from './cluster.js';
import type {TestReply} from './resp-client.js';

type Asked = Pick<ClusterMember, 'command'>;

/** A command as the server itself describes it in its reply to COMMAND. */
export type ServerCommand = {
	/** The name, such as `ping` or `config|get`. */
	readonly name: string;
	readonly arity: number;
	/** The flags (`write`, `admin`, `readonly` …) and the ACL categories (`@write`, `@dangerous` …). */
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

/** All commands of the server by name. Of a command with subcommands, only the subcommands are listed. */
export async function commandsOf(server: Asked): Promise<ReadonlyMap<string, ServerCommand>> {
	return new Map(commandsIn(await server.command('COMMAND')).map(command => [command.name, command]));
}

/** The number of calls of each command since the server's start, rejected and failed calls included. */
export async function callsOf(server: Asked): Promise<ReadonlyMap<string, number>> {
	const text = String(await server.command('INFO', 'commandstats'));
	return new Map(
		[...text.matchAll(/^cmdstat_(.+?):calls=(\d+),.*?(?:rejected_calls=(\d+).*)?\r?$/gm)].map(
			([, name = '', calls, rejected = '0']) => [name, Number(calls) + Number(rejected)],
		),
	);
}

/** The flags and ACL categories of a command that warn: the command can change something or block the server. */
export const warnings = ({words}: ServerCommand): string[] =>
	['write', '@write', 'admin', '@admin', '@dangerous'].filter(word => words.has(word));

/**
Commands that change nothing although servers flag them as admin or dangerous. The value is the reason for the flag.
*/
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
	['acl|list', 'tells names of users and hashes of passwords, of which none is kept'],
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
