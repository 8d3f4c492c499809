import {busLinksIn} from '../cluster/bus-links.js';
import type {Clock} from '../domain/clock.js';
import {InfoReply} from '../domain/info-reply.js';
import type {NodeAddress} from '../domain/node.js';
import {type BlindSpot, type Failure, failureText, type NodeSample, type PollOutcome} from '../domain/sample.js';
import {parseRunningFunction} from '../parse/function-stats.js';
import {commandAvailability, errorWords, isRefusedForm, replyFailure} from '../parse/reply-error.js';
import {type RedisPort, type Reply, ReplyFailure, WireFailure} from '../wire/redis-port.js';
import type {PollDemand} from './poll-demand.js';
import {blindMs, isSeveral, requestsDue, scheduledRequestsDue, severalArgumentKinds} from './poll-plan.js';
import {type PollState, updateFromInfo, updateFromReplies} from './poll-state.js';
import type {Replies} from './request-row.js';
import {type PollRequest, requestOf} from './requests.js';
import {sentinelView} from './sentinel-replies.js';

export type PollContext = {
	readonly address: NodeAddress;
	readonly port: RedisPort;
	readonly state: PollState;
	readonly demand: PollDemand;
	readonly clock: Clock;
	readonly timeoutMs: number;
	/** Awaited before replies are parsed, so that a key never waits for many nodes' replies; undefined: not at all. */
	readonly yieldIfDue?: (() => Promise<void> | undefined) | undefined;
};

/** An error reply that concerns the node as a whole, not one command of the poll. */
export class NodeRefusal extends Error {
	override readonly name = 'NodeRefusal';

	constructor(readonly failure: Failure) {
		super(failureText(failure));
	}
}

type Answers = Replies & {
	/** When the replies were complete, by the wall clock and monotonic. */
	readonly atMs: number;
	readonly elapsedMs: number;
	/** The error reply to INFO. */
	refused: Failure | undefined;
};

/**
Asks a node for everything that is due, in one write, and makes a sample of the replies. The first INFO of a connection
shows what else there is to ask. A second write asks for it with `isWholeAtOnce`, and after a reconnect to the same process.

Rejects with `WireFailure` when the connection fails or the replies are late, and with `NodeRefusal` when the node
refuses INFO itself. Any other command that is refused becomes a blind spot.
*/
export async function pollNode(context: PollContext): Promise<PollOutcome> {
	const {address, port, state, demand, clock} = context;
	const isFirst = state.version === undefined;
	const startedMs = clock.elapsed();
	const traffic = {...port.traffic};
	const requests = requestsDue(state, demand, startedMs);
	const answers = await askWithFallback(requests, context);
	const {atMs, elapsedMs} = answers;
	const [first] = answers.infos;
	if (first === undefined) {
		throw new NodeRefusal(await busyWith(answers.refused ?? replyFailure('ERR INFO was not answered'), context));
	}

	const info =
		answers.infos.length === 1
			? first
			: new InfoReply(new Map(answers.infos.flatMap(reply => [...reply.sections.entries()])));
	const reported = info.text('server', 'run_id');
	const runId = reported === state.runId ? state.runId : ownCopy(reported);
	const isKnown = runId !== undefined && runId === state.runId;
	const sample: NodeSample = {atMs, elapsedMs, roundTripMs: elapsedMs - startedMs, info, runId};
	updateFromInfo(state, sample);
	const isAskedOn = isFirst && (isKnown || demand.isWholeAtOnce === true);
	const more = isAskedOn ? scheduledRequestsDue(state, demand, elapsedMs) : [];
	const extras = more.length === 0 ? answers.extras : {...answers.extras, ...(await askAll(more, context)).extras};
	updateFromReplies(state, extras);
	return {
		kind: 'sampled',
		address,
		sample,
		extras,
		blind: [...new Map([...state.blind.values()].map(({spot}) => [spot.command, spot])).values()],
		cost: {
			commands: requests.length + more.length,
			bytesOut: port.traffic.bytesOut - traffic.bytesOut,
			bytesIn: port.traffic.bytesIn - traffic.bytesIn,
		},
	};
}

/** A substring keeps its whole string in memory: INFO, 5 KB, for as long as the run id is known. */
const ownCopy = (text: string | undefined): string | undefined =>
	text === undefined ? undefined : Buffer.from(text).toString();

/** FUNCTION STATS is the only read that a busy server answers, and only while a function runs: which, and for how long. */
async function busyWith(failure: Failure, {port, timeoutMs}: PollContext): Promise<Failure> {
	if (failure.kind !== 'BUSY_FUNCTION') {
		return failure;
	}

	const [reply = null] = await port.ask([['FUNCTION', 'STATS']], timeoutMs);
	return reply instanceof ReplyFailure ? failure : {...failure, running: parseRunningFunction(reply)};
}

