import type {NodeRecord} from '../derive/node-record.js';
import type {ProcessorTime} from '../domain/host-evidence.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import type {NodeFacts, RuleMemory} from './node-facts.js';

/**
Milliseconds from which a command is slow by itself, after its duration was divided by the `slowdown`. Shorter durations
say nothing, because they depend on the scheduler's time slices.
*/
const ownSlowMs = 100;

/**
How many times as long a command takes at most because its process waits for a processor. With waits for a `share` of
the time, a command takes up to 1 / (1 − share) times as long. With n runnable threads per processor, a thread gets
about 1/n of a processor, so the result is at most n.
*/
export function slowdown(share: number, time?: ProcessorTime): number {
	const {runnable, processors} = time ?? {};
	const sharing = runnable === undefined || !processors ? Number.POSITIVE_INFINITY : Math.max(1, runnable / processors);
	return Math.min(1 / (1 - share), sharing);
}

/**
Name of the evidence that the wait for a processor alone does not explain the slowest command. Only findings on waits
for a processor have this evidence.
*/
export const slowByItself = 'longest command';

/**
Commands that sleep, that write to a disk before they return, or that wait for another server. The main thread uses no
processor meanwhile, although nothing keeps it from one.
*/
const sleepingCommands: ReadonlySet<string> = new Set([
	...['debug', 'save', 'bgsave', 'bgrewriteaof', 'shutdown', 'config', 'acl', 'cluster', 'replicaof', 'slaveof'],
	...['failover', 'module', 'sync', 'psync', 'migrate'],
]);

/** Whether a command of the slow log is one of those. */
export const isSleeping = ({arguments: [name = '']}: SlowlogEntry): boolean => sleepingCommands.has(name.toLowerCase());

/**
How many times as long a thread may run because of other threads: two hardware threads share a core, and each runs about
half as fast while the other works.
*/
const sharedCore = 2;

/**
Whether a command of the slow log is slow although its thread shared a core with another: half of the processor time that
its thread used at most is longer than the slow log's limit.

@param limitMs The limit of the slow log, milliseconds.
*/
export function isSlowOnSharedCore({memory}: Pick<NodeFacts, 'memory'>, entry: SlowlogEntry, limitMs: number): boolean {
	const tookMs = entry.durationMicroseconds / 1000;
	const usedMs = isSleeping(entry) ? undefined : memory.threadTimes.mostUsedMs(entry.atMs - tookMs, entry.atMs + 1000);
	return Math.min(tookMs, usedMs ?? tookMs) / sharedCore > limitMs;
}

/** Milliseconds between the ends of two commands up to which they are looked at together. */
const besideMs = 1000;

/**
Whether commands of the slow log took so long because their thread did not run: it used a processor for at most half of
their durations, and not for long. The slow log has the second in which a command ended. Source: Redis slowlog.c.
*/
function haveWaited({memory}: Pick<NodeFacts, 'memory'>, entries: readonly SlowlogEntry[]): boolean {
	const started = entries.map(({atMs, durationMicroseconds}) => atMs - durationMicroseconds / 1000);
	const toMs = Math.max(...entries.map(({atMs}) => atMs)) + 1000;
	const tookMs = entries.reduce((sum, {durationMicroseconds}) => sum + durationMicroseconds / 1000, 0);
	const usedMs = memory.threadTimes.mostUsedMs(Math.min(...started), toMs);
	return usedMs !== undefined && usedMs <= Math.min(tookMs / 2, ownSlowMs);
}

/**
Whether a command of the slow log took so long because its thread did not run, as far as the thread's processor time
shows. A command that ran for long is slow by itself, although it waited as well. The thread runs one command at a time,
so commands of the same seconds are also looked at together.
*/
export function hasWaited(facts: Pick<NodeFacts, 'memory' | 'record'>, entry: SlowlogEntry): boolean {
	if (isSleeping(entry)) {
		return false;
	}

	const beside = (facts.record.slowlog?.value.entries ?? []).filter(
		other => Math.abs(other.atMs - entry.atMs) <= besideMs && !isSleeping(other),
	);
	return haveWaited(facts, [entry]) || (beside.length > 1 && haveWaited(facts, beside));
}

/**
The duration of the longest command in the slow log of the last minute, milliseconds; 0 without such an entry. Commands
during which the thread did not run are left out.
*/
function longestCommandMs(facts: NodeFacts): number {
	const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
	const recent = (facts.record.slowlog?.value.entries ?? []).filter(
		entry => entry.atMs >= serverMs - 60_000 && entry.clientName !== 'redis-top' && !hasWaited(facts, entry),
	);
	return Math.max(0, ...recent.map(({durationMicroseconds}) => durationMicroseconds / 1000));
}

/** The heavy command of the last minute; undefined if no command held the main thread by its own work. */
function heavyLately({memory: {heavyCommand}, nowMs}: NodeFacts): RuleMemory['heavyCommand'] {
	return heavyCommand !== undefined && nowMs - heavyCommand.atMs <= 60_000 ? heavyCommand : undefined;
}

/**
Whether a command is slow even without the server's waits, and the facts that show it.

@param factor How many times as long a command takes at most because of the wait.
*/
export function ownSlowness(facts: NodeFacts, factor: number) {
	const heavy = heavyLately(facts);
	const longestMs = longestCommandMs(facts);
	return {heavy, longestMs, isSlowByItself: heavy !== undefined || longestMs / factor > ownSlowMs};
}

/** Milliseconds after which a reading of the slow log is too old to show the last minute. */
const freshMs = 60_000;

/**
The number of slow commands in the last minute. 0 if the slow log was read more than a minute ago, as may happen for a
node that is not in focus.
*/
export const slowPerMinute = ({atMs, value}: NonNullable<NodeRecord['slowlog']>, {nowMs}: NodeFacts): number =>
	nowMs - atMs > freshMs ? 0 : value.perMinute;

/**
Whether the server's waits do not explain why a logged command took long: it is too long for them, or it is the command
that held the main thread by its own work.

@param factor How many times as long a command takes at most because of the wait.
*/
export function isTooLongForWaits(facts: NodeFacts, entry: SlowlogEntry, factor: number): boolean {
	const [name = ''] = entry.arguments;
	const heavy = heavyLately(facts);
	const isHeavy = heavy !== undefined && heavy.command === name.toLowerCase() && heavy.ownMs > ownSlowMs;
	return isHeavy || entry.durationMicroseconds / 1000 / factor > ownSlowMs;
}
