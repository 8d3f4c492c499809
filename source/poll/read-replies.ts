import {busLinksIn} from '../cluster/bus-links.js';
import {InfoReply} from '../domain/info-reply.js';
import type {BlindSpot, Exchange, Failure, NodeSample} from '../domain/sample.js';
import {commandAvailability, errorWords, isRefusedForm, replyFailure} from '../parse/reply-error.js';
import {type Reply, ReplyFailure} from '../wire/redis-port.js';
import {blindMs, isSeveral} from './poll-plan.js';
import type {PollState} from './poll-state.js';
import type {Replies} from './request-row.js';
import {findRequest} from './requests.js';
import {sentinelView} from './sentinel-replies.js';

/** The content of the replies to one write, and when they arrived. */
export type Answers = Replies & {
	/** When the replies were complete, in milliseconds since the epoch. */
	readonly atMs: number;
	/** The same moment on the monotonic clock, in milliseconds. */
	readonly elapsedMs: number;
	/** The failure that the error reply to INFO stands for; undefined when INFO was answered. */
	refused: Failure | undefined;
	/** The commands and their replies, grouped by the write that sent them. */
	readonly exchanges: ReadonlyArray<readonly Exchange[]>;
};

/** The sample of a poll's INFO, which may have come in several replies. */
export function sampleOf(
	infos: readonly InfoReply[],
	{runId: known}: Pick<PollState, 'runId'>,
	times: Pick<NodeSample, 'atMs' | 'elapsedMs' | 'roundTripMs' | 'certificateExpiresAtMs'>,
): NodeSample {
	const [first] = infos;
	const info =
		first !== undefined && infos.length === 1
			? first
			: new InfoReply(new Map(infos.flatMap(reply => [...reply.sections.entries()])));
	const reported = info.text('server', 'run_id');
	return {...times, info, runId: reported === known ? known : ownCopy(reported)};
}

/**
A copy of a text. A substring would keep the whole INFO reply, 5 KB, in memory for as long as the run id is known.
*/
const ownCopy = (text: string | undefined): string | undefined =>
	text === undefined ? undefined : Buffer.from(text).toString();

/** Every command that the server refuses, once each. */
export const knownBlindSpots = ({blind}: PollState): BlindSpot[] => [
	...new Map([...blind.values()].map(({spot}) => [spot.command, spot])).values(),
];

/** Reads the replies to one write, and notes in the node's state which commands the server refuses. */
export function readReplies(
	exchange: readonly Exchange[],
	state: PollState,
	cameAt: Pick<Answers, 'atMs' | 'elapsedMs'>,
): Answers {
	const answers: Answers = {...cameAt, infos: [], extras: {}, sentinel: [], refused: undefined, exchanges: [exchange]};
	for (const {kind: asked, command, reply: came} of exchange) {
		const request = findRequest(asked);
		if (request === undefined) {
			continue;
		}

		const {kind, words, grant, read, readFailure} = request;
		const name = {kind, command: words.join(' '), grant};
		// A recording holds error replies as plain errors, which become a `ReplyFailure` again.
		const reply = came instanceof Error ? new ReplyFailure(came.message) : (came as Reply);
		if (reply instanceof ReplyFailure && readFailure?.(reply, answers, command) !== true) {
			if (isSeveral({kind, command}) && isRefusedForm(reply.message)) {
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

/** A request by its kind, with the command and grant that a blind spot shows. */
type RequestName = {readonly kind: string; readonly command: string; readonly grant: string | undefined};

/**
Notes how a reply was read. A command whose reply can't be read becomes a blind spot, like a refused command. A command
whose reply was read only in part is sent again.
*/
function noteRead({kind, command}: RequestName, isRead: boolean | string, state: PollState, elapsedMs: number): void {
	if (isRead === true) {
		state.blind.delete(kind);
		return;
	}

	const why = isRead === false ? 'its answer has a form that redis-top does not know' : isRead;
	const untilMs = isRead === false ? elapsedMs + blindMs : elapsedMs;
	state.blind.set(kind, {spot: {command, kind: 'absent', why, grant: undefined}, untilMs});
}

/**
Notes a refused command. A denied or absent command is not sent again for ten minutes; after any other error it is sent
with the next poll.
*/
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
