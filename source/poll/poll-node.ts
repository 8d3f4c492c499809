import {busLinksIn} from '../cluster/bus-links.js';
import type {BusLink} from '../domain/bus-links.js';
import type {Clock} from '../domain/clock.js';
import {InfoReply} from '../domain/info-reply.js';
import type {NodeAddress} from '../domain/node.js';
import type {BlindSpot, Failure, NodeSample, PollOutcome} from '../domain/sample.js';
import {parseClusterLinks} from '../parse/cluster-links.js';
import {parseConfig} from '../parse/config.js';
import {parseRunningFunction} from '../parse/function-stats.js';
import {parseInfo} from '../parse/info.js';
import {commandAvailability, errorWords, replyFailure} from '../parse/reply-error.js';
import {type RedisPort, type Reply, ReplyFailure} from '../wire/redis-port.js';
import {blindMs, requestsDue, slowRequestsDue} from './poll-plan.js';
import type {PollDemand, PollRequest, PollState} from './poll-request.js';
import {remember, updatePollState, type WritableExtras} from './poll-state.js';
import {readReply} from './read-reply.js';
import {requestName} from './request-names.js';
import {isNoQuorum, type SentinelRequest, sentinelView} from './sentinel-plan.js';

export type PollContext = {
	readonly address: NodeAddress;
	readonly port: RedisPort;
	readonly memory: PollState;
	readonly demand: PollDemand;
	readonly clock: Clock;
	readonly timeoutMs: number;
	/** What has come is taken in when its turn has come; undefined: at once. */
	readonly takeTurn?: (() => Promise<void> | undefined) | undefined;
};

/** An error reply that concerns the node as a whole, not one command of the poll. */
export class NodeRefusal extends Error {
	override readonly name = 'NodeRefusal';

	constructor(readonly failure: Failure) {
		super(failure.text);
	}
}

type SentinelAnswers = Array<{readonly request: SentinelRequest; readonly reply: Reply}>;

type Answers = {
	/** When the replies had come, by the wall clock and monotonic. */
	readonly atMs: number;
	readonly elapsedMs: number;
	infos: InfoReply[];
	extras: WritableExtras;
	refused?: Failure;
	sentinel: SentinelAnswers;
	links?: readonly BusLink[];
};

/**
Asks a node for everything that is due, in one write, and makes a sample of the answers. At the first time only INFO tells
what else there is to ask: where the whole is wanted at once, it is asked for in a second write.

Rejects with `WireFailure` when the connection fails or the replies are late, and with `NodeRefusal` when the node
refuses INFO itself. A refused command of the slow lane is no failure: it becomes a blind spot.
*/
export async function pollNode(context: PollContext): Promise<PollOutcome> {
	const {address, port, memory, demand, clock} = context;
	const isFirst = memory.version === undefined;
	const startedMs = clock.elapsed();
	const traffic = {...port.traffic};
	const requests = requestsDue(memory, demand, startedMs);
	const answers = await askAll(requests, context);
	const {atMs, elapsedMs} = answers;
	const [first] = answers.infos;
	if (first === undefined) {
		throw new NodeRefusal(await busyWith(answers.refused ?? replyFailure('ERR INFO was not answered'), context));
	}

	const info =
		answers.infos.length === 1
			? first
			: new InfoReply(new Map(answers.infos.flatMap(reply => [...reply.sections.entries()])));
	const said = info.text('server', 'run_id');
	const runId = said === memory.runId ? memory.runId : ownCopy(said);
	const sample: NodeSample = {atMs, elapsedMs, roundTripMs: elapsedMs - startedMs, info, runId};
	updatePollState(memory, sample);
	const more = isFirst && demand.isWholeAtOnce === true ? slowRequestsDue(memory, demand, elapsedMs) : [];
	const extras = more.length === 0 ? answers.extras : {...answers.extras, ...(await askAll(more, context)).extras};
	remember(memory, extras);
	return {
		kind: 'sampled',
		address,
		sample,
		extras,
		blind: [...new Map([...memory.blind.values()].map(({spot}) => [spot.command, spot])).values()],
		cost: {
			commands: requests.length + more.length,
			bytesOut: port.traffic.bytesOut - traffic.bytesOut,
			bytesIn: port.traffic.bytesIn - traffic.bytesIn,
		},
	};
}

/** A part of INFO's text keeps all of it, 5 KB for as long as anything is known by the process it was read of. */
const ownCopy = (text: string | undefined): string | undefined =>
	text === undefined ? undefined : Buffer.from(text).toString();

