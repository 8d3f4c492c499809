import {simulatedScene} from '../derive/deployment.js';
import {serverProduct} from '../derive/server-product.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {BlindSpot} from '../domain/sample.js';
import type {DeploymentKind, MonitorState, NodeRecord} from '../state/monitor-state.js';
import {ageOf, isStale} from '../state/new-record.js';
import type {RecordingView} from '../state/view-state.js';
import {lineWidth, padLine} from '../text/fit.js';
import type {Glyphs} from '../text/glyphs.js';
import {type Line, type Span, span, type Tone} from '../text/line.js';
import {bytes, milliseconds, seconds, shortAge, shortSeconds, utcClock, utcDateTime} from '../text/units.js';
import {nodesInOrder} from './node-order.js';

export {staleNote, verdictLine} from './chrome-verdict.js';

/**
Whether redis-top may run actions. `locked`: only after the user unlocks actions. `unlocked`: for another `leftMs`
milliseconds. `read-only`: never in this run.
*/
export type HeaderLock =
	| {readonly kind: 'locked'}
	| {readonly kind: 'unlocked'; readonly leftMs: number}
	| {readonly kind: 'read-only'};

/** The input of line 1 of the screen. */
export type HeaderInput = {
	readonly state: MonitorState;
	/** The node in focus; undefined before the first node is known. */
	readonly node: NodeRecord | undefined;
	readonly deployment: DeploymentKind;
	readonly lock: HeaderLock;
	/**
	The polling interval that the user asked for with `-i` or the keys `+` and `-`, in milliseconds. The interval in force
	may be longer; `NodeRecord.intervalMs` has it.
	*/
	readonly intervalMs: number;
	/**
	The moment at which the screen was paused, in milliseconds since the epoch; undefined while the screen is live.
	*/
	readonly pausedAtMs: number | undefined;
	/**
	The past moment that the screen shows, in milliseconds since the epoch; `nowMs` is then the same moment. Undefined
	while the present is shown.
	*/
	readonly shownAtMs?: number | undefined;
	readonly baselineAtMs?: number | undefined;
	readonly recording?: RecordingView | undefined;
	/** Whether the shown moment comes from a recording. */
	readonly isReplay?: boolean;
	/** Whether the wall display is shown. Its readers need neither the polling interval nor the round trip. */
	readonly isWall?: boolean;
	readonly nowMs: number;
	readonly glyphs: Glyphs;
};

/** A part of line 1. If line 1 is too short for all parts, those with the highest `rank` are left out first. */
type Segment = {
	readonly text: string;
	/** The text in fewer cells, which is taken before the clock or the version is left out. */
	readonly brief?: string;
	readonly tone: Tone;
	readonly rank: number;
};

/** The clock stays longer than the version: what is seen has to be compared with logs of other machines. */
const [productRank, clockRank] = [8, 7];

/**
Line 1, exactly `width` cells: names and states on the left, the UTC clock at the right. A segment that doesn't fit is
left out as a whole, the least important first. The node's address and role, the lock and the age of the node's data
stay longest.
*/
export function headerLine(input: HeaderInput, width: number): Line {
	const clock: Segment = {text: `${utcClock(input.nowMs)}Z`, tone: 'plain', rank: clockRank};
	let segments = [...headerSegments(input), clock];
	while (segments.length > 1) {
		for (const gap of [2, 1]) {
			if (widthOf(segments, gap) <= width) {
				return placed(segments, gap, width, clock);
			}
		}

		const highest = Math.max(...segments.map(({rank}) => rank));
		// One text is shortened at a time: the interval, then the product.
		const [long] = segments.filter(({brief}) => brief !== undefined).sort((one, other) => one.rank - other.rank);
		if (highest <= productRank && long?.brief !== undefined) {
			const short = {text: long.brief, tone: long.tone, rank: long.rank};
			segments = segments.map(segment => (segment === long ? short : segment));
			continue;
		}

		segments = segments.filter(({rank}) => rank !== highest);
	}

	return padLine(segments.map(toSpan), width, input.glyphs.ellipsis);
}

