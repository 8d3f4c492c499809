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
	/** The reply of the process that answers the polls. */
	readonly polled: InfoReply;
	/** Number of connections while all lead to that process. */
	readonly fewest: number;
};

/** Most connections of a look, while different servers answer. */
const mostConnections = 8;
/** Pause between two connections, in milliseconds. */
const pauseMs = 50;

function serverIn(info: InfoReply, replication: InfoReply = info): SeenServer | undefined {
	const runId = info.text('server', 'run_id');
	const uptimeSeconds = info.number('server', 'uptime_in_seconds');
	return runId === undefined || !isRunId(runId) || uptimeSeconds === undefined
		? undefined
		: // The run id is copied: a substring of INFO would keep the whole text in memory.
			{
				runId: Buffer.from(runId).toString(),
				role: nodeRole(replication),
				uptimeSeconds,
				replicationId: replication.text('replication', 'master_replid'),
			};
}

/** The server on a connection. Its role is asked for only if it is another one than the one that answers the polls. */
async function serverOn(port: RedisPort, polled: InfoReply, timeoutMs: number): Promise<SeenServer | undefined> {
	const ask = async (section: string) => {
		const [reply] = await port.ask([['INFO', section]], timeoutMs);
		return parseInfo(typeof reply === 'string' ? reply : '');
	};
	const info = await ask('server');
	const isPolled = info.text('server', 'run_id') === polled.text('server', 'run_id');
	return serverIn(info, isPolled ? polled : await ask('replication'));
}

/**
Asks who answers on new connections to an address. A load balancer, a DNS name with several addresses or a service leads
each of them to another server. Three connections show one server nearly always; if another one answers, up to eight
connections show whether the servers take turns. Resolves with the servers in the order of the connections; with none
where a connection fails or the server gives no run id. Never rejects.
*/
export async function serversAt(options: ServerLookOptions): Promise<readonly SeenServer[]> {
	const {settings, openPort, clock, signal, polled, fewest} = options;
	const runId = polled.text('server', 'run_id');
	const seen: SeenServer[] = [];
	const isOver = () =>
		signal.aborted ||
		isInTurn(seen) ||
		seen.length >= (seen.some(server => server.runId !== runId) ? mostConnections : fewest);
	while (!isOver()) {
		const port = openPort(settings);
		try {
			await port.open();
			const server = await serverOn(port, polled, settings.timeoutMs);
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
