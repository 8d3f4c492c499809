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

/** What preflight and proof need of a connection: it can only read. */
export type ReadPort = Pick<RedisPort, 'isOpen' | 'open' | 'ask' | 'close'>;

/** INFO and the server's clock at one moment. */
export type Reading = {
	readonly info: InfoReply;
	/** By the server's clock, milliseconds since the epoch; undefined when TIME is denied and INFO (before 6.2) has none. */
	readonly serverTimeMs: number | undefined;
	/** Replies to what the action's row asks beside, in its order. */
	readonly extra?: readonly Reply[] | undefined;
};

/** The server of a parameter: what it says, or why it says nothing. */
export type OtherServer = {readonly address: string; readonly info: InfoReply | undefined; readonly why: string};

/** The server's files, seen from this machine. */
export type MachineFacts =
	| {readonly kind: 'elsewhere'; readonly why: string}
	| {
			readonly kind: 'here';
			/** What may still be written to the data folder's file system, bytes. */
			readonly freeBytes: number | undefined;
			readonly dump: FileFacts;
			readonly appendOnly: AppendOnlyFacts;
			/** Undefined where the server runs without a config file. */
			readonly configFile: ConfigFile | undefined;
			/** The config file's own `dir`, absolute and without links; undefined where it names none. */
			readonly configFolder: string | undefined;
	  };

/** All that is known when an action's box opens. */
export type ServerFacts = Reading & {
	/** CONFIG GET of what was asked for; empty where it is denied. */
	readonly config: ReadonlyMap<string, string>;
	/** Slots that this node serves; undefined outside a cluster and where CLUSTER NODES is denied. */
	readonly ownSlotCount: number | undefined;
	/** False where the server doesn't know the command: renamed, or taken out by a provider. */
	readonly isCommandKnown: boolean | undefined;
	/** The server's words where this user may not run the command (ACL DRYRUN, Redis ≥ 7.0). */
	readonly denial: string | undefined;
	readonly machine: MachineFacts;
	/** What was typed, as words of the command. */
	readonly words?: readonly string[] | undefined;
	/** The server's words while a script holds it; its INFO is then the last that was seen. */
	readonly busy?: string | undefined;
	readonly other?: OtherServer | undefined;
	/** The nodes around it in the cluster that can be reached. */
	readonly peers?: readonly NodeAddress[] | undefined;
};

export type FactsRequest = {
	readonly endpoint: Endpoint;
	readonly command: readonly string[];
	/** Who asks, where ACL WHOAMI doesn't tell. */
	readonly user: string;
	/** CONFIG GET, one by one: several at once need Redis 7.0. */
	readonly settingNames: readonly string[];
	readonly timeoutMs: number;
	readonly extra?: ReadonlyArray<readonly string[]>;
	/** What INFO said last, for a server that says nothing while a script runs. */
	readonly whileBusy?: InfoReply | undefined;
};

/** The whole file of the RDB as the server is set, absolute; undefined where CONFIG GET didn't tell. */
export function dumpPath(config: ReadonlyMap<string, string>): string | undefined {
	const directory = config.get('dir');
	const file = config.get('dbfilename');
	return directory === undefined || file === undefined ? undefined : path.join(directory, file);
}

const readingCommands: ReadonlyArray<readonly string[]> = [['INFO'], ['TIME']];

/** Rejects with the server's words where INFO is refused (LOADING never does, BUSY and NOPERM do). */
export async function takeReading(
	port: ReadPort,
	timeoutMs: number,
	asks: ReadonlyArray<readonly string[]> = [],
): Promise<Reading> {
	const [info = null, time = null, ...extra] = await port.ask([...readingCommands, ...asks], timeoutMs);
	return {...readingOf([info, time]), extra};
}

/** The server's words when all it says is that a script holds it. */
export const busyWords = (error: unknown): string | undefined =>
	error instanceof ReplyFailure && error.code === 'BUSY' ? sanitize(error.message) : undefined;

function readingOf([infoReply, timeReply]: readonly Reply[]): Reading {
	if (infoReply instanceof ReplyFailure) {
		throw infoReply;
	}

	const info = parseInfo(typeof infoReply === 'string' ? infoReply : '');
	const microseconds = info.number('server', 'server_time_usec');
	return {info, serverTimeMs: microseconds === undefined ? timeOf(timeReply) : microseconds / 1000};
}

/** TIME: seconds and microseconds. */
function timeOf(reply: Reply | undefined): number | undefined {
	if (!Array.isArray(reply)) {
		return undefined;
	}

	const [seconds, microseconds] = (reply as readonly Reply[]).map(part => numberOf(part));
	return seconds === undefined ? undefined : seconds * 1000 + (microseconds ?? 0) / 1000;
}

/** Everything a preflight looks at, in two writes. Rejects where the server can't be read. */
export async function readServerFacts(port: ReadPort, request: FactsRequest): Promise<ServerFacts> {
	try {
		return await readAnsweringServer(port, request);
	} catch (error) {
		const busy = busyWords(error);
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
			machine: {kind: 'elsewhere', why: 'a script holds the server'},
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
Why this user may not run a command, by what ACL DRYRUN (Redis 7.0) answers. A right that is missing is told in a plain
reply. Who may not even ask has been given few rights on purpose: then nothing is sent to find out. Any other error says
only that the question can't be asked.
*/
export function denialOf(reply: Reply | undefined, info: InfoReply): string | undefined {
	if (reply instanceof ReplyFailure) {
		const [major = 0] = redisVersion(info) ?? [];
		return reply.code === 'NOPERM' && major >= 7 ? 'what it may it may not ask; +acl|dryrun would let it' : undefined;
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
