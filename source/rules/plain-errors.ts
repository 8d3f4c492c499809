import {isClusterEnabled} from '../derive/deployment.js';
import type {NextStep} from '../domain/finding.js';
import {commandStats} from '../parse/info-fields.js';
import {otherClients} from './client-names.js';
import {secondsBetween} from './measured-errors.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** The first version in which servers have CLIENT SETINFO. */
const setInfoSince = 7.2;

/**
Commands that client libraries try at each connection although an older server lacks them: CLIENT SETINFO for their name
and for their version, and newer ones CLIENT MAINT_NOTIFICATIONS. Fewer a connection are seen where some clients try none.
Source: https://github.com/redis/go-redis, `initConn`.
*/
const tried = {least: 1.5, most: 3} as const;

/** The most errors since the sample before that client libraries may have got as they connected. They go on without. */
export function mostLibraryErrors(facts: NodeFacts): number {
	const version = Number.parseFloat(facts.text('server', 'redis_version') ?? '');
	const connections = facts.increase('stats', 'total_connections_received') ?? 0;
	return version < setInfoSince ? tried.most * connections : 0;
}

/**
Whether the errors since the sample before are as many as client libraries get when they connect. A client that connects
for each request and sends one unknown command gets fewer.
*/
export function areOfLibraries(facts: NodeFacts, errors: number): boolean {
	const most = mostLibraryErrors(facts);
	return errors > 0 && errors <= most && errors >= (most * tried.least) / tried.most;
}

/** What the errors of a command reveal about the client that receives them. */
export type ErrorMeaning = {
	/** Why the server refuses the command. In messages the text follows a colon. */
	readonly reason: string;
	readonly meaning: string;
	readonly next: readonly NextStep[];
};

type PlainError = ErrorMeaning & {readonly commands: readonly string[]};

const undoRelease = hint('undo the last release of the client');
const seeClientLog = hint('the log of the client has the text of the error: the server does not keep it');

/**
What the code ERR means by the command that gets it. Only commands are listed for which all errors of that code, after
the server has begun to run them, have one kind of cause. Source: Redis, src/t_string.c, t_hash.c, t_zset.c, t_stream.c,
expire.c, multi.c, cluster.c and script_lua.c.
*/
const plainErrors: readonly PlainError[] = [
	{
		commands: ['incr', 'decr', 'incrby', 'decrby', 'hincrby'],
		reason: 'its values are no integers',
		meaning: 'Text and fractions cannot be counted up. Two applications, or two versions of one, use the same keys.',
		next: [undoRelease, hint('take a key from the log of the client: TYPE KEY, GET KEY')],
	},
	{
		commands: ['incrbyfloat', 'hincrbyfloat'],
		reason: 'its values are no numbers',
		meaning: 'Text cannot be counted up. Two applications, or two versions of one, use the same keys.',
		next: [undoRelease, hint('take a key from the log of the client: TYPE KEY, GET KEY')],
	},
	{
		commands: ['setex', 'psetex'],
		reason: 'its TTL is 0 or not valid',
		meaning: 'A TTL has to be an integer above 0. Nothing is written otherwise.',
		next: [hint('let the client compute a TTL of at least 1, or delete the key'), undoRelease, seeClientLog],
	},
	{
		commands: ['set', 'getex'],
		reason: 'its TTL or an option is not valid',
		meaning: 'A TTL has to be an integer above 0, and an option has to be known to this version.',
		next: [hint('let the client compute a TTL of at least 1, or leave the option out'), undoRelease, seeClientLog],
	},
	{
		commands: ['expire', 'pexpire', 'expireat', 'pexpireat'],
		reason: 'its TTL or an option is not valid',
		meaning:
			'A TTL has to be an integer. The options NX, XX, GT and LT exist since Redis 7.0. The keys keep their old TTL.',
		next: [undoRelease, seeClientLog],
	},
	{
		commands: ['hset', 'hmset', 'mset', 'msetnx'],
		reason: 'it is sent without a value for each name',
		meaning: 'The command takes names and values in pairs. Nothing is written otherwise.',
		next: [undoRelease, seeClientLog],
	},
	{
		commands: ['zadd', 'zincrby'],
		reason: 'a score is no number, or an option is not valid',
		meaning: 'A score has to be a number, and an option has to be known to this version. Nothing is written otherwise.',
		next: [undoRelease, seeClientLog],
	},
	{
		commands: ['xadd'],
		reason: 'its ids are not above the last, or not valid',
		meaning:
			'Entries of a stream get rising ids. A producer whose clock is behind, or that sends again, has smaller ones.',
		next: [hint('let the server choose the id: XADD KEY *'), hint('compare the clocks of the producers'), seeClientLog],
	},
	{
		commands: ['xgroup|create'],
		reason: 'the stream does not exist',
		meaning: 'The consumers start before the first entry was written, or the stream was deleted. They read nothing.',
		next: [hint('let them send MKSTREAM with it: XGROUP CREATE KEY GROUP $ MKSTREAM'), seeClientLog],
	},
	{
		commands: ['rename', 'renamenx'],
		reason: 'the key does not exist',
		meaning: 'The key was renamed before, or has expired.',
		next: [seeClientLog],
	},
	{
		commands: ['exec', 'discard'],
		reason: 'no transaction is open on the connection',
		meaning:
			'A pool or a proxy spreads the commands of a transaction over several connections, or the client connected again after MULTI. The commands ran one by one.',
		next: [hint('let the client keep one connection from MULTI to EXEC'), seeClientLog],
	},
	{
		commands: ['restore'],
		reason: 'a newer version dumped the values, or they are damaged',
		meaning: 'DUMP writes the format of its version, and no older version reads it.',
		next: [hint('restore into the version that dumped them, or copy the keys by their own commands'), seeClientLog],
	},
	{
		commands: ['migrate'],
		reason: 'the other server refuses the keys',
		meaning:
			'They are there already, its version is older, its memory is full, or it wants a password. The keys stay here.',
		next: [hint('the text of the error names the refusal: it is in the log of the client'), hint('REPLACE overwrites')],
	},
	{
		commands: ['eval', 'evalsha', 'eval_ro', 'evalsha_ro'],
		reason: 'the script itself fails',
		meaning: 'The script does not compile, raises an error, or a command in it fails. What it wrote before stays.',
		next: [undoRelease, hint('the log of the client has the error, with the line of the script')],
	},
	{
		commands: ['client|setname'],
		reason: 'the name has a space or a special character',
		meaning: 'Some client libraries give up when they cannot set their name.',
		next: [hint('give the client a name without spaces')],
	},
];

