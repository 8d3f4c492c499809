import {whyNoScript} from './missing-scripts.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {type ErrorMeaning, loginWithoutPassword, plainError} from './plain-errors.js';

/**
Error codes that the client causes, or that the server returns until someone corrects its state. OOM, MISCONF and
NOREPLICAS are left out, because other rules report them. Source: Redis, src/server.c, `createSharedObjects`, and
src/t_stream.c.
*/
const codes: ReadonlyMap<string, ErrorMeaning> = new Map([
	[
		'NOSCRIPT',
		{
			reason: 'the script is not loaded',
			meaning: 'SCRIPT FLUSH, a restart or a failover emptied the script cache. EVALSHA alone does not fill it again.',
			next: [
				hint('restart the client, or SCRIPT LOAD its script'),
				hint('let the client send the script with EVAL after each NOSCRIPT'),
			],
		},
	],
	[
		'WRONGTYPE',
		{
			reason: 'its keys hold values of another type',
			meaning: 'Two applications, or two versions of one, use the same keys in different ways.',
			next: [
				hint('undo the last release of the client'),
				hint('take a key from the log of the client: TYPE KEY, OBJECT IDLETIME KEY'),
			],
		},
	],
	[
		'NOGROUP',
		{
			reason: 'the stream or its consumer group is gone',
			meaning: 'Somebody deleted the stream, or the data set was emptied. The consumers do not create the group again.',
			next: [hint('create it: XGROUP CREATE KEY GROUP 0 MKSTREAM, where 0 reads all entries and $ only new ones')],
		},
	],
	[
		'BUSYGROUP',
		{
			reason: 'the consumer group is there already',
			meaning:
				'Consumers create their group at each start, and go on. At this rate they start or connect again and again.',
			next: [hint('see in the logs of the consumers why they start again'), hint('see their age: panel 4, by age')],
		},
	],
	[
		'BUSYKEY',
		{
			reason: 'the keys are there already',
			meaning: 'RESTORE overwrites a key only with REPLACE. An import runs twice, or into a server that is in use.',
			next: [hint('see whether the import is meant for this server; REPLACE overwrites the keys that are there')],
		},
	],
	[
		'CROSSSLOT',
		{
			reason: 'its keys are in several slots, so one hash tag {…} or one key a command',
			meaning: 'In a cluster, all keys of a command have to be in one slot. The client was written for one server.',
			next: [hint('give the keys one hash tag {…}, as {user:7}:cart and {user:7}:orders, or send one key a command')],
		},
	],
	[
		'MOVED',
		{
			reason: 'its client is not in cluster mode',
			meaning: 'A client in cluster mode learns from MOVED where a slot is, and stops asking the wrong node.',
			next: [hint('switch the client library to cluster mode (redis-cli: -c)')],
		},
	],
	[
		'EXECABORT',
		{
			reason: 'a command of the transaction was refused',
			meaning: 'The server executed none of the commands of these transactions.',
			next: [hint('see which command fails beside EXEC: panel 5')],
		},
	],
	[
		'NOAUTH',
		{
			reason: 'the client has not logged in',
			meaning: 'The client has no password, or sends commands before it logs in.',
			next: [hint('give the client the user and the password')],
		},
	],
]);

/**
Error codes of everyday operation, which the rule err.rate does not count. They are redirections, scripts that are not
loaded yet, and redis-top's own denied commands. LOADING is in the list because the rule srv.loading reports it.
*/
export const usualErrors: readonly string[] = ['MOVED', 'ASK', 'NOSCRIPT', 'TRYAGAIN', 'NOPERM', 'LOADING'];

const noDatabase: ErrorMeaning = {
	reason: 'it has no database of that number',
	meaning: 'The client chooses a database above the setting `databases`. In a cluster there is only database 0.',
	next: [],
};

const noCluster: ErrorMeaning = {
	reason: 'it is in no cluster, and its client is set up for one',
	meaning: 'A client in cluster mode asks for the slots before anything else, and gives up without them.',
	next: [hint('set the client up for a single server, or give it the address of the cluster')],
};

const isInNoCluster = (facts: NodeFacts): boolean => facts.number('cluster', 'cluster_enabled') === 0;

/**
The explanation of the errors that a command gets; undefined if the code is not in the table.

@param command In lower case.
@param code The code that nearly all errors share; undefined if no code does.
*/
export function meaningOfErrors(facts: NodeFacts, command: string, code: string | undefined): ErrorMeaning | undefined {
	if (command === 'auth' && code === 'ERR') {
		return loginWithoutPassword(facts);
	}

	if (command === 'select' && code === 'ERR') {
		return {...noDatabase, next: [redisCli(facts, 'CONFIG GET databases')]};
	}

	if (command.startsWith('cluster') && code === 'ERR' && isInNoCluster(facts)) {
		return noCluster;
	}

	const known = code === 'ERR' ? plainError(facts, command) : code === undefined ? undefined : codes.get(code);
	return known !== undefined && code === 'NOSCRIPT' ? {...known, ...whyNoScript(facts)} : known;
}
