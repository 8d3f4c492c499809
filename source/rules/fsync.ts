import type {NextStep} from '../domain/finding.js';
import {message} from '../domain/message.js';
import {count} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {commandsWait, feltLately, feltWait, isInDiskWait, savePlace} from './felt-waits.js';
import {osPsi} from './host.js';
import {infoNumber} from './needs.js';
import {hint, onHost, redisCli, saveFolder} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';
import {stalledDisk} from './stalled-disk.js';

export const perFsync = rule({
	id: 'per.fsync',
	scope: 'node',
	docs: {
		looksAt:
			'Writing to the append-only file waited for an fsync: `aof_delayed_fsync` rises. With `appendfsync always` the server counts no such waits. The rule fires there where an event loop cycle is long (`eventloop_duration_sum`, since 7.2) and the main thread hardly used a processor meanwhile. An older server on this machine counts too while round trips are as long and its process is in a wait for the disk. The finding is critical where round trips of redis-top take a tenth of a second. On this machine, it also fires for a minute after the server gave no reply while its process waited for a disk. The server neither counts nor logs such a stall.',
		since: '2.6',
		falsePositives: [
			'A single delayed fsync is usual in the first seconds of a rewrite. The rule needs two within a minute, by the counter or by lines of the log.',
			'A machine short of processor time makes cycles long as well. Cycles must be far longer there.',
			'A process also waits for a disk where it is in swap. A stall does not count while the process has pages there, or the slow log has a long command.',
		],
	},
	thresholds: {
		cycle: {
			value: 5,
			unit: 'milliseconds',
			source: 'as for lat.eventloop: a healthy cycle takes some ten microseconds',
		},
		starved: {
			value: 40,
			unit: 'milliseconds',
			source: 'the same on a machine short of processor time, where a thread waits some scheduler slices of 3 ms',
		},
		critical: {
			value: 100,
			unit: 'milliseconds',
			source: 'as for conn.rtt: a cache that is slower than the database behind it',
		},
		idle: {
			value: 0.25,
			unit: 'share',
			source: 'of the time, in cycles without a processor; with less, clients hardly wait',
		},
		stall: {value: 2, unit: 'seconds', source: 'without a reply, as for an fsync that the server waits for'},
		recent: {value: 60, unit: 'seconds', source: 'after a stall; the next one often follows within a minute'},
	},
	clearAfter: 10,
	appliesTo: facts => facts.number('persistence', 'aof_enabled') === 1,
	needs: {total: infoNumber('persistence', 'aof_delayed_fsync')},
	evaluate({total}, facts, limits) {
		const {meanMs, idleShare} = cyclesWithoutProcessor(facts);
		const isStarved = machinePressure(facts) >= facts.limitsOf(osPsi).share;
		const felt = feltWait(facts);
		const latelyMs = feltLately(facts)?.typicalMs ?? 0;
		// A wait of that length is no noise of the few newest round trips.
		const typicalMs = Math.max(felt?.typicalMs ?? 0, latelyMs >= limits.critical ? latelyMs : 0);
		const leastMs = isStarved ? limits.starved : limits.cycle;
		const hasLongCycles = meanMs >= leastMs && idleShare >= limits.idle;
		const waitsAlways =
			facts.setting('appendfsync') === 'always' &&
			(hasLongCycles || (meanMs === 0 && typicalMs >= leastMs && isStoppedByDisk(facts, typicalMs >= limits.critical)));
		const delayed = delayedLately(facts, total);
		const child = childOf(facts);
		if (delayed === undefined && !waitsAlways) {
			return stalledDisk(facts, limits.recent, limits.stall) ?? clear;
		}

		const place = savePlace(facts);
		// Where the log tells of wait after wait, one of them in the few round trips of `check` is enough.
		const isFelt =
			felt?.isOften(limits.critical) === true || (delayed === byLog && (felt?.longestMs ?? 0) >= limits.critical);
		const alwaysMs = Math.max(meanMs, typicalMs);
		// Its own save or rewrite ends by itself, and a busy machine makes round trips long as well.
		const isSeen = meanMs === 0 && alwaysMs >= starvedWaitMs;
		const isCritical = waitsAlways
			? alwaysMs >= limits.critical && (!isStarved || isSeen)
			: !isStarved && isFelt && child === undefined;
		const waits = isFelt ? commandsWait(felt?.longestMs ?? 0, true) : 'waits for the disk';
		return fires(isCritical ? 'critical' : 'warning', {
			isCertain: isCritical && waitsAlways && meanMs === 0,
			problem: waitsAlways
				? commandsWait(alwaysMs, false)
				: child !== undefined
					? `${waits} while ${child} writes`
					: isFelt
						? waits
						: 'waits for the disk to sync its append-only file',
			detail: waitsAlways ? 'at every write' : delayed,
			reason: waitsAlways
				? message`appendfsync always${place === undefined ? '' : message`, ${place}`}`
				: message`an fsync${place === undefined ? '' : message` to ${place}`} takes longer than 2 s`,
			effect: 'slow',
			evidence: [
				...(felt === undefined
					? []
					: [{name: 'longest round trip', value: felt.longestMs, unit: 'milliseconds' as const}]),
				...(waitsAlways && meanMs > 0
					? [
							{name: 'event loop cycle', value: meanMs, unit: 'milliseconds' as const},
							{name: 'time in cycles without a processor', value: idleShare, unit: 'share' as const},
						]
					: []),
				...infoEvidence(
					facts,
					['persistence', 'aof_delayed_fsync', 'count'],
					['persistence', 'aof_pending_bio_fsync', 'count'],
					['persistence', 'aof_rewrite_in_progress'],
					['persistence', 'rdb_bgsave_in_progress'],
				),
			],
			meaning: waitsAlways
				? 'After each write the server waits until the disk has it, and every client waits with it.'
				: 'The server waits at most 2 s for an fsync that is under way. Then it writes all the same, and clients wait for as long as the disk takes for the write.',
			next: [
				...(waitsAlways || child === undefined ? [] : stepsBesideChild(facts, child)),
				onHost(
					facts.setting('dir') === undefined
						? 'iostat -x 1 3'
						: message`iostat -x 1 3; findmnt -T ${saveFolder(facts)}   # the disk of its folder`,
				),
				...(waitsAlways
					? [
							hint('set appendfsync everysec, or take a faster disk'),
							redisCli(facts, 'CONFIG SET appendfsync everysec'),
							hint('with everysec a crash of the machine loses up to a second of writes'),
						]
					: [
							hint(
								'see what writes to its disk, and the limit of the volume: stop a backup or a copy, or take a faster disk',
							),
							redisCli(facts, 'CONFIG SET appendfsync no'),
							hint(
								'with appendfsync no the kernel writes when it likes: commands no longer wait, and a crash of the machine loses up to 30 s of writes',
							),
							...(child === undefined ? [redisCli(facts, 'CONFIG GET no-appendfsync-on-rewrite')] : []),
						]),
			],
		});
	},
});