function headerSegments(input: HeaderInput): Segment[] {
	const {state, node, deployment, pausedAtMs, nowMs, isWall = false} = input;
	const segments: Segment[] = [{text: 'redis-top', tone: 'title', rank: 11}];
	if (node === undefined || state.target !== node.address) {
		segments.push({text: state.target, tone: 'plain', rank: node === undefined ? 0 : 10});
	}

	if (deployment === 'cluster' || deployment === 'sentinel') {
		segments.push({text: deployment, tone: 'plain', rank: 10});
	}

	if (node !== undefined) {
		segments.push(...nodeSegments(node, state));
	}

	const scene = simulatedScene(node?.sample?.info);
	if (scene !== undefined) {
		segments.push({text: `SIMULATED ${scene}`, tone: 'warning', rank: 1});
	}

	if (input.isReplay === true) {
		segments.push(replaySegment(nowMs));
	} else if (!isWall || input.lock.kind !== 'locked') {
		// No key of the wall display unlocks actions.
		segments.push(lockSegment(input.lock));
	}

	if (state.isMasked === true) {
		segments.push({text: 'MASKED', tone: 'plain', rank: 3});
	}

	if (state.isInsecure) {
		segments.push({text: 'INSECURE', tone: 'warning', rank: 4});
	}

	if (pausedAtMs !== undefined) {
		segments.push({text: `PAUSED ${utcClock(pausedAtMs)}Z`, tone: 'warning', rank: 3});
	}

	if (input.shownAtMs !== undefined && input.isReplay !== true) {
		segments.push(historySegment(input.shownAtMs, state));
	}

	if (input.baselineAtMs !== undefined) {
		segments.push({text: baselineText(input.baselineAtMs, node, nowMs), tone: 'warning', rank: 2});
	}

	if (input.recording !== undefined) {
		segments.push(recordingSegment(input.recording));
	}

	// Of polling, the wall display says only what is wrong.
	segments.push(...pollingSegments(input).filter(({tone}) => !isWall || tone === 'warning'));
	return node === undefined ? segments : [...segments, ageSegment(node, nowMs)];
}

/** How often the nodes are polled or scraped, and the round trip to the node in focus. */
function pollingSegments({state, node, intervalMs}: HeaderInput): Segment[] {
	if (state.earlier !== undefined) {
		return node === undefined
			? []
			: [{text: `scraped every ${seconds(node.intervalMs / 1000)}`, tone: 'plain', rank: 5}];
	}

	const interval = intervalSegment(intervalMs, node?.intervalMs, longestTurn(state.nodes));
	return node === undefined ? [interval] : [interval, roundTripSegment(node)];
}

/**
The segment of line 1 for the past moment that the screen shows. If the moment is older than this run's history, the
segment also has the date, and the program that supplies the figures.
*/
const historySegment = (atMs: number, {earlier}: MonitorState): Segment => ({
	text: earlier === undefined ? `HISTORY ${utcClock(atMs)}Z` : `HISTORY ${utcDateTime(atMs).slice(5)}Z ${earlier.name}`,
	tone: 'warning',
	rank: 2,
});

const replaySegment = (atMs: number): Segment => ({text: `REPLAY ${utcDateTime(atMs)}Z`, tone: 'warning', rank: 1});

const recordingSegment = ({bytes: size, problem}: RecordingView): Segment =>
	problem === undefined
		? {text: `REC ${bytes(size)}`, tone: 'warning', rank: 4}
		: {text: `REC STOPPED: ${problem}`, tone: 'critical', rank: 1};

/**
The segment of line 1 about the baseline: figures are changes since its moment. If the shown moment is before the
baseline, or the node's process started after the baseline, the segment says so instead.
*/
function baselineText(atMs: number, node: NodeRecord | undefined, nowMs: number): string {
	if (nowMs < atMs) {
		return `BEFORE BASELINE ${utcClock(atMs)}Z`;
	}

	const isKnown = node?.since === undefined || node.since.sample !== undefined;
	return isKnown ? `CHANGES SINCE ${utcClock(atMs)}Z` : `STARTED SINCE BASELINE ${utcClock(atMs)}Z`;
}

function nodeSegments(node: NodeRecord, state: MonitorState): Segment[] {
	const segments: Segment[] = [{text: node.address, tone: 'accent', rank: 0}];
	if (state.nodes.size > 1) {
		const place = nodesInOrder(state).indexOf(node) + 1;
		segments.push({text: `${place}/${state.nodes.size}`, tone: 'plain', rank: 9});
	}

	const server = node.sample && serverProduct(node.sample.info);
	// The versions of Redis and Valkey tell which of them it is.
	const brief = server && (['redis', 'valkey'].includes(server.product) ? server.version : server.product);
	segments.push({
		text: productOf(node),
		...(brief === undefined ? {} : {brief}),
		tone: 'plain',
		rank: productRank,
	});
	segments.push({text: node.role === 'unknown' ? 'role -' : node.role, tone: 'accent', rank: 1});
	return segments;
}

/**
The product and version of a node, such as `redis 7.2.5` or `valkey 8.1.0`; `-` before the first INFO. Valkey also
prints `redis_version`, the version that it is compatible with. Its own `valkey_version` therefore has precedence.
*/
export function productOf({sample}: NodeRecord): string {
	const server = sample === undefined ? undefined : serverProduct(sample.info);
	return server === undefined ? '-' : `${server.product} ${server.version ?? '-'}`;
}

