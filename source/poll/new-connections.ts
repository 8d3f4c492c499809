import type {Clock} from '../domain/clock.js';
import type {CloserLook, NewConnections, SeenServer} from '../domain/closer-look.js';
import {isRunId, type NodeAddress} from '../domain/node.js';
import type {Failure, NodeSample} from '../domain/sample.js';
import {replyFailure} from '../parse/reply-error.js';
import {socketFailure} from '../parse/socket-error.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {type RedisPort, ReplyFailure, WireFailure} from '../wire/redis-port.js';
import type {Sampled} from './discovery.js';
import {explainedFailure, isVague} from './explain-failure.js';
import {authRetryMs} from './schedule.js';
import {serverOn} from './server-look.js';

/**
Time between two new connections to the node in focus, and to another node, in milliseconds. Each is one connection and
three or four small commands, and one TLS handshake where the port has TLS.
*/
const focusedEveryMs = 10_000;
const othersEveryMs = 30_000;

/** Time until the next new connection after one that did not get in, in milliseconds. */
const againMs = 3000;
/** Longest time that a new connection may take, in milliseconds. A resent SYN needs one second (RFC 6298). */
const longestMs = 2000;

export type NewConnectionOptions = {
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly report: (address: NodeAddress, look: CloserLook) => void;
	/** Finds out why a connection ended without a reason. Tests of fake servers give their own. */
	readonly explain?: typeof explainedFailure | undefined;
};

type Watched = {
	readonly runId: string | undefined;
	dueMs: number;
	missed: number;
	isUnderWay: boolean;
};

/** How a new connection ended: a failure, another server, or neither when it got in. */
type Ending = Pick<NewConnections, 'failure' | 'other'>;

/**
Makes a new connection now and then to nodes that answer their polls. A connection that is open goes on when the port takes
no new ones: behind a firewall, another `bind`, TLS on the port, another address of the name, another password.
*/
export class NewConnectionWatch {
	readonly #options: NewConnectionOptions;
	readonly #watched = new Map<NodeAddress, Watched>();

	constructor(options: NewConnectionOptions) {
		this.#options = options;
	}

	/** Looks whether a new connection gets in, if the last look is long enough ago. The node has answered a poll. */
	answered(
		{address, sample}: Sampled,
		settings: ConnectionSettings,
		{isFocused, hasRoom, isServerTold}: {isFocused: boolean; hasRoom: boolean; isServerTold: boolean},
	): void {
		const nowMs = this.#options.clock.elapsed();
		const everyMs = isFocused ? focusedEveryMs : othersEveryMs;
		const known = this.#watched.get(address);
		if (known === undefined || known.runId !== sample.runId || !hasRoom) {
			this.forget(address);
			this.#watched.set(address, {runId: sample.runId, dueMs: nowMs + everyMs, missed: 0, isUnderWay: false});
			return;
		}

		// A node that came into focus is looked at sooner than it was to be.
		known.dueMs = known.missed === 0 ? Math.min(known.dueMs, nowMs + everyMs) : known.dueMs;
		if (known.isUnderWay || nowMs < known.dueMs) {
			return;
		}

		known.isUnderWay = true;
		void this.#look(address, known, everyMs, async () => newConnection(settings, sample, isServerTold, this.#options));
	}

	/** Forgets what is known of a node that did not answer: the same cause may end old and new connections. */
	forget(address: NodeAddress): void {
		const known = this.#watched.get(address);
		this.#watched.delete(address);
		if (known !== undefined && known.missed > 0) {
			this.#options.report(address, {kind: 'new-connections', latest: {missed: 0}});
		}
	}

	async #look(address: NodeAddress, watched: Watched, everyMs: number, connect: () => Promise<Ending>): Promise<void> {
		const {clock, signal, report} = this.#options;
		const {failure, other} = await connect();
		watched.isUnderWay = false;
		if (signal.aborted || this.#watched.get(address) !== watched) {
			return;
		}

		const hasMissed = failure !== undefined || other !== undefined;
		const before = watched.missed;
		watched.missed = hasMissed ? before + 1 : 0;
		watched.dueMs = clock.elapsed() + (!hasMissed ? everyMs : failure?.layer === 'auth' ? authRetryMs : againMs);
		if (hasMissed || before > 0) {
			report(address, {kind: 'new-connections', latest: {missed: watched.missed, failure, other}});
		}
	}
}

/** Opens a new connection and closes it. Never rejects. */
async function newConnection(
	settings: ConnectionSettings,
	{info, runId}: NodeSample,
	isServerTold: boolean,
	{openPort, explain = explainedFailure}: NewConnectionOptions,
): Promise<Ending> {
	const hasty = {...settings, timeoutMs: Math.min(settings.timeoutMs, longestMs)};
	const port = openPort(hasty);
	try {
		await port.open();
		const [reply] = await port.ask([['PING']], hasty.timeoutMs);
		const ending = refusal(reply);
		return ending.failure === undefined && isServerTold && runId !== undefined && isRunId(runId)
			? otherThan(runId, await serverOn(port, info, hasty.timeoutMs))
			: ending;
	} catch (error) {
		if (error instanceof ReplyFailure) {
			return refusal(error);
		}

		const failure =
			error instanceof WireFailure
				? socketFailure(error.code, error.message)
				: socketFailure('INTERNAL', error instanceof Error ? error.message : String(error));
		return {failure: isVague(failure, hasty) ? await explain(failure, hasty) : failure};
	} finally {
		port.close();
	}
}

const otherThan = (runId: string, server: SeenServer | undefined): Ending =>
	server === undefined || server.runId === runId ? {} : {other: server};

/** The failure in a reply that lets no client in. A server that loads or denies a command has let the connection in. */
function refusal(reply: unknown): Ending {
	const failure: Failure | undefined = reply instanceof ReplyFailure ? replyFailure(reply.message) : undefined;
	return failure !== undefined && ['auth', 'greet'].includes(failure.layer) ? {failure} : {};
}
