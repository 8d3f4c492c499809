import {utcClock} from '../text/units.js';
import type {NodeFacts} from './node-facts.js';
import {ownPromotion} from './promoted.js';

/** Seconds within which a start or a promotion of the server is the likely reason for a missing script. */
const lately = 3600;

/** When the server last lost its scripts, milliseconds since the epoch, and by what; undefined if not within the last hour. */
function lostScripts(facts: NodeFacts): {readonly by: string; readonly atMs: number} | undefined {
	const {record, memory, sample, nowMs} = facts;
	const uptime = sample?.info.number('server', 'uptime_in_seconds');
	const promotion = record.role === 'primary' ? ownPromotion(facts) : undefined;
	// The log may tell of a promotion of an earlier process, whose scripts a restart has lost since.
	const isOfProcess = promotion !== undefined && promotion.atMs >= nowMs - (uptime ?? Number.POSITIVE_INFINITY) * 1000;
	if (isOfProcess && nowMs - promotion.atMs < lately * 1000) {
		return {by: 'it became the primary', atMs: promotion.atMs};
	}

	if (sample === undefined || uptime === undefined || uptime >= lately) {
		return undefined;
	}

	const host = record.host?.value;
	const starts = host?.kind === 'here' ? (host.log?.starts ?? []) : [];
	const isRestart = memory.restartedAtMs !== undefined || starts.length > 1;
	return {by: isRestart ? 'its restart' : 'its start', atMs: sample.atMs - uptime * 1000};
}

/** Whether a command or the server itself may have removed scripts since the start. Before 7.0, commandstats does not tell. */
const mayBeRemoved = (facts: NodeFacts): boolean =>
	facts.record.commands.some(({command, calls}) => ['script', 'script|flush'].includes(command) && calls > 0) ||
	(facts.number('stats', 'evicted_scripts') ?? 0) > 0;

/**
Since when and why a script is not loaded; undefined if that is not known. A replica has no scripts of its primary since
7.0.
*/
export function whyNoScript(facts: NodeFacts): {readonly reason: string; readonly meaning: string} | undefined {
	const lost = mayBeRemoved(facts) ? undefined : lostScripts(facts);
	return (
		lost && {
			reason: `the script is not loaded since ${lost.by} at ${utcClock(lost.atMs)}`,
			meaning: 'A server starts, and becomes a primary, without scripts. EVALSHA alone does not load them again.',
		}
	);
}

/** Least share of the calls of EVALSHA that fail, 0 to 1, from which a service does not work. */
const failingShare = 0.5;
/** Least share of the failed calls, 0 to 1, that clients answer with the script itself, as libraries do by themselves. */
const repairedShare = 0.5;
/** Milliseconds after which clients have sent a missing script that send it at all. */
const unrepairedMs = 1000;

/** The commands that bring a script to the server. */
const loading: ReadonlySet<string> = new Set(['eval', 'eval_ro', 'script', 'script|load']);

/**
Whether the calls of a service fail for good: most calls of EVALSHA fail, and clients do not send the script instead. A
client that sends each script once, or makes a new one for each call, sends as many as it gets errors.

@param heldMs Milliseconds for which the calls have failed.
*/
export function isScriptNeverSent(
	{record}: NodeFacts,
	{command, failures, calls}: {readonly command: string; readonly failures: number; readonly calls: number},
	heldMs: number,
): boolean {
	const sent = record.commands
		.filter(each => loading.has(each.command))
		.reduce((sum, {callsPerSecond = 0}) => sum + callsPerSecond, 0);
	return (
		heldMs >= unrepairedMs &&
		command.startsWith('evalsha') &&
		failures >= failingShare * calls &&
		sent < repairedShare * failures
	);
}
