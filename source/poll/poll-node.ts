import {type Clock, wholeMicroseconds} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import {type Exchange, type Failure, failureText, type PollOutcome} from '../domain/sample.js';
import {parseRunningFunction} from '../parse/function-stats.js';
import {replyFailure} from '../parse/reply-error.js';
import {type RedisPort, type Reply, ReplyFailure, WireFailure} from '../wire/redis-port.js';
import {DatabaseOrder} from './database-commands.js';
import {joinCounts} from './foreign-slots.js';
import type {PollDemand} from './poll-demand.js';
import {isSeveral, requestsDue, scheduledRequestsDue, severalArgumentKinds} from './poll-plan.js';
import {type PollState, updateFromInfo, updateFromReplies} from './poll-state.js';
import {type Answers, knownBlindSpots, readReplies, sampleOf} from './read-replies.js';
import {type PollRequest, type RequestKind, requestOf} from './requests.js';

export type PollContext = {
	readonly address: NodeAddress;
	readonly port: RedisPort;
	readonly state: PollState;
	readonly demand: PollDemand;
	readonly clock: Clock;
	readonly timeoutMs: number;
	/**
	Called when the replies of a write are late. Resolves with them, or with undefined if they are awaited no longer; the
	poll then rejects.
	*/
	readonly whenLate?: ((error: WireFailure) => Promise<readonly Reply[] | undefined>) | undefined;
	/**
	Awaited before replies are parsed, so that a key press never waits for the replies of many nodes; undefined: no wait.
	*/
	readonly yieldIfDue?: (() => Promise<void> | undefined) | undefined;
};

/** An error reply that concerns the node as a whole, not one command of the poll. */
export class NodeRefusal extends Error {
	override readonly name = 'NodeRefusal';

	constructor(readonly failure: Failure) {
		super(failureText(failure));
	}
}

/**
Sends a node all requests that are due in one write, and makes a sample of the replies. The first INFO of a connection
tells which other requests are possible. These other requests are sent in a second write if `isWholeAtOnce` is set, and
after a reconnect to the same process. After a late reply, the second write asks what held the server up.

Rejects with `WireFailure` when the connection fails or the replies are late, and with `NodeRefusal` when the node
refuses INFO itself. Any other refused command becomes a blind spot.
*/
export async function pollNode(given: PollContext): Promise<PollOutcome> {
	let wasLate = false;
	const context: PollContext = {
		...given,
		whenLate: async error => {
			wasLate = true;
			return given.whenLate?.(error);
		},
	};
	const {address, port, state, demand, clock} = context;
	const isFirst = state.version === undefined;
	if (isFirst) {
		state.certificateExpiresAtMs = port.certificateExpiresAtMs;
	}

	const startedMs = clock.elapsed();
	const traffic = {...port.traffic};
	const requests = requestsDue(state, demand, startedMs);
	const answers = await askWithFallback(requests, context);
	const {atMs, elapsedMs} = answers;
	if (answers.infos.length === 0) {
		throw new NodeRefusal(await busyWith(answers.refused ?? replyFailure('ERR INFO was not answered'), context));
	}

	const sample = sampleOf(answers.infos, state, {
		atMs,
		elapsedMs,
		roundTripMs: wholeMicroseconds(elapsedMs - startedMs),
		...(state.certificateExpiresAtMs === undefined ? {} : {certificateExpiresAtMs: state.certificateExpiresAtMs}),
	});
	const isKnown = sample.runId !== undefined && sample.runId === state.runId;
	updateFromInfo(state, sample, demand.isFocused);
	const isAskedOn = wasLate || (isFirst && (isKnown || demand.isWholeAtOnce === true));
	const isNew = ({kind}: PollRequest) => requests.every(asked => asked.kind !== kind);
	const more = isAskedOn ? scheduledRequestsDue(state, demand, elapsedMs).filter(isNew) : [];
	const isLateSample = wasLate;
	const later =
		more.length === 0
			? undefined
			: await askAll(more, context).catch((error: unknown) => {
					// The sample that came late is worth its report, although the rest has not come.
					if (isLateSample) {
						return undefined;
					}

					throw error;
				});
	const extras = {...answers.extras, ...later?.extras};
	updateFromReplies(state, extras, sample.elapsedMs);
	return {
		kind: 'sampled',
		address,
		sample,
		extras,
		blind: knownBlindSpots(state),
		cost: {
			commands: requests.length + more.length,
			bytesOut: port.traffic.bytesOut - traffic.bytesOut,
			bytesIn: port.traffic.bytesIn - traffic.bytesIn,
		},
		exchanges: later === undefined ? answers.exchanges : [...answers.exchanges, ...later.exchanges],
	};
}