/**
Length of a wait that a look at the process showed, in milliseconds, from which a machine short of processor time is not
the reason: a thread waits there for some scheduler slices, and not in a wait for a disk.
*/
const starvedWaitMs = 500;

/** Share of a processor, 0–1, below which a server with long round trips does not compute, but waits. */
const littleWork = 0.5;

/** Duration of a command of the slow log, in microseconds, from which it may explain long round trips in place of a disk. */
const longMicroseconds = 100_000;

/**
Whether the process was seen in a wait for the disk while its main thread hardly used a processor. This stands for the
duration of the event loop's cycles, which servers before 7.2 do not report. After a reply that came late no rate is
known. Long round trips are enough then, unless the slow log has a long command.
*/
function isStoppedByDisk(facts: NodeFacts, isLong: boolean): boolean {
	const user = facts.perSecond('cpu', 'used_cpu_user');
	const system = facts.perSecond('cpu', 'used_cpu_sys');
	const hasLittleWork =
		user === undefined || system === undefined ? isLong && !hasLongCommand(facts) : user + system < littleWork;
	return hasLittleWork && isInDiskWait(facts);
}

/** Whether a command of the last minute took long by the slow log. */
const hasLongCommand = ({record, nowMs}: NodeFacts): boolean =>
	record.slowlog?.value.entries.some(
		({atMs, durationMicroseconds}) => durationMicroseconds >= longMicroseconds && atMs >= nowMs - delaysMs,
	) === true;

