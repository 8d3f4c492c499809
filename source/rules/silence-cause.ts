import type {HostEvidence} from '../domain/host-evidence.js';
import type {LatencyEvent} from '../domain/latency-event.js';
import type {NodeSample} from '../domain/sample.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {sanitize} from '../text/sanitize.js';
import {milliseconds} from '../text/units.js';

/** What counts as having caused a silence took at least so much of it. */
const leastShare = 0.5;
/** The server's times are whole seconds, and its clock is only known to a round trip, milliseconds. */
const slackMs = 2000;

export type SilenceFacts = {
	/** By our clock, milliseconds since the epoch. */
	readonly fromMs: number;
	readonly toMs: number;
	/** The samples before and after it. */
	readonly earlier: NodeSample | undefined;
	readonly later: NodeSample;
	readonly slowlog: readonly SlowlogEntry[] | undefined;
	readonly latency: readonly LatencyEvent[] | undefined;
	/** What this machine showed meanwhile. */
	readonly host: HostEvidence | undefined;
};

type Cause = (facts: SilenceFacts) => string | undefined;

/** What our clock must be moved by to give the server's; 0 before Redis 6.2. */
function clockOffset({later}: SilenceFacts): number {
	const serverMicroseconds = later.info.number('server', 'server_time_usec');
	return serverMicroseconds === undefined ? 0 : serverMicroseconds / 1000 - later.atMs;
}

/** Whether what ended at `endMs` (the server's clock) and took so long covers enough of the silence. */
function covers(facts: SilenceFacts, endMs: number, tookMs: number): boolean {
	const offset = clockOffset(facts);
	const silentMs = facts.toMs - facts.fromMs;
	const endsInside = endMs >= facts.fromMs + offset - slackMs && endMs <= facts.toMs + offset + slackMs;
	// An entry's time may also be that of its start.
	const reachesInside = endMs + tookMs >= facts.fromMs + offset && endMs <= facts.toMs + offset + slackMs;
	return (endsInside || reachesInside) && tookMs >= leastShare * silentMs;
}

/** The kernel's word goes before the server's, which doesn't know that it was stopped. */
const stopped: Cause = ({host}) => {
	const process = host?.kind === 'here' ? host.process : undefined;
	switch (process?.state) {
		case 'stopped':
			return `its process ${process.processId} was stopped by a signal`;
		case 'disk-wait':
			return `its process ${process.processId} waited for a disk or for swap`;
		default:
			return undefined;
	}
};

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
	earlier !== undefined && earlier.runId !== later.runId ? 'it was restarted' : undefined;

const causes: readonly Cause[] = [restarted, slowCommand, fork, latencyEvent, stopped];

/** What held a server up while it owed a reply; undefined when nothing that was read explains it. */
export function silenceCause(facts: SilenceFacts): string | undefined {
	for (const cause of causes) {
		const text = cause(facts);
		if (text !== undefined) {
			return text;
		}
	}

	return undefined;
}