/** Of all reads a busy server answers this one alone, and only while a function runs: which, and for how long. */
async function busyWith(failure: Failure, {port, timeoutMs}: PollContext): Promise<Failure> {
	if (failure.state !== 'busy' || !/FUNCTION KILL/.test(failure.text)) {
		return failure;
	}

	const [reply = null] = await port.ask([['FUNCTION', 'STATS']], timeoutMs);
	return reply instanceof ReplyFailure ? failure : {...failure, running: parseRunningFunction(reply)};
}

async function askAll(requests: readonly PollRequest[], context: PollContext): Promise<Answers> {
	const {port, memory, clock, timeoutMs, takeTurn} = context;
	const startedMs = clock.elapsed();
	const replies = await port.ask(
		requests.map(({command}) => command),
		timeoutMs,
	);
	for (const {kind} of requests) {
		memory.lastAskedMs.set(kind, startedMs);
	}

	const cameAt = {atMs: clock.now(), elapsedMs: clock.elapsed()};
	await takeTurn?.();
	return readReplies(requests, replies, memory, cameAt);
}

function readReplies(
	requests: readonly PollRequest[],
	replies: readonly Reply[],
	memory: PollState,
	cameAt: Pick<Answers, 'atMs' | 'elapsedMs'>,
): Answers {
	const answers: Answers = {...cameAt, infos: [], extras: {}, sentinel: []};
	const config = new Map<string, string>();
	for (const [index, request] of requests.entries()) {
		const reply = replies[index] ?? null;
		if (request.kind === 'default-rights' && reply instanceof ReplyFailure && isDenied(reply)) {
			// Who may not even ask may not do everything.
			answers.extras.defaultUserCanShutdown = false;
			continue;
		}

		if (reply instanceof ReplyFailure && !isNoQuorum(request.kind, reply)) {
			const failure = noteRefusal(request, reply, memory, cameAt.elapsedMs);
			if (request.kind === 'info' && failure !== undefined) {
				answers.refused = failure;
			}

			continue;
		}

		memory.blind.delete(request.kind);
		if (isSentinelRequest(request)) {
			answers.sentinel.push({request, reply});
			continue;
		}

		if (reply instanceof ReplyFailure) {
			continue;
		}

		if (request.kind === 'config') {
			for (const [name, value] of parseConfig(reply)) {
				config.set(name, value);
			}

			answers.extras.config = config;
		} else if (request.kind === 'info' || request.kind === 'commandstats') {
			answers.infos.push(parseInfo(typeof reply === 'string' ? reply : ''));
		} else if (request.kind === 'cluster-links') {
			answers.links = parseClusterLinks(reply);
		} else if (!readReply(request, reply, answers.extras)) {
			noteUnread(request, memory, cameAt.elapsedMs);
		}
	}

	if (memory.sentinel !== undefined && answers.sentinel.length > 0) {
		const view = sentinelView(answers.sentinel, memory.sentinel);
		if (view !== undefined) {
			answers.extras.sentinel = view;
		}
	}

	if (answers.links !== undefined && answers.extras.clusterNodes !== undefined) {
		memory.busLinks = busLinksIn(answers.links, answers.extras.clusterNodes, memory.busLinks);
		answers.extras.busLinks = memory.busLinks;
	}

	return answers;
}

const isDenied = ({message}: ReplyFailure): boolean => commandAvailability(message) === 'denied';

const isSentinelRequest = (request: PollRequest): request is PollRequest & SentinelRequest =>
	request.kind.startsWith('sentinel-');

/** An answer that can't be read is a gap like one that is refused. */
function noteUnread({kind}: PollRequest, memory: PollState, elapsedMs: number): void {
	const {command} = requestName(kind);
	const why = 'its answer has a form that redis-top does not know';
	memory.blind.set(kind, {spot: {command, kind: 'absent', why, grant: undefined}, untilMs: elapsedMs + blindMs});
}

/** Denied or absent commands are not asked again for ten minutes; anything else may pass and is asked next time. */
export function noteRefusal(
	{kind}: Pick<PollRequest, 'kind'>,
	reply: ReplyFailure,
	memory: PollState,
	elapsedMs: number,
): Failure | undefined {
	const availability = commandAvailability(reply.message);
	if (kind === 'info') {
		return replyFailure(reply.message);
	}

	if (availability !== 'failed') {
		const {command, grant} = requestName(kind);
		const spot: BlindSpot = {
			command,
			kind: availability,
			why: `${reply.code} ${errorWords(reply.message)}`,
			grant: availability === 'denied' ? grant : undefined,
		};
		memory.blind.set(kind, {spot, untilMs: elapsedMs + blindMs});
	}

	return undefined;
}
