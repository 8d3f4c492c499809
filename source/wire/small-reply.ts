import type {Clock} from '../domain/clock.js';
import {type Endpoint, isLoopback} from '../domain/node.js';
import type {ConnectionSettings} from './connection.js';
import type {RedisPort} from './redis-port.js';

/** A request with a reply of about 200 bytes, which fits into one packet on every way. It needs the right to INFO only. */
const smallRequest = ['INFO', 'cpu'];

/**
Milliseconds for which the large reply may still come after the small one. A lost packet is sent again after 200 ms, then
after 400 ms, and a server that was hung sends both replies at once.
*/
const graceMs = 1000;

export type SmallReplyOptions = {
	/** The connection on which a large reply is pending. */
	readonly pending: RedisPort;
	readonly settings: ConnectionSettings;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal?: AbortSignal | undefined;
};

/** Whether large packets can get lost between redis-top and the server: no packet to this machine itself is too large. */
export const hasPacketLimit = (endpoint: Endpoint): boolean => !isLoopback(endpoint);

/**
Whether small replies of the server come while a large one stays away. The server then works, and large packets are lost
on the way: a router drops them and its ICMP message does not arrive. A server that is hung answers no small request
either, and neither does a proxy whose server is hung: PING would be answered by some proxies themselves.

Opens one connection and sends one request. Never rejects.
*/
export async function onlySmallReplies(options: SmallReplyOptions): Promise<boolean> {
	const {pending, settings, openPort, clock, signal} = options;
	if (!hasPacketLimit(settings.endpoint)) {
		return false;
	}

	let isPending = pending.isOpen;
	const end = () => {
		isPending = false;
	};

	pending.settled().then(end, end);
	const port = openPort(settings);
	try {
		await port.open();
		const [reply] = await port.ask([smallRequest], settings.timeoutMs);
		if (typeof reply !== 'string' || !isPending) {
			return false;
		}
	} catch {
		return false;
	} finally {
		port.close();
	}

	await clock.sleep(graceMs, signal);
	return isPending && pending.isOpen && signal?.aborted !== true;
}
