import type {Clock} from '../domain/clock.js';
import {type Endpoint, isLoopback} from '../domain/node.js';
import type {ConnectionSettings} from './connection.js';
import {type RedisPort, WireFailure} from './redis-port.js';

/** A request with a reply of about 200 bytes, which fits into one packet on every way. It needs the right to INFO only. */
const smallRequest = ['INFO', 'cpu'];

/**
Milliseconds for which the large reply may still come after the small one. A lost packet is sent again after 200 ms, then
after 400 ms, and a server that was hung sends both replies at once.
*/
const graceMs = 1000;

/** Least time between two small requests to a server that stays without a reply, in milliseconds. */
export const smallRequestEveryMs = 60_000;

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

/** Error codes of a connection to which nothing answers, not even to refuse. */
const unanswered: ReadonlySet<string> = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
Why a reply stays away, as another connection shows:

- `large-replies-lost`: small replies come meanwhile. The server works, and large packets are lost on the way: a router
  drops them and its ICMP message does not arrive.
- the error of the connection: nothing answers, and the kernel of the server's machine does not confirm the request of the
  pending reply either. So no packet gets there. The kernel of a hung server confirms it, also when too many clients wait
  to be accepted.
- undefined: the reply came meanwhile, or nothing is known. A server that is hung answers no small request either, and
  neither does a proxy whose server is hung: PING would be answered by some proxies themselves.

Opens one connection and sends one request at most. Never rejects.
*/
export async function whyPending(options: SmallReplyOptions): Promise<'large-replies-lost' | WireFailure | undefined> {
	const {pending, settings, openPort, clock, signal} = options;
	if (settings.endpoint.kind === 'unix') {
		return undefined;
	}

	let isPending = pending.isOpen;
	const end = () => {
		isPending = false;
	};

	pending.settled().then(end, end);
	const port = openPort(settings);
	try {
		await port.open();
		if (!hasPacketLimit(settings.endpoint)) {
			return undefined;
		}

		const [reply] = await port.ask([smallRequest], settings.timeoutMs);
		if (typeof reply !== 'string' || !isPending) {
			return undefined;
		}
	} catch (error) {
		const isLost = error instanceof WireFailure && unanswered.has(error.code);
		return isLost && (await pending.isConfirmed?.()) === false && isPending ? error : undefined;
	} finally {
		port.close();
	}

	await clock.sleep(graceMs, signal);
	return isPending && pending.isOpen && signal?.aborted !== true ? 'large-replies-lost' : undefined;
}

/** Whether small replies of the server come while a large one stays away. Never rejects. */
export const onlySmallReplies = async (options: SmallReplyOptions): Promise<boolean> =>
	hasPacketLimit(options.settings.endpoint) && (await whyPending(options)) === 'large-replies-lost';
