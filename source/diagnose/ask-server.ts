import {isClusterEnabled} from '../derive/deployment.js';
import type {Clock} from '../domain/clock.js';
import {parseConfig} from '../parse/config.js';
import {parseInfo} from '../parse/info.js';
import {parseColonTable} from '../parse/proc-text.js';
import {textOf} from '../parse/reply-values.js';
import {sanitize} from '../text/sanitize.js';
import {type RedisPort, type Reply, ReplyFailure, WireFailure} from '../wire/redis-port.js';
import type {RightFacts, ServerAnswers} from './ladder-facts.js';

/** Settings that explain a state or locate the server's files. Asked one by one: several in a call need Redis 7.0. */
const settingNames = [
	'dir',
	'logfile',
	'save',
	'stop-writes-on-bgsave-error',
	'min-replicas-to-write',
	'replica-serve-stale-data',
	'cluster-require-full-coverage',
];

/** What the monitor asks for, in its cheapest form: rights don't depend on how much is asked. */
const trials: ReadonlyArray<readonly [command: string, grant: string, words: readonly string[]]> = [
	['CONFIG GET', '+config|get', ['CONFIG', 'GET', 'maxmemory']],
	['SLOWLOG GET', '+slowlog|get', ['SLOWLOG', 'GET', '1']],
	['CLIENT LIST', '+client|list', ['CLIENT', 'LIST', 'ID', '1']],
	['LATENCY HISTOGRAM', '+latency|histogram', ['LATENCY', 'HISTOGRAM', 'ping']],
	['LATENCY LATEST', '+latency|latest', ['LATENCY', 'LATEST']],
];

const clusterTrials: typeof trials = [
	['CLUSTER NODES', '+cluster|nodes', ['CLUSTER', 'NODES']],
	['CLUSTER INFO', '+cluster|info', ['CLUSTER', 'INFO']],
];

export type AskResult =
	| {readonly kind: 'answered'; readonly answers: ServerAnswers}
	| {readonly kind: 'failed'; readonly code: string; readonly message: string};

/** INFO, settings and rights on a connection of its own, which is closed again. Never rejects. */
export async function askServer(port: RedisPort, timeoutMs: number, clock: Clock): Promise<AskResult> {
	try {
		await port.open();
		const startedMs = clock.elapsed();
		const [infoReply = null, userReply = null, ...configReplies] = await port.ask(
			[['INFO'], ['ACL', 'WHOAMI'], ...settingNames.map(name => ['CONFIG', 'GET', name])],
			timeoutMs,
		);
		const tookMs = clock.elapsed() - startedMs;
		const info = typeof infoReply === 'string' ? parseInfo(infoReply) : undefined;
		const isCluster = info !== undefined && isClusterEnabled(info);
		const wanted = [...trials, ...(isCluster ? clusterTrials : [])];
		const replies = await port.ask(
			wanted.map(([, , words]) => words),
			timeoutMs,
		);
		const clusterReply = isCluster ? replies.at(-1) : undefined;
		const user = textOf(userReply);
		return {
			kind: 'answered',
			answers: {
				tookMs,
				info,
				infoRefusal: infoReply instanceof ReplyFailure ? infoReply.message : undefined,
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
			return {kind: 'failed', code: error.code, message: error.message};
		}

		return {kind: 'failed', code: 'INTERNAL', message: error instanceof Error ? error.message : String(error)};
	} finally {
		port.close();
	}
}

function refusalOf(reply: Reply | undefined): string | undefined {
	return reply instanceof ReplyFailure ? reply.message : undefined;
}
