import {message, nameOf} from '../domain/message.js';
import {perAofBloat} from './aof-bloat.js';
import {infoEvidence} from './evidence.js';
import {perFsync} from './fsync.js';
import {aofOnFullDisk, isDiskFull} from './full-disk.js';
import {infoNumber, infoText, setting} from './needs.js';
import {hint, logSteps, onHost, redisCli, saveFolder} from './next-steps.js';
import {advises, clear, fires, rule} from './rule.js';
import {killedSteps, saveObstacle} from './save-obstacles.js';

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
