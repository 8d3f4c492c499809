import {isOtherServer} from '../derive/other-server.js';
import {standstillOf} from '../derive/suspended-process.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {LatencyEvent} from '../domain/latency-event.js';
import type {Message} from '../domain/message.js';
import type {NodeSample} from '../domain/sample.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {sanitize} from '../text/sanitize.js';
import {milliseconds} from '../text/units.js';

/** Smallest share of the time without a reply that a cause must cover, 0 to 1. */
const leastShare = 0.5;
/**
Tolerance between two clocks, milliseconds. The server logs whole seconds, and its clock is known only to within one
round trip.
*/
const slackMs = 2000;

export type SilenceFacts = {
	/** When the node stopped responding, by redis-top's clock, milliseconds since the epoch. */
	readonly fromMs: number;
	/** When the node replied again, by redis-top's clock, milliseconds since the epoch. */
	readonly toMs: number;
	/** The last sample before the time without a reply. */
	readonly earlier: NodeSample | undefined;
	/** The first sample after the time without a reply. */
	readonly later: NodeSample;
	readonly slowlog: readonly SlowlogEntry[] | undefined;
	readonly latency: readonly LatencyEvent[] | undefined;
	/** The evidence of this machine from the time in which the node did not respond. */
	readonly host: HostEvidence | undefined;
};

type Cause = (facts: SilenceFacts) => Message | undefined;

/** The server's clock minus redis-top's, milliseconds; 0 before Redis 6.2, whose INFO has no time. */
function clockOffset({later}: SilenceFacts): number {
	const serverMicroseconds = later.info.number('server', 'server_time_usec');
	return serverMicroseconds === undefined ? 0 : serverMicroseconds / 1000 - later.atMs;
}

/**
Whether an activity explains enough of the time without a reply: it overlaps that time and lasted at least `leastShare`
of it.

@param endMs When the activity ended, by the server's clock.
*/
function covers(facts: SilenceFacts, endMs: number, tookMs: number): boolean {
	const offset = clockOffset(facts);
	const silentMs = facts.toMs - facts.fromMs;
	const endsInside = endMs >= facts.fromMs + offset - slackMs && endMs <= facts.toMs + offset + slackMs;
	// Some logs give the start of an activity as `endMs`, and not its end. The activity then ends `tookMs` after
	// `endMs`.
	const reachesInside = endMs + tookMs >= facts.fromMs + offset && endMs <= facts.toMs + offset + slackMs;
	return (endsInside || reachesInside) && tookMs >= leastShare * silentMs;
}

/**
Explains the time without a reply by a stopped process, as the kernel shows it. The server does not know that it was
stopped, so INFO and its logs do not show this cause.
*/
const stopped: Cause = ({host}) => (host?.kind === 'here' ? standstillOf(host)?.past : undefined);

const slowCommand: Cause = facts => {
	const [worst] = (facts.slowlog ?? [])
		.filter(({atMs, durationMicroseconds}) => covers(facts, atMs, durationMicroseconds / 1000))
		.toSorted((one, other) => other.durationMicroseconds - one.durationMicroseconds);
	if (worst === undefined) {
		return undefined;
	}

	const command = sanitize((worst.arguments[0] ?? '?').toUpperCase());
	return `${command} took ${milliseconds(worst.durationMicroseconds / 1000)} (slow log #${worst.id})`;
};

const fork: Cause = facts => {
	const {earlier, later, fromMs, toMs} = facts;
	const before = earlier?.runId === later.runId ? earlier?.info.number('stats', 'total_forks') : undefined;
	const after = later.info.number('stats', 'total_forks');
	const tookMs = (later.info.number('stats', 'latest_fork_usec') ?? 0) / 1000;
	const hasForked = before !== undefined && after !== undefined && after > before;
	return hasForked && tookMs >= leastShare * (toMs - fromMs) ? `a fork took ${milliseconds(tookMs)}` : undefined;
};

const latencyEvent: Cause = facts => {
	const [worst] = (facts.latency ?? [])
		.filter(({atMs, latestMs}) => covers(facts, atMs, latestMs))
		.toSorted((one, other) => other.latestMs - one.latestMs);
	return worst === undefined ? undefined : `${worst.event} took ${milliseconds(worst.latestMs)} (LATENCY LATEST)`;
};

const restarted: Cause = ({earlier, later}) =>
	earlier === undefined || earlier.runId === later.runId
		? undefined
		: isOtherServer(earlier, later)
			? 'another server answers at the address now'
			: 'it was restarted';

/** Causes in the order in which they are tried. The first that explains the time counts. */
const causes: readonly Cause[] = [restarted, slowCommand, fork, latencyEvent, stopped];

/** Why a server did not respond for a while; undefined if nothing that was read explains it. */
export function silenceCause(facts: SilenceFacts): Message | undefined {
	for (const cause of causes) {
		const found = cause(facts);
		if (found !== undefined) {
			return found;
		}
	}

	return undefined;
}
