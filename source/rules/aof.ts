import type {NextStep} from '../domain/finding.js';
import {message, nameOf} from '../domain/message.js';
import {count, milliseconds} from '../text/units.js';
import {perAofBloat} from './aof-bloat.js';
import {infoEvidence} from './evidence.js';
import {aofOnFullDisk, isDiskFull} from './full-disk.js';
import {osPsi} from './host.js';
import {infoNumber, infoText, setting} from './needs.js';
import {hint, logSteps, onHost, redisCli, saveFolder} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';
import {killedSteps, saveObstacle} from './save-obstacles.js';
import {stalledDisk} from './stalled-disk.js';

export const perAofWrite = rule({
	id: 'per.aof_write',
	scope: 'node',
	docs: {
		looksAt:
			'The server could not write its append-only file: `aof_last_write_status:err`. A server with `appendfsync always` exits instead.',
		since: '2.8',
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {status: infoText('persistence', 'aof_last_write_status')},
	evaluate: ({status}, facts) =>
		status === 'err'
			? fires('critical', {
					...(facts.record.role === 'replica'
						? {problem: 'cannot write its append-only file'}
						: {problem: 'refuses writes (MISCONF)', reason: 'cannot write its append-only file'}),
					effect: facts.record.role === 'replica' ? 'data-at-risk' : 'writes-refused',
					evidence: infoEvidence(
						facts,
						['persistence', 'aof_last_write_status'],
						['persistence', 'aof_buffer_length', 'bytes'],
						['persistence', 'aof_current_size', 'bytes'],
					),
					meaning: 'The disk is full or broken. The server refuses writes until one reaches the file.',
					next: isDiskFull(facts)
						? [...aofOnFullDisk(facts), ...logSteps(facts)]
						: [
								onHost(message`df -h ${saveFolder(facts)}; df -i ${saveFolder(facts)}`),
								...logSteps(facts),
								hint('free disk space: the server recovers with its next write'),
								redisCli(facts, 'INFO persistence'),
							],
					action: 'set-appendonly',
				})
			: clear,
});

export const perAofRewrite = rule({
	id: 'per.aof_rewrite',
	scope: 'node',
	docs: {
		looksAt:
			'The last rewrite of the append-only file failed: `aof_last_bgrewrite_status:err`. Since 7.0 `aof_rewrites_consecutive_failures` counts the failures in a row.',
		since: '2.6',
		falsePositives: [],
	},
	thresholds: {
		failures: {
			value: 3,
			unit: 'count',
			source: 'failures in a row; the server then waits up to an hour between attempts',
		},
	},
	raiseAfter: 1,
	needs: {status: infoText('persistence', 'aof_last_bgrewrite_status')},
	evaluate({status}, facts, limits) {
		if (status !== 'err') {
			return clear;
		}

		const failures = facts.number('persistence', 'aof_rewrites_consecutive_failures') ?? 1;
		const {remark, reason, isKilled, memory, fork} = saveObstacle(facts, 'per.aof_rewrite');
		return fires(failures >= limits.failures ? 'critical' : 'warning', {
			problem: 'failed to rewrite its append-only file',
			detail:
				[failures > 1 ? `${failures} times in a row` : undefined, memory?.detail]
					.filter(part => part !== undefined)
					.join(', ') || undefined,
			reason,
			evidence: [
				...infoEvidence(
					facts,
					['persistence', 'aof_last_bgrewrite_status'],
					['persistence', 'aof_rewrites_consecutive_failures', 'count'],
					['persistence', 'aof_current_size', 'bytes'],
					['persistence', 'aof_base_size', 'bytes'],
				),
				...(memory?.evidence ?? []),
				...(remark === undefined ? [] : [{name: 'log', value: message`${nameOf('quote', remark.line)}`}]),
			],
			meaning:
				'The file grows on, and a restart takes longer to read it. A failed fork or a full disk is the usual reason.',
			next: [
				...(isKilled ? killedSteps({memory}) : []),
				...(fork?.next ?? []),
				...logSteps(facts),
				onHost(message`df -h ${saveFolder(facts)}; free -m`),
				redisCli(facts, 'BGREWRITEAOF'),
			],
			action: fork === undefined && memory === undefined ? 'bgrewriteaof' : undefined,
		});
	},
});

export const perAofPending = rule({
	id: 'per.aof_pending',
	scope: 'node',
	docs: {
		looksAt:
			'AOF was switched on, and the first append-only file is being written: `aof_enabled:1` and `aof_rewrite_in_progress:1` with `aof_current_size` near 0.',
		since: '2.6',
		falsePositives: [
			'A later rewrite leaves the old file in use. `aof_current_size` is large then, and the rule is clear.',
		],
	},
	thresholds: {
		bytes: {value: 1024, unit: 'bytes', source: 'an append-only file of this size holds no data yet'},
	},
	raiseAfter: 1,
	needs: {
		isEnabled: infoNumber('persistence', 'aof_enabled'),
		isRewriting: infoNumber('persistence', 'aof_rewrite_in_progress'),
	},
	evaluate({isEnabled, isRewriting}, facts, limits) {
		const size = facts.number('persistence', 'aof_current_size') ?? 0;
		if (isEnabled !== 1 || isRewriting !== 1 || size > limits.bytes) {
			return clear;
		}

		return fires('warning', {
			problem: 'writes its first append-only file',
			effect: 'data-at-risk',
			evidence: infoEvidence(
				facts,
				['persistence', 'aof_enabled'],
				['persistence', 'aof_rewrite_in_progress'],
				['persistence', 'aof_current_size', 'bytes'],
			),
			meaning:
				'`aof_enabled` is 1 from the start, but the file protects nothing until it is complete. The server refuses SHUTDOWN until then.',
			next: [hint('wait until the file is complete'), redisCli(facts, 'INFO persistence')],
		});
	},
});

export const perFsync = rule({
	id: 'per.fsync',
	scope: 'node',
	docs: {
		looksAt:
			'Writing to the append-only file waited for an fsync: `aof_delayed_fsync` rises. With `appendfsync always` the server counts no such waits. The rule fires there where an event loop cycle is long (`eventloop_duration_sum`, since 7.2) and the main thread hardly used a processor meanwhile. On this machine, it also fires for a minute after the server gave no reply while its process waited for a disk. The server neither counts nor logs such a stall.',
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
		const waitsAlways =
			facts.setting('appendfsync') === 'always' &&
			meanMs >= (isStarved ? limits.starved : limits.cycle) &&
			idleShare >= limits.idle;
		const delayed = delayedLately(facts, total);
		const child = childOf(facts);
		if (delayed === undefined && !waitsAlways) {
			return stalledDisk(facts, limits.recent, limits.stall) ?? clear;
		}

		return fires('warning', {
			problem: waitsAlways
				? 'waits for the disk at every write'
				: child === undefined
					? 'waits for the disk to sync its append-only file'
					: `waits for the disk while ${child} writes`,
			detail: waitsAlways ? `an event loop cycle takes ${milliseconds(meanMs)}` : delayed,
			reason: waitsAlways ? 'appendfsync always' : 'an fsync takes longer than 2 s',
			effect: 'slow',
			evidence: [
				...(waitsAlways
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
							redisCli(facts, 'CONFIG SET appendfsync everysec'),
							hint('that loses up to a second of writes in a crash; a faster disk loses none'),
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
	return isNew && (last?.count ?? 0) >= fewestDelayed ? 'again and again by its log' : undefined;
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

export const cfgAlways = rule({
	id: 'cfg.always',
	scope: 'node',
	docs: {
		looksAt:
			'The server syncs its append-only file to disk for every write: `appendonly yes` and `appendfsync always`.',
		since: 'any',
		falsePositives: ['Some data must not lose a single write and needs this setting. The finding is advice.'],
	},
	needs: {sync: setting('appendfsync'), isOn: setting('appendonly')},
	evaluate({sync, isOn}, facts) {
		return sync !== 'always' || isOn !== 'yes'
			? clear
			: advises(facts, {
					problem: 'waits for the disk at every write',
					reason: 'appendfsync always',
					effect: 'slow',
					evidence: [{name: 'appendfsync', value: sync}],
					meaning: 'The disk limits the throughput. In return a crash loses no write that was answered.',
					next: [redisCli(facts, 'CONFIG SET appendfsync everysec')],
					adviceCost: 'A crash then loses up to a second of writes.',
				});
	},
});

export const aofRules = [perAofWrite, perAofRewrite, perAofPending, perAofBloat, perFsync, cfgAlways] as const;