/** A server that refuses INFO with several sections is asked at once without any. */
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
	const {infos, refused, atMs, elapsedMs} = await askAll(again, context);
	return {...answers, infos, refused, atMs, elapsedMs};
}

/** Connections in a row that may end on a request before it is sent in the form with one argument. */
const closesBeforeFallback = 2;

/** A proxy that closes the connection on a form it doesn't know says nothing; a server that stops does so once. */
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
	const {port, state, clock, timeoutMs, yieldIfDue} = context;
	const startedMs = clock.elapsed();
	const asked = port.ask(
		requests.map(({command}) => command),
		timeoutMs,
	);
	const replies = await asked.catch((error: unknown) => {
		noteClosed(requests, error, state);
		throw error;
	});
	if (severalArgumentKinds(requests).size > 0) {
		state.closedOnSeveral = 0;
	}

	for (const {kind} of requests) {
		state.lastAskedMs.set(kind, startedMs);
	}

	const cameAt = {atMs: clock.now(), elapsedMs: clock.elapsed()};
	await yieldIfDue?.();
	return readReplies(requests, replies, state, cameAt);
}

function readReplies(
	requests: readonly PollRequest[],
	replies: readonly Reply[],
	state: PollState,
	cameAt: Pick<Answers, 'atMs' | 'elapsedMs'>,
): Answers {
	const answers: Answers = {...cameAt, infos: [], extras: {}, sentinel: [], refused: undefined};
	for (const [index, request] of requests.entries()) {
		const {kind, command} = request;
		const {words, grant, read, readFailure} = requestOf(kind);
		const name = {kind, command: words.join(' '), grant};
		const reply = replies[index] ?? null;
		if (reply instanceof ReplyFailure && readFailure?.(reply, answers, command) !== true) {
			if (isSeveral(request) && isRefusedForm(reply.message)) {
				state.oneArgumentKinds.add(kind);
				state.lastAskedMs.delete(kind);
				answers.refused = kind === 'info' ? replyFailure(reply.message) : answers.refused;
				continue;
			}

			answers.refused = noteRefusal(name, reply, state, cameAt.elapsedMs) ?? answers.refused;
		} else {
			const isRead = reply instanceof ReplyFailure || read(reply, answers, command);
			noteRead(name, isRead, state, cameAt.elapsedMs);
		}
	}

	if (state.sentinel !== undefined && answers.sentinel.length > 0) {
		const view = sentinelView(answers.sentinel, state.sentinel);
		if (view !== undefined) {
			answers.extras.sentinel = view;
		}
	}

	if (answers.links !== undefined && answers.extras.clusterNodes !== undefined) {
		state.busLinks = busLinksIn(answers.links, answers.extras.clusterNodes, state.busLinks);
		answers.extras.busLinks = state.busLinks;
	}

	return answers;
}

/** A request as a blind spot names it. */
type RequestName = {readonly kind: string; readonly command: string; readonly grant: string | undefined};

/** A reply that can't be read is a gap like one that is refused; one that was read in part is asked for again. */
function noteRead({kind, command}: RequestName, isRead: boolean | string, state: PollState, elapsedMs: number): void {
	if (isRead === true) {
		state.blind.delete(kind);
		return;
	}

	const why = isRead === false ? 'its answer has a form that redis-top does not know' : isRead;
	const untilMs = isRead === false ? elapsedMs + blindMs : elapsedMs;
	state.blind.set(kind, {spot: {command, kind: 'absent', why, grant: undefined}, untilMs});
}

/** Denied or absent commands are not asked again for ten minutes; anything else may pass and is asked next time. */
export function noteRefusal(
	{kind, command, grant}: RequestName,
	reply: ReplyFailure,
	state: PollState,
	elapsedMs: number,
): Failure | undefined {
	if (kind === 'info') {
		return replyFailure(reply.message);
	}

	const isOneArgument = kind === 'commandstats' || state.oneArgumentKinds.has(kind);
	const availability = isOneArgument && isRefusedForm(reply.message) ? 'absent' : commandAvailability(reply.message);

	if (availability !== 'failed') {
		const spot: BlindSpot = {
			command,
			kind: availability,
			why: `${reply.code} ${errorWords(reply.message)}`,
			grant: availability === 'denied' ? grant : undefined,
		};
		state.blind.set(kind, {spot, untilMs: elapsedMs + blindMs});
	}

	return undefined;
}