const byCommand: ReadonlyMap<string, ErrorMeaning> = new Map(
	plainErrors.flatMap(({commands, ...known}) => commands.map(command => [command, known] as const)),
);

/**
Why WAITAOF fails: it waits for the append-only file of a primary. Undefined where there is one. Source: Redis,
src/replication.c, `waitaofCommand`.
*/
function fileWaitError(facts: NodeFacts): ErrorMeaning | undefined {
	if (facts.record.role === 'replica') {
		return {
			reason: 'it is a replica',
			meaning: 'WAITAOF is for the primary, which gets the writes.',
			next: [hint('let the client send it to the primary'), seeClientLog],
		};
	}

	return facts.setting('appendonly') === 'no'
		? {
				reason: 'appendonly is no',
				meaning: 'The writes are done in memory, and none is confirmed: a client may send each of them again.',
				next: [
					hint('if a crash may lose no write, and its disk has room: CONFIG SET appendonly yes, and the config file'),
					hint('else let the client send WAITAOF 0 N: it then asks the replicas alone'),
				],
			}
		: undefined;
}

const functionCommands: readonly string[] = ['fcall', 'fcall_ro'];

/** Why calls of functions fail: INFO counts the functions, and commandstats what removed them. */
function functionError(facts: NodeFacts): ErrorMeaning {
	const functions = facts.number('memory', 'number_of_functions');
	const isRemoved = facts.record.commands.some(
		({command, calls}) => ['function|flush', 'function|delete'].includes(command) && calls > 0,
	);
	return functions === 0
		? {
				reason: isRemoved ? 'it has no functions, since FUNCTION FLUSH or DELETE' : 'it has no functions',
				meaning:
					'Functions are part of the data set: they are saved and replicated with it. A server that starts without its data has none.',
				next: [
					hint('load the libraries again: FUNCTION LOAD, as the release of the client does'),
					hint('another node with the data has them: FUNCTION DUMP there, FUNCTION RESTORE here'),
					redisCli(facts, 'FUNCTION LIST'),
				],
			}
		: {
				reason: 'the function is not there, or fails',
				meaning: 'The function has no such name on this server, raises an error, or a command in it fails.',
				next: [redisCli(facts, 'FUNCTION LIST'), undoRelease, seeClientLog],
			};
}

