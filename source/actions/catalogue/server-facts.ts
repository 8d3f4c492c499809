import path from 'node:path';
import {isClusterEnabled} from '../../derive/deployment.js';
import type {InfoReply} from '../../domain/info-reply.js';
import type {Endpoint, NodeAddress} from '../../domain/node.js';
import {type ConfigFile, readConfigFile} from '../../host/config-file.js';
import {
	type AppendOnlyFacts,
	type FileFacts,
	locateServer,
	readAppendOnlyFacts,
	readFileFacts,
	readFreeBytes,
	resolveFolder,
} from '../../host/data-file.js';
import {parseClusterNodes} from '../../parse/cluster-nodes.js';
import {parseConfig} from '../../parse/config.js';
import {parseInfo} from '../../parse/info.js';
import {numberOf, textOf} from '../../parse/reply-values.js';
import {redisVersion} from '../../poll/server-version.js';
import {sanitize} from '../../text/sanitize.js';
import {type RedisPort, type Reply, ReplyFailure} from '../../wire/redis-port.js';

/** The methods of a connection that preflight and proof use. These methods can only read. */
export type ReadPort = Pick<RedisPort, 'isOpen' | 'open' | 'ask' | 'close'>;

/** What one reading of a server returns: INFO, the server's time, and the replies to further commands. */
export type Reading = {
	readonly info: InfoReply;
	/**
	The server's time in milliseconds since the epoch. Undefined where TIME is denied and INFO lacks the time (before
	6.2).
	*/
	readonly serverTimeMs: number | undefined;
	/** Replies to the commands of `asks` in the action's row, in the same order. */
	readonly extra?: readonly Reply[] | undefined;
};

/** The other server that the typed value names: its INFO, or why INFO could not be read. */
export type OtherServer = {readonly address: string; readonly info: InfoReply | undefined; readonly why: string};

/** What this machine can read of the server's files. */
export type MachineFacts =
	| {readonly kind: 'elsewhere'; readonly why: string}
	| {
			readonly kind: 'here';
			/** Free space of the data folder's file system, in bytes. */
			readonly freeBytes: number | undefined;
			readonly dump: FileFacts;
			readonly appendOnly: AppendOnlyFacts;
			/** The parsed config file of the server; undefined where the server runs without a config file. */
			readonly configFile: ConfigFile | undefined;
			/**
			`dir` in the server's config file, absolute and without symbolic links; undefined where the file does not set it.
			*/
			readonly configFolder: string | undefined;
	  };

/** The facts that a preflight reads. */
export type ServerFacts = Reading & {
	/** Server settings by name; empty where CONFIG GET is denied. */
	readonly config: ReadonlyMap<string, string>;
	/** Number of slots that the node owns; undefined outside a cluster and where CLUSTER NODES is denied. */
	readonly ownSlotCount: number | undefined;
	/**
	Whether the server has the command; false where the command was renamed, or removed by a provider. Undefined: not
	known.
	*/
	readonly isCommandKnown: boolean | undefined;
	/** The reply of ACL DRYRUN (Redis 7.0 and later) if this user may not run the command; otherwise undefined. */
	readonly denial: string | undefined;
	readonly machine: MachineFacts;
	/** The words of the typed value, as parts of the command. */
	readonly words?: readonly string[] | undefined;
	/**
	The BUSY error while a script blocks the server; `info` is then from the last poll. Undefined: no script blocks the
	server.
	*/
	readonly busy?: string | undefined;
	readonly other?: OtherServer | undefined;
	/** The addresses of other nodes of the cluster, or of other Sentinels, that redis-top reached. */
	readonly peers?: readonly NodeAddress[] | undefined;
};

export type FactsRequest = {
	readonly endpoint: Endpoint;
	readonly command: readonly string[];
	/** The user that ACL DRYRUN asks about where ACL WHOAMI is denied. */
	readonly user: string;
	/** Names of server settings. Each is read alone: CONFIG GET takes several names only since Redis 7.0. */
	readonly settingNames: readonly string[];
	readonly timeoutMs: number;
	readonly extra?: ReadonlyArray<readonly string[]>;
	/** INFO of the last poll, used while a script blocks the server. */
	readonly whileBusy?: InfoReply | undefined;
};

/** Path of the server's RDB file; undefined where CONFIG GET is denied. */
export function dumpPath(config: ReadonlyMap<string, string>): string | undefined {
	const directory = config.get('dir');
	const file = config.get('dbfilename');
	return directory === undefined || file === undefined ? undefined : path.join(directory, file);
}

const readingCommands: ReadonlyArray<readonly string[]> = [['INFO'], ['TIME']];

/**
Reads INFO, TIME and `asks`. Rejects with the `ReplyFailure` where the server refuses INFO, for example with BUSY or
NOPERM.
*/
export async function takeReading(
	port: ReadPort,
	timeoutMs: number,
	asks: ReadonlyArray<readonly string[]> = [],
): Promise<Reading> {
	const [info = null, time = null, ...extra] = await port.ask([...readingCommands, ...asks], timeoutMs);
	return {...readingOf([info, time]), extra};
}

/** The text of a BUSY error; undefined for any other error. */
export const busyText = (error: unknown): string | undefined =>
	error instanceof ReplyFailure && error.code === 'BUSY' ? sanitize(error.message) : undefined;

