import {isClusterEnabled} from '../derive/deployment.js';
import type {Clock} from '../domain/clock.js';
import type {InfoReply} from '../domain/info-reply.js';
import {parseConfig} from '../parse/config.js';
import {parseInfo} from '../parse/info.js';
import {parseColonTable} from '../parse/proc-text.js';
import {isRefusedForm} from '../parse/reply-error.js';
import {textOf} from '../parse/reply-values.js';
import {sanitize} from '../text/sanitize.js';
import {infoSections} from '../wire/info-sections.js';
import {type RedisPort, type Reply, ReplyFailure, WireFailure} from '../wire/redis-port.js';
import type {RightFacts, ServerAnswers} from './ladder-facts.js';

/**
Server settings that explain a server's state, or that show where the server's files are. Each setting is read by its
own command, because CONFIG GET accepts several names only since Redis 7.0.
*/
const settingNames = [
	'dir',
	'logfile',
	'save',
	'stop-writes-on-bgsave-error',
	'min-replicas-to-write',
	'replica-serve-stale-data',
	'cluster-require-full-coverage',
];

type Trial = readonly [command: string, grant: string, words: readonly string[], since?: number];

/**
The commands that the monitor sends, each in its cheapest form, because the needed rights do not depend on the
arguments. Servers before version `since` lack the command.
*/
const trials: readonly Trial[] = [
	['CONFIG GET', '+config|get', ['CONFIG', 'GET', 'maxmemory']],
	['SLOWLOG GET', '+slowlog|get', ['SLOWLOG', 'GET', '1']],
	['CLIENT LIST', '+client|list', ['CLIENT', 'LIST', 'ID', '1']],
	['LATENCY HISTOGRAM', '+latency|histogram', ['LATENCY', 'HISTOGRAM', 'ping'], 7],
	['LATENCY LATEST', '+latency|latest', ['LATENCY', 'LATEST']],
	['LATENCY HISTORY', '+latency|history', ['LATENCY', 'HISTORY', 'command']],
];

const clusterTrials: readonly Trial[] = [
	['CLUSTER NODES', '+cluster|nodes', ['CLUSTER', 'NODES']],
	['CLUSTER INFO', '+cluster|info', ['CLUSTER', 'INFO']],
];

export type AskResult =
	| {readonly kind: 'answered'; readonly answers: ServerAnswers}
	| {
			readonly kind: 'failed';
			readonly code: string;
			readonly message: string;
			readonly hasOnlySmallReplies?: boolean | undefined;
	  };

export type AskOptions = {
	readonly timeoutMs: number;
	readonly clock: Clock;
	/** The user that the connection logs in as; undefined: the server is asked with ACL WHOAMI. */
	readonly username: string | undefined;
	/** Finds out whether small replies come while the reply on the connection is pending. */
	readonly onlySmallReplies: (pending: RedisPort) => Promise<boolean>;
};

/** Reads INFO, settings and rights on a connection of its own, then closes that connection. Never rejects. */
export async function askServer(port: RedisPort, options: AskOptions): Promise<AskResult> {
	const {timeoutMs, clock, username} = options;
	try {
		await port.open();
		const startedMs = clock.elapsed();
		// ACL WHOAMI is sent only if the user is unknown: it may be refused, and ACL LOG notes each refusal.
		const [infoReply = null, userReply = null, ...configReplies] = await port.ask(
			[
				['INFO'],
				username === undefined ? ['ACL', 'WHOAMI'] : ['PING'],
				...settingNames.map(name => ['CONFIG', 'GET', name]),
			],
			timeoutMs,
		);
		const tookMs = clock.elapsed() - startedMs;
		const info = await infoOf(infoReply, port, timeoutMs);
		const isCluster = info !== undefined && isClusterEnabled(info);
		const major = majorVersion(info);
		const wanted = [...trials, ...(isCluster ? clusterTrials : [])].filter(
			([, , , since = 0]) => major === undefined || major >= since,
		);
		const replies = await port.ask(
			wanted.map(([, , words]) => words),
			timeoutMs,
		);
		const clusterReply = isCluster ? replies.at(-1) : undefined;
		const user = username ?? textOf(userReply);
		return {
			kind: 'answered',
			answers: {
				tookMs,
				info,
				infoRefusal: info === undefined && infoReply instanceof ReplyFailure ? infoReply.message : undefined,
				sectionsRefusal: (major ?? 0) >= 7 ? await sectionsRefusal(port, timeoutMs) : undefined,
				cluster: parseColonTable(typeof clusterReply === 'string' ? clusterReply.replaceAll('\r', '') : ''),
				config: new Map(configReplies.flatMap(reply => (reply instanceof ReplyFailure ? [] : [...parseConfig(reply)]))),
				user: user === undefined ? undefined : sanitize(user),
				rights: wanted.map(
					([command, grant], index): RightFacts => ({command, grant, refusal: refusalOf(replies[index])}),
				),
			},
		};
	} catch (error) {
		if (error instanceof WireFailure || error instanceof ReplyFailure) {
			const hasOnlySmallReplies = error.code === 'TIMEOUT' && (await options.onlySmallReplies(port));
			return {kind: 'failed', code: error.code, message: error.message, hasOnlySmallReplies};
		}

		return {kind: 'failed', code: 'INTERNAL', message: error instanceof Error ? error.message : String(error)};
	} finally {
		port.close();
	}
}

/**
Parses the reply to INFO without a section, which is also the monitor's first request on a connection. If the server
refuses INFO without a section, `INFO server` is sent. Undefined if the server refuses that too.
*/
async function infoOf(reply: Reply, port: RedisPort, timeoutMs: number): Promise<InfoReply | undefined> {
	const isOtherForm = reply instanceof ReplyFailure && isRefusedForm(reply.message);
	const [one = reply] = isOtherForm ? await port.ask([['INFO', 'server']], timeoutMs) : [];
	return typeof one === 'string' ? parseInfo(one) : undefined;
}

const majorVersion = (info: InfoReply | undefined): number | undefined => {
	const major = Number.parseInt(info?.text('server', 'redis_version') ?? '', 10);
	return Number.isNaN(major) ? undefined : major;
};

/**
Why the server refuses INFO with several sections, which the monitor sends from Redis 7.0 on. This is the last request
on the connection, because a proxy may close the connection when it receives such an INFO.
*/
async function sectionsRefusal(port: RedisPort, timeoutMs: number): Promise<string | undefined> {
	try {
		const [reply] = await port.ask([['INFO', ...infoSections]], timeoutMs);
		return refusalOf(reply);
	} catch (error) {
		return error instanceof WireFailure && error.code !== 'TIMEOUT' ? 'closes the connection' : undefined;
	}
}

function refusalOf(reply: Reply | undefined): string | undefined {
	return reply instanceof ReplyFailure ? reply.message : undefined;
}
