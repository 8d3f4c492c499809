import {isAddress} from '../derive/port-holder.js';
import {nodeRole} from '../derive/replication-peers.js';
import type {Clock} from '../domain/clock.js';
import {isInTurn, type SeenServer} from '../domain/closer-look.js';
import type {InfoReply} from '../domain/info-reply.js';
import {isRunId} from '../domain/node.js';
import {parseInfo} from '../parse/info.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {addressesOf} from '../wire/name-lookup.js';
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
	/** The addresses of a name; the system's by default. */
	readonly lookup?: (name: string) => Promise<ReadonlyArray<{readonly address: string}>>;
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
export async function serverOn(port: RedisPort, polled: InfoReply, timeoutMs: number): Promise<SeenServer | undefined> {
	const ask = async (section: string) => {
		const [reply] = await port.ask([['INFO', section]], timeoutMs);
		return parseInfo(typeof reply === 'string' ? reply : '');
	};
	const info = await ask('server');
	const isPolled = info.text('server', 'run_id') === polled.text('server', 'run_id');
	return serverIn(info, isPolled ? polled : await ask('replication'));
}

/** Most addresses of a name that are asked, so that the first one is asked again. */
const mostAddresses = mostConnections - 2;

/**
The addresses of the target's name, if it has several. The system gives them in one order to each connection from here,
and clients elsewhere, or of another language, may take another one of them: localhost is 127.0.0.1 and ::1.
*/
async function severalAddresses({settings: {endpoint}, lookup = addressesOf}: ServerLookOptions) {
	if (endpoint.kind !== 'tcp' || isAddress(endpoint.host)) {
		return [];
	}

	const found = await lookup(endpoint.host).catch(() => []);
	const addresses = [...new Set(found.map(({address}) => address))];
	return addresses.length > 1 ? addresses.slice(0, mostAddresses) : [];
}

/** The settings for a connection to one address of the target's name. Its certificate has to have the name. */
function settingsAt(settings: ConnectionSettings, host: string): ConnectionSettings {
	const {endpoint, tls} = settings;
	return endpoint.kind === 'tcp'
		? {
				...settings,
				endpoint: {...endpoint, host},
				tls: tls && {...tls, serverName: tls.serverName ?? endpoint.host},
			}
		: settings;
}

/**
Asks who answers on new connections to an address. A load balancer, a DNS name with several addresses or a service leads
each of them to another server. Three connections show one server nearly always; if another one answers, up to eight
connections show whether the servers take turns. Each address of a name that has several is asked in turn; one that does not
answer is left out. Resolves with the servers in the order of the connections; with none where a connection fails or the
server gives no run id. Never rejects.
*/
export async function serversAt(options: ServerLookOptions): Promise<readonly SeenServer[]> {
	const {settings, openPort, clock, signal, polled, fewest} = options;
	const runId = polled.text('server', 'run_id');
	const seen: SeenServer[] = [];
	let addresses: readonly string[] = await severalAddresses(options);
	const isOver = () =>
		signal.aborted ||
		isInTurn(seen) ||
		seen.length >= (seen.some(server => server.runId !== runId) ? mostConnections : Math.max(fewest, addresses.length));
	for (let turn = 0; !isOver(); turn += 1) {
		const host = addresses[turn % addresses.length];
		const port = openPort(host === undefined ? settings : settingsAt(settings, host));
		try {
			await port.open();
			const server = await serverOn(port, polled, settings.timeoutMs);
			if (server === undefined) {
				return [];
			}

			seen.push(host === undefined ? server : {...server, host});
		} catch {
			if (host === undefined) {
				return [];
			}

			addresses = addresses.filter(address => address !== host);
		} finally {
			port.close();
		}

		await clock.sleep(pauseMs, signal);
	}

	return seen;
}