/** What a child process of the server writes to the disk now; undefined if none does. */
const childOf = (facts: NodeFacts): string | undefined =>
	facts.number('persistence', 'aof_rewrite_in_progress') === 1
		? 'its own AOF rewrite'
		: facts.number('persistence', 'rdb_bgsave_in_progress') === 1
			? 'its own RDB save'
			: undefined;

/**
What to do about delayed fsyncs while a child process writes. With `no-appendfsync-on-rewrite yes` none would be delayed,
during a save neither. Source: redis src/aof.c, flushAppendOnlyFile.
*/
const stepsBesideChild = (facts: NodeFacts, child: string): readonly NextStep[] => [
	hint(`let ${child} end: the fsyncs wait for what it writes`),
	redisCli(facts, 'CONFIG SET no-appendfsync-on-rewrite yes'),
	hint('with that the server syncs nothing meanwhile: a crash of the machine then loses up to 30 s of writes'),
];

/** Fewest delayed fsyncs within a minute for which the rule fires. */
const fewestDelayed = 2;
/** How often an fsync delayed a write, as text, where redis-top has counted none yet, and the log tells of several. */
const byLog = 'again and again by its log';
/** Length of the time in which delayed fsyncs are counted, in milliseconds. */
const delaysMs = 60_000;

/**
How often within a minute an fsync delayed a write to the append-only file, as text. Undefined if that happened less
than twice. A server waits two seconds for an fsync before it counts a delay, so two samples in a row rarely show a
rise. The count is therefore compared with that of a minute ago. Just after redis-top's start there is no older count.
The log of a server on this machine is then read instead. Source: redis src/aof.c, flushAppendOnlyFile.
*/
function delayedLately(facts: NodeFacts, total: number): string | undefined {
	const [first] = facts.past(['persistence', 'aof_delayed_fsync'], delaysMs);
	const counted = first === undefined ? 0 : total - first.value;
	if (counted >= fewestDelayed) {
		return `${count(counted)} times within a minute`;
	}

	const host = facts.record.host?.value;
	const log = host?.kind === 'here' ? host.log : undefined;
	const newest = log?.remarks.find(({id}) => id === 'fsync-slow');
	const last = log?.happened?.findLast(({id}) => id === 'fsync-slow');
	const isNew = newest?.atMs !== undefined && facts.nowMs - newest.atMs <= delaysMs;
	return isNew && (last?.count ?? 0) >= fewestDelayed ? byLog : undefined;
}

/**
The mean duration of an event loop cycle since the previous sample. `idleShare` is the share of that time in which a
cycle ran and the main thread had no processor. Both are 0 if unknown.
*/
function cyclesWithoutProcessor(facts: NodeFacts): {readonly meanMs: number; readonly idleShare: number} {
	const duration = facts.increase('stats', 'eventloop_duration_sum');
	const cycles = facts.increase('stats', 'eventloop_cycles');
	const user = facts.perSecond('cpu', 'used_cpu_user_main_thread');
	const system = facts.perSecond('cpu', 'used_cpu_sys_main_thread');
	const elapsedMs = (facts.sample?.elapsedMs ?? 0) - (facts.earlier?.elapsedMs ?? 0);
	if (duration === undefined || !cycles || user === undefined || system === undefined || elapsedMs <= 0) {
		return {meanMs: 0, idleShare: 0};
	}

	return {meanMs: duration / cycles / 1000, idleShare: duration / 1000 / elapsedMs - user - system};
}

/**
Share of the last ten seconds in which at least one process of the server's machine waited for a processor; 0 if
unknown.
*/
const machinePressure = ({record}: NodeFacts): number =>
	record.host?.value.kind === 'here' ? (record.host.value.kernel.processorPressure ?? 0) : 0;