function lockSegment(lock: HeaderLock): Segment {
	switch (lock.kind) {
		case 'locked':
			return {text: '[LOCKED]', tone: 'plain', rank: 2};
		case 'unlocked':
			// With `--allow-actions` the session stays unlocked, and `leftMs` is infinite.
			return {
				text: Number.isFinite(lock.leftMs) ? `[UNLOCKED ${shortSeconds(lock.leftMs / 1000)} left]` : '[UNLOCKED]',
				tone: 'warning',
				rank: 2,
			};
		case 'read-only':
			return {text: '[READ-ONLY]', tone: 'plain', rank: 2};
	}
}

/**
The longest time between two polls of any node, as a multiple of the polling interval. It can be above 1 in a large
deployment, because nodes that are not on the screen are polled less often.
*/
const longestTurn = memoizeByRef((nodes: MonitorState['nodes']): number =>
	[...nodes.values()].reduce((longest, {every = 1}) => Math.max(longest, every), 1),
);

function intervalSegment(askedMs: number, inForceMs: number | undefined, othersEvery: number): Segment {
	return inForceMs !== undefined && inForceMs > askedMs
		? {text: `! slowed to ${inForceMs / 1000}s`, brief: `! ${inForceMs / 1000}s`, tone: 'warning', rank: 5}
		: {
				text: `${askedMs / 1000}s${othersEvery === 1 ? '' : `, unseen ${(othersEvery * askedMs) / 1000}s`}`,
				tone: 'plain',
				rank: 5,
			};
}

/**
The segment of line 1 with the round-trip time of PING, or of INFO before the first PING. Its width is fixed, so that
the segments behind it don't move. `host busy`: lag of redis-top's own event loop made the round trip long.
*/
function roundTripSegment({ping, sample, failure}: NodeRecord): Segment {
	if (failure !== undefined) {
		return {text: 'rtt      -', tone: 'plain', rank: 6};
	}

	const isOfInfo = ping.lastMs === undefined && sample !== undefined;
	const label = isOfInfo ? 'info' : 'rtt';
	return ping.isLocalLag === true
		? {text: 'host busy'.padEnd(label.length + 7), tone: 'warning', rank: 6}
		: {
				text: `${label} ${milliseconds(isOfInfo ? sample.roundTripMs : ping.lastMs).padStart(6)}`,
				tone: 'plain',
				rank: 6,
			};
}

function ageSegment(record: NodeRecord, nowMs: number): Segment {
	const ageMs = ageOf(record, nowMs);
	if (ageMs === undefined) {
		return {text: 'age -', tone: 'plain', rank: 3};
	}

	const isOld = isStale(record, nowMs);
	const age = shortAge(ageMs).padStart(4);
	return {text: `${isOld ? '! age' : 'age'} ${age}`, tone: isOld ? 'warning' : 'plain', rank: 3};
}

function widthOf(segments: readonly Segment[], gap: number): number {
	return lineWidth(segments.map(toSpan)) + gap * (segments.length - 1);
}

function placed(segments: readonly Segment[], gap: number, width: number, clock: Segment): Line {
	const spare = width - widthOf(segments, gap);
	const spans: Span[] = [];
	for (const [index, segment] of segments.entries()) {
		const space = index === 0 ? 0 : gap + (segment === clock ? spare : 0);
		spans.push(span(' '.repeat(space)), toSpan(segment));
	}

	if (segments.at(-1) !== clock) {
		spans.push(span(' '.repeat(spare)));
	}

	return spans.filter(({text}) => text !== '');
}

const toSpan = ({text, tone}: Segment): Span => span(text, tone);

/**
A note about a command that this panel needs and that this node denies or lacks. If an ACL rule grants the command, the
note names the rule. Undefined if no command is denied or absent.
*/
export function blindNote(record: NodeRecord, commands: readonly string[], user = 'default'): Line | undefined {
	const spots = record.blind.filter(({command}) => commands.includes(command));
	const [first] = spots;
	if (first === undefined) {
		return undefined;
	}

	const more = spots.length > 1 ? `   (+${spots.length - 1} more)` : '';
	return [span('! ', 'warning'), span(`${first.command} ${blindWords(first, user)}${more}`, 'warning')];
}

function blindWords({kind, why, grant}: BlindSpot, user: string): string {
	if (kind === 'absent') {
		return `is not available on this server (${why})`;
	}

	return grant === undefined ? `is denied (${why})` : `is denied: ACL SETUSER ${user} ${grant}  (${why})`;
}
