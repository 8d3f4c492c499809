import {isKnownTo} from '../wire/read-commands.js';
import {databaseOf} from './database-commands.js';
import type {PollDemand} from './poll-demand.js';
import type {PollState} from './poll-state.js';
import {allRequests, type PollRequest, type Request, type RequestKind, requestOf} from './requests.js';

/** Time for which a denied or absent command is not sent again, in milliseconds. */
export const blindMs = 600_000;

/** A request counts as due up to this many milliseconds early, because timers are not exact. */
const earlyMs = 50;

/**
The commands of this poll, which are sent in one write. INFO is always among them. Any other command is sent if it is
due, wanted and not known to be refused.

@param nowMs Monotonic.
*/
export function requestsDue(state: PollState, demand: PollDemand, nowMs: number): PollRequest[] {
	const first = allRequests
		.filter(request => request.everyMs === 'every poll' && isWanted(request, state, demand))
		.filter(({kind}) => !isBlind(kind, state, nowMs))
		.flatMap(request => commandsOf(request, state, demand));
	return [...first, ...scheduledRequestsDue(state, demand, nowMs)];
}

/**
The kinds of requests in `requests` that have several arguments in one call, but could be sent with one argument a call.
*/
export const severalArgumentKinds = (requests: readonly PollRequest[]): ReadonlySet<RequestKind> =>
	new Set(requests.filter(isSeveral).map(({kind}) => kind));

export function isSeveral({kind, command}: PollRequest): boolean {
	const {hasOneArgumentForm = false, words} = requestOf(kind);
	return hasOneArgumentForm && command.length > words.length + 1;
}

function isBlind(kind: RequestKind, {blind}: PollState, nowMs: number): boolean {
	const spot = blind.get(kind);
	return spot !== undefined && nowMs < spot.untilMs;
}

/** The commands of this poll without INFO. */
export function scheduledRequestsDue(state: PollState, demand: PollDemand, nowMs: number): PollRequest[] {
	if (state.version === undefined) {
		return [];
	}

	const due: PollRequest[] = [];
	for (const request of allRequests) {
		if (isWanted(request, state, demand) && isDue(request, state, demand, nowMs)) {
			due.push(...commandsOf(request, state, demand));
		}
	}

	return withCompanions(
		mayNotSelect(state, nowMs) ? due.filter(request => databaseOf(request) === 0) : due,
		state,
		demand,
	);
}

/**
Whether SELECT was denied lately. Requests in databases other than 0 are then left out, because the server logs each
refusal.
*/
const mayNotSelect = (state: PollState, nowMs: number): boolean =>
	isBlind('select-database', state, nowMs) && state.blind.get('select-database')?.spot.kind === 'denied';

function isWanted({askedOf = 'data nodes', since, when}: Request, state: PollState, demand: PollDemand): boolean {
	const isSentinel = state.sentinel !== undefined;
	return (
		(askedOf === 'all nodes' || (askedOf === 'sentinels') === isSentinel) &&
		isKnownByServer(since, state) &&
		(when === undefined || when(state, demand))
	);
}

function isKnownByServer(since: Request['since'], {version, valkey}: PollState): boolean {
	return valkey === undefined ? isKnownTo(since, 'redis', version ?? [0, 0]) : isKnownTo(since, 'valkey', valkey);
}

function isDue({kind, everyMs, dueWith = kind}: Request, state: PollState, demand: PollDemand, nowMs: number): boolean {
	const periodMs = everyMs === 'every poll' ? undefined : everyMs(state, demand);
	const lastMs = state.lastAskedMs.get(dueWith);
	return (
		periodMs !== undefined &&
		(lastMs === undefined || demand.isByHand || nowMs - lastMs >= periodMs - earlyMs) &&
		!isBlind(kind, state, nowMs)
	);
}

const withoutArguments: ReadonlyArray<readonly string[]> = [[]];

const commandsOf = ({kind, words, arguments: given}: Request, state: PollState, demand: PollDemand): PollRequest[] =>
	(given?.(state, demand) ?? withoutArguments).map(rest => ({kind, command: [...words, ...rest]}));

/**
Adds each command that must be sent whenever another command of this poll is sent (`readWith`), even if it is not due.
*/
function withCompanions(due: PollRequest[], state: PollState, demand: PollDemand): PollRequest[] {
	const kinds = new Set<string>(due.map(({kind}) => kind));
	for (const {kind} of [...due]) {
		const {readWith} = requestOf(kind);
		if (readWith !== undefined && !kinds.has(readWith)) {
			due.push(...commandsOf(requestOf(readWith as RequestKind), state, demand));
		}
	}

	return due;
}