const scriptCommands: readonly string[] = ['eval', 'evalsha', 'eval_ro', 'evalsha_ro'];

/**
Why scripts fail in a cluster. One that makes up a key, or uses keys of several slots, works on a single server, and gets
no MOVED here. Source: Redis, src/script.c, `scriptVerifyClusterState`.
*/
const clusterScriptError = ({sample}: NodeFacts, command: string): ErrorMeaning | undefined =>
	sample !== undefined && isClusterEnabled(sample.info) && scriptCommands.includes(command)
		? {
				reason: 'the script fails, perhaps at a key of another slot',
				meaning:
					'In a cluster, a script may use keys of one slot alone, and its client must name them in KEYS. Or it raises an error. What it wrote before stays.',
				next: [
					hint('give all keys of the script one hash tag {…}, and let the client send them as KEYS'),
					hint(
						"the log of the client has the error: 'non local key' or 'do not hash to the same slot' means such a key",
					),
					undoRelease,
				],
			}
		: undefined;

/**
The number of calls of a command that the server refused before they ran, since the sample before: it got too many or too
few arguments. 0 without two readings of commandstats.
*/
function rejectedLately({sample, earlier}: NodeFacts, command: string): number {
	const [before, after] = [earlier, sample].map(reading => reading && commandStats(reading.info).get(command));
	return Math.max(0, (after?.rejectedCalls ?? 0) - (before?.rejectedCalls ?? 0));
}

/**
What errors with the code ERR mean for a command; undefined if they may have several causes.

@param command In lower case.
*/
export function plainError(facts: NodeFacts, command: string): ErrorMeaning | undefined {
	const known = functionCommands.includes(command)
		? functionError(facts)
		: command === 'waitaof'
			? fileWaitError(facts)
			: (clusterScriptError(facts, command) ?? byCommand.get(command));
	return known === undefined || rejectedLately(facts, command) > 0 ? undefined : known;
}

/** The meaning of ERR for AUTH: a wrong password has a code of its own. Source: Redis, src/acl.c, `authCommand`. */
export const loginWithoutPassword = (facts: NodeFacts): ErrorMeaning => ({
	reason: 'it has no password',
	meaning:
		'The client sends a password, and the default user has none. Many client libraries give up then. The server may have started with another config file than before.',
	next: [
		hint('start it with its own config file, or set its password again: clients that send none are then turned away'),
		redisCli(facts, 'INFO server'),
		hint('its config_file tells with which file it was started; aclfile in it names the users'),
	],
});

/** Most seconds of age of a connection that has just logged in. */
const youngSeconds = 5;

/** Share of the failed logins for which a client must be seen that goes on without. */
const goesOnShare = 0.5;

/** Commands by which a client library begins a connection. */
const greetings: readonly string[] = ['auth', 'hello', 'select', 'ping', 'NULL'];

/**
Whether the clients go on after an AUTH that failed because the server has no password. Some libraries log a warning and
use the connection, so nothing is wrong for them.

@param failures Failed calls of AUTH per second.
*/
function isLoginIgnored(facts: NodeFacts, failures: number): boolean {
	const going = otherClients(facts).filter(
		({ageSeconds, command}) =>
			ageSeconds <= youngSeconds && !greetings.includes(command) && !command.startsWith('client|'),
	);
	return going.length >= goesOnShare * failures;
}

/**
Whether failures of a command are no fault that this rule reports. sec.authfail reports refused logins: only a server
without a password answers AUTH with the code ERR.

@param failures Failed calls per second.
@param code The code that nearly all errors share.
*/
export function isIgnored(facts: NodeFacts, command: string, failures: number, code: string | undefined): boolean {
	switch (command) {
		case 'auth':
			return code !== 'ERR' || isLoginIgnored(facts, failures);
		case 'client':
			// Before 7.0 the server counts CLIENT SETINFO as CLIENT, since then as an unknown command (err.unknown).
			return areOfLibraries(facts, failures * secondsBetween(facts));
		default:
			return false;
	}
}