/**
Adds the running function and its duration to a BUSY failure. FUNCTION STATS is the only read that a busy server
answers, and only while a function runs.
*/
async function busyWith(failure: Failure, {port, timeoutMs}: PollContext): Promise<Failure> {
	if (failure.kind !== 'BUSY_FUNCTION') {
		return failure;
	}

	const [reply = null] = await port.ask([['FUNCTION', 'STATS']], timeoutMs);
	return reply instanceof ReplyFailure ? failure : {...failure, running: parseRunningFunction(reply)};
}

/** Sends the requests. If a server refuses INFO with several sections, plain INFO is sent at once. */
async function askWithFallback(requests: readonly PollRequest[], context: PollContext): Promise<Answers> {
	const answers = await askAll(requests, context);
	const {state, demand, clock} = context;
	const isFallback = requests.some(request => request.kind === 'info' && isSeveral(request));
	if (answers.infos.length > 0 || !isFallback || !state.oneArgumentKinds.has('info')) {
		return answers;
	}

	const again = requestsDue(state, demand, clock.elapsed()).filter(
		({kind}) => requestOf(kind).everyMs === 'every poll',
	);
	const {infos, refused, atMs, elapsedMs, exchanges} = await askAll(again, context);
	return {...answers, infos, refused, atMs, elapsedMs, exchanges: [...answers.exchanges, ...exchanges]};
}

/**
Number of connections in a row that ended during a request with several arguments. After this number, each call has one
argument.
*/
const closesBeforeFallback = 2;

/**
Counts connections that closed while a request with several arguments was pending, such as INFO with several sections.
Some proxies close each connection with such a request, without a reason. A server that shuts down closes a connection
only once, so one closed connection proves nothing.
*/
function noteClosed(requests: readonly PollRequest[], error: unknown, state: PollState): void {
	const several = severalArgumentKinds(requests);
	if (!(error instanceof WireFailure) || error.code === 'TIMEOUT' || !error.wasSent || several.size === 0) {
		return;
	}

	state.closedOnSeveral += 1;
	if (state.closedOnSeveral >= closesBeforeFallback) {
		for (const kind of several) {
			state.oneArgumentKinds.add(kind);
		}
	}
}

async function askAll(requests: readonly PollRequest[], context: PollContext): Promise<Answers> {
	const {port, state, clock, timeoutMs, yieldIfDue, whenLate} = context;
	const startedMs = clock.elapsed();
	const order = new DatabaseOrder(requests);
	const asked = port.ask(order.commands, timeoutMs);
	const replies = await asked.catch(async (error: unknown) => {
		noteClosed(requests, error, state);
		const isLate = error instanceof WireFailure && error.code === 'TIMEOUT';
		const late = isLate ? await whenLate?.(error) : undefined;
		if (late === undefined) {
			throw error;
		}

		return late;
	});
	if (severalArgumentKinds(requests).size > 0) {
		state.closedOnSeveral = 0;
	}

	for (const {kind} of requests) {
		state.lastAskedMs.set(kind, startedMs);
	}

	const cameAt = {atMs: clock.now(), elapsedMs: clock.elapsed()};
	await yieldIfDue?.();
	const exchange = joinCounts(order.exchangesOf(replies)).map((one): Exchange => {
		const redact = requestOf(one.kind as RequestKind).redact;
		return redact === undefined || one.reply instanceof Error ? one : {...one, reply: redact(one.reply)};
	});
	return readReplies(exchange, state, cameAt);
}
