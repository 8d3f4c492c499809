import type {NodeRole} from './node.js';
import type {Failure} from './sample.js';

/** A PING of a burst. */
export type BurstPing = {
	readonly roundTripMs: number;
	/**
	Whether the server answered a PING on another connection long before this reply came. Its main thread was then free,
	and this reply or its request was late on the way.
	*/
	readonly isOvertaken: boolean;
};

/** A server that answered on a new connection to an address. */
export type SeenServer = {
	readonly runId: string;
	readonly role: NodeRole;
	readonly uptimeSeconds: number;
	/** The id of the data's history, which a primary and its replicas share; undefined where INFO lacks it. */
	readonly replicationId: string | undefined;
	/** The address, of several that the name has, on which the server answered; undefined for a name with one. */
	readonly host?: string | undefined;
};

/** How the latest new connections to a node ended, while polls over an older connection were answered. */
export type NewConnections = {
	/** Number of new connections in a row that did not get in, or that led to another server. 0: the last one got in. */
	readonly missed: number;
	/** Why the last one did not get in. */
	readonly failure?: Failure | undefined;
	/** The server that answered instead of the one that answers the polls. */
	readonly other?: SeenServer | undefined;
};

/** What redis-top found out about a node over short-lived connections, beside the polls. */
export type CloserLook =
	| {readonly kind: 'pings'; readonly pings: readonly BurstPing[]}
	/** The servers that answered on new connections to one address, in the order of the connections. */
	| {readonly kind: 'servers'; readonly servers: readonly SeenServer[]}
	| {readonly kind: 'new-connections'; readonly latest: NewConnections};

/**
Whether an address leads to several servers in turn: a server answers again after another one has. After a restart or a
failover, the server from before does not come back.
*/
export const isInTurn = (servers: readonly SeenServer[]): boolean =>
	servers.some(({runId}, index) => {
		const other = servers.findIndex((later, place) => place > index && later.runId !== runId);
		return other !== -1 && servers.some((later, place) => place > other && later.runId === runId);
	});

/**
Shortest time after which Linux sends a lost packet again, in milliseconds. A way with losses has a longer one, because
the kernel takes the resent packets for a slow way. Source: include/net/tcp.h, `TCP_RTO_MIN`.
*/
const resendMs = 200;
/** A resend timer may end this many milliseconds early, because the kernel counts in ticks. */
const earlyMs = 5;

/** Whether a round trip is so much longer than the quickest one that a packet may have been sent again. */
export const isResent = (roundTripMs: number, quickestMs: number): boolean =>
	roundTripMs - quickestMs >= resendMs - earlyMs;
