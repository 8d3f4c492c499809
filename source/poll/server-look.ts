import {nodeRole} from '../derive/replication-peers.js';
import type {Clock} from '../domain/clock.js';
import {isInTurn, type SeenServer} from '../domain/closer-look.js';
import type {InfoReply} from '../domain/info-reply.js';
import {isRunId} from '../domain/node.js';
import {parseInfo} from '../parse/info.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {RedisPort} from '../wire/redis-port.js';

export type ServerLookOptions = {
	readonly settings: ConnectionSettings;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** The run id of the process that answers the polls. */
	readonly runId: string;
	/** Number of connections while all lead to that process. */
	readonly fewest: number;
};

/** Most connections of a look, while different servers answer. */
const mostConnections = 8;
/** Pause between two connections, in milliseconds. */
const pauseMs = 50;

/** Each section in a command of its own: before Redis 7.0, INFO takes one. */
const questions = [
	['INFO', 'server'],
	['INFO', 'replication'],
];

function serverIn(info: InfoReply): SeenServer | undefined {
	const runId = info.text('server', 'run_id');
	const uptimeSeconds = info.number('server', 'uptime_in_seconds');
	return runId === undefined || !isRunId(runId) || uptimeSeconds === undefined
		? undefined
		: // The run id is copied: a substring of INFO would keep the whole text in memory.
			{
				runId: Buffer.from(runId).toString(),
				role: nodeRole(info),
				uptimeSeconds,
				replicationId: info.text('replication', 'master_replid'),
			};
}

/**
Asks who answers on new connections to an address. A load balancer, a DNS name with several addresses or a service leads
each of them to another server. Three connections show one server nearly always; if another one answers, up to eight
connections show whether the servers take turns. Resolves with the servers in the order of the connections; with none
where a connection fails or the server gives no run id. Never rejects.
*/
export async function serversAt(options: ServerLookOptions): Promise<readonly SeenServer[]> {
	const {settings, openPort, clock, signal, runId, fewest} = options;
	const seen: SeenServer[] = [];
	const isOver = () =>
		signal.aborted ||
		isInTurn(seen) ||
		seen.length >= (seen.some(server => server.runId !== runId) ? mostConnections : fewest);
	while (!isOver()) {
		const port = openPort(settings);
		try {
			await port.open();
			const replies = await port.ask(questions, settings.timeoutMs);
			const server = serverIn(parseInfo(replies.filter(reply => typeof reply === 'string').join('\r\n')));
			if (server === undefined) {
				return [];
			}

			seen.push(server);
		} catch {
			return [];
		} finally {
			port.close();
		}

		await clock.sleep(pauseMs, signal);
	}

	return seen;
}