function readingOf([infoReply, timeReply]: readonly Reply[]): Reading {
	if (infoReply instanceof ReplyFailure) {
		throw infoReply;
	}

	const info = parseInfo(typeof infoReply === 'string' ? infoReply : '');
	const microseconds = info.number('server', 'server_time_usec');
	return {info, serverTimeMs: microseconds === undefined ? timeOf(timeReply) : microseconds / 1000};
}

/** The time in a reply to TIME (seconds and microseconds), in milliseconds; undefined for any other reply. */
function timeOf(reply: Reply | undefined): number | undefined {
	if (!Array.isArray(reply)) {
		return undefined;
	}

	const [seconds, microseconds] = (reply as readonly Reply[]).map(part => numberOf(part));
	return seconds === undefined ? undefined : seconds * 1000 + (microseconds ?? 0) / 1000;
}

/**
Reads the facts of a preflight in two pipelines. The second pipeline needs the user and the cluster mode from the
replies to the first. Rejects where the server cannot be read.
*/
export async function readServerFacts(port: ReadPort, request: FactsRequest): Promise<ServerFacts> {
	try {
		return await readAnsweringServer(port, request);
	} catch (error) {
		const busy = busyText(error);
		if (busy === undefined || request.whileBusy === undefined) {
			throw error;
		}

		return {
			info: request.whileBusy,
			serverTimeMs: undefined,
			config: new Map(),
			ownSlotCount: undefined,
			isCommandKnown: undefined,
			denial: undefined,
			machine: {kind: 'elsewhere', why: 'a script blocks the server'},
			busy,
		};
	}
}

async function readAnsweringServer(port: ReadPort, request: FactsRequest): Promise<ServerFacts> {
	const {command, settingNames, endpoint, timeoutMs, extra = []} = request;
	const [infoReply = null, timeReply = null, userReply, commandReply, ...configReplies] = await port.ask(
		[
			...readingCommands,
			['ACL', 'WHOAMI'],
			['COMMAND', 'INFO', command[0] ?? ''],
			...settingNames.map(name => ['CONFIG', 'GET', name]),
		],
		timeoutMs,
	);
	const reading = readingOf([infoReply, timeReply]);
	const config = new Map(
		configReplies.flatMap(reply => (reply instanceof ReplyFailure ? [] : [...parseConfig(reply)])),
	);

	const [dryRunReply, ...others] = await port.ask(
		[
			['ACL', 'DRYRUN', typeof userReply === 'string' ? userReply : request.user, ...command],
			...extra,
			...(isClusterEnabled(reading.info) ? [['CLUSTER', 'NODES']] : []),
		],
		timeoutMs,
	);
	const nodesReply = others[extra.length];
	return {
		...reading,
		extra: others.slice(0, extra.length),
		config,
		ownSlotCount: typeof nodesReply === 'string' ? ownSlotCount(nodesReply) : undefined,
		isCommandKnown: Array.isArray(commandReply) ? commandReply[0] !== null : undefined,
		denial: denialOf(dryRunReply, reading.info),
		machine: await readMachineFacts(endpoint, reading.info, config),
	};
}

/**
Why this user may not run a command, from the reply of ACL DRYRUN (Redis 7.0); otherwise undefined. ACL DRYRUN reports a
missing right as a plain reply, not as an error. NOPERM for ACL DRYRUN itself counts as a denial: a user without the
right to ACL DRYRUN has few rights on purpose. Any other error, such as that of an older server, says nothing about the
rights.
*/
export function denialOf(reply: Reply | undefined, info: InfoReply): string | undefined {
	if (reply instanceof ReplyFailure) {
		const [major = 0] = redisVersion(info) ?? [];
		return reply.code === 'NOPERM' && major >= 7 ? 'its rights cannot be read; +acl|dryrun allows that' : undefined;
	}

	const text = textOf(reply);
	return text === undefined || text === 'OK' ? undefined : sanitize(text);
}

function ownSlotCount(nodesReply: string): number | undefined {
	const own = parseClusterNodes(nodesReply).find(({flags}) => flags.has('myself'));
	return own?.slots.reduce((sum, {first, last}) => sum + last - first + 1, 0);
}

async function readMachineFacts(
	endpoint: Endpoint,
	info: InfoReply,
	config: ReadonlyMap<string, string>,
): Promise<MachineFacts> {
	const directory = config.get('dir');
	const place = await locateServer(endpoint, info.number('server', 'process_id'), directory);
	if (!place.isHere) {
		return {kind: 'elsewhere', why: place.why};
	}

	const dump = dumpPath(config);
	if (directory === undefined || dump === undefined) {
		return {kind: 'elsewhere', why: 'CONFIG GET dir is denied'};
	}

	const file = info.text('server', 'config_file') ?? '';
	const configFile = file === '' ? undefined : await readConfigFile(file);
	const configFolder = configFile?.kind === 'read' ? configFile.settings.get('dir') : undefined;
	return {
		kind: 'here',
		freeBytes: await readFreeBytes(directory),
		dump: await readFileFacts(dump),
		appendOnly: await readAppendOnlyFacts(
			directory,
			config.get('appenddirname'),
			config.get('appendfilename') ?? 'appendonly.aof',
		),
		configFile,
		configFolder:
			configFolder !== undefined && path.isAbsolute(configFolder) ? await resolveFolder(configFolder) : undefined,
	};
}
