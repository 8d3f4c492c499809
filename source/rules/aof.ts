import {bytes, count} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {increase, infoNumber, infoText, setting} from './needs.js';
import {hint, logSteps, onHost, redisCli, saveFolder} from './next-steps.js';
import {advises, clear, fires, rule} from './rule.js';

export const perAofWrite = rule({
	id: 'per.aof_write',
	scope: 'node',
	docs: {
		looksAt: "The append-only file can't be written: `aof_last_write_status:err`.",
		since: '2.8',
		falsePositives: ['With `appendfsync always` the server ends instead.'],
	},
	raiseAfter: 1,
	needs: {status: infoText('persistence', 'aof_last_write_status')},
	evaluate: ({status}, facts) =>
		status === 'err'
			? fires('critical', {
					problem: 'its append-only file cannot be written',

					evidence: infoEvidence(
						facts,
						['persistence', 'aof_last_write_status'],
						['persistence', 'aof_buffer_length', 'bytes'],
						['persistence', 'aof_current_size', 'bytes'],
					),
					meaning: 'The disk is full or broken; writes are refused until one succeeds.',
					next: [
						onHost(`df -h ${saveFolder(facts)}; df -i ${saveFolder(facts)}`),
						...logSteps(facts),
						hint('free space: it mends itself with the next write'),
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
			'The last rewrite of the append-only file failed: `aof_last_bgrewrite_status:err`. Since 2.8; how often in a row: 7.0.',
		since: 'any',
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {status: infoText('persistence', 'aof_last_bgrewrite_status')},
	evaluate({status}, facts) {
		if (status !== 'err') {
			return clear;
		}

		const failures = facts.number('persistence', 'aof_rewrites_consecutive_failures') ?? 1;
		return fires(failures >= facts.threshold('per.aof_rewrite.failures') ? 'critical' : 'warning', {
			problem:
				failures > 1
					? `rewriting its append-only file failed ${failures} times in a row`
					: 'rewriting its append-only file failed',

			evidence: infoEvidence(
				facts,
				['persistence', 'aof_last_bgrewrite_status'],
				['persistence', 'aof_rewrites_consecutive_failures', 'count'],
				['persistence', 'aof_current_size', 'bytes'],
				['persistence', 'aof_base_size', 'bytes'],
			),
			meaning:
				'The file grows on, and so does the time a restart takes to read it. A fork or the disk is the usual reason.',
			next: [...logSteps(facts), onHost(`df -h ${saveFolder(facts)}; free -m`), redisCli(facts, 'BGREWRITEAOF')],
			action: 'bgrewriteaof',
		});
	},
});

export const perAofPending = rule({
	id: 'per.aof_pending',
	scope: 'node',
	docs: {
		looksAt: 'AOF was switched on and its first file is still being written.',
		since: '2.8',
		falsePositives: ['`aof_enabled:1` appears at once, before anything is durable.'],
	},
	raiseAfter: 1,
	needs: {
		isEnabled: infoNumber('persistence', 'aof_enabled'),
		isRewriting: infoNumber('persistence', 'aof_rewrite_in_progress'),
	},
	evaluate({isEnabled, isRewriting}, facts) {
		const size = facts.number('persistence', 'aof_current_size') ?? 0;
		if (isEnabled !== 1 || isRewriting !== 1 || size > facts.threshold('per.aof_pending.bytes')) {
			return clear;
		}

		return fires('warning', {
			problem: 'writes its first append-only file',

			evidence: infoEvidence(
				facts,
				['persistence', 'aof_enabled'],
				['persistence', 'aof_rewrite_in_progress'],
				['persistence', 'aof_current_size', 'bytes'],
			),
			meaning: 'Nothing is durable by it yet, and SHUTDOWN is refused until it is written.',
			next: [hint('wait'), redisCli(facts, 'INFO persistence')],
		});
	},
});

export const perAofBloat = rule({
	id: 'per.aof_bloat',
	scope: 'node',
	docs: {
		looksAt: 'The append-only file is far larger than after its last rewrite, and none is due or runs.',
		since: '2.4',
		falsePositives: ['Its base is 0 until it was read or rewritten once.'],
	},
	appliesTo: facts => facts.number('persistence', 'aof_enabled') === 1,
	needs: {size: infoNumber('persistence', 'aof_current_size'), base: infoNumber('persistence', 'aof_base_size')},
	evaluate({size, base}, facts) {
		const isRewriting =
			facts.number('persistence', 'aof_rewrite_in_progress') === 1 ||
			facts.number('persistence', 'aof_rewrite_scheduled') === 1;
		const isBloated =
			base > 0 &&
			size > facts.threshold('per.aof_bloat.bytes') &&
			size > facts.threshold('per.aof_bloat.ratio') * base &&
			!isRewriting;
		if (!isBloated) {
			return clear;
		}

		return fires('info', {
			problem: `its append-only file is ${bytes(size)}, after the last rewrite it was ${bytes(base)}`,

			evidence: infoEvidence(
				facts,
				['persistence', 'aof_current_size', 'bytes'],
				['persistence', 'aof_base_size', 'bytes'],
				['persistence', 'aof_last_bgrewrite_status'],
			),
			meaning: 'A restart reads all of it. Rewriting is off, or fails.',
			next: [redisCli(facts, 'CONFIG GET auto-aof-rewrite-percentage'), redisCli(facts, 'BGREWRITEAOF')],
			action: 'bgrewriteaof',
		});
	},
});

export const perFsync = rule({
	id: 'per.fsync',
	scope: 'node',
	docs: {
		looksAt: 'Writing waited for an fsync of the append-only file: `aof_delayed_fsync` rises.',
		since: '2.4',
		falsePositives: ['Twice in a row: one comes with the first seconds of many a rewrite.'],
	},
	clearAfter: 30,
	appliesTo: facts => facts.number('persistence', 'aof_enabled') === 1,
	needs: {delayed: increase('persistence', 'aof_delayed_fsync')},
	evaluate({delayed}, facts) {
		if (delayed === 0) {
			return clear;
		}

		return fires('warning', {
			problem: `writing waits for the disk: ${count(delayed)} delayed fsyncs since the sample before`,

			evidence: infoEvidence(
				facts,
				['persistence', 'aof_delayed_fsync', 'count'],
				['persistence', 'aof_pending_bio_fsync', 'count'],
				['persistence', 'aof_rewrite_in_progress'],
			),
			meaning: 'The disk takes more than a second for an fsync; meanwhile every client waits.',
			next: [
				onHost('iostat -x 1 3'),
				redisCli(facts, 'LATENCY HISTORY aof-fsync-always'),
				redisCli(facts, 'CONFIG GET no-appendfsync-on-rewrite'),
			],
		});
	},
});

export const cfgAlways = rule({
	id: 'cfg.always',
	scope: 'node',
	docs: {
		looksAt: 'The append-only file is synced at every write. It is a way to run it, and a slow one.',
		since: 'any',
		falsePositives: [],
	},
	needs: {sync: setting('appendfsync'), isOn: setting('appendonly')},
	evaluate({sync, isOn}, facts) {
		return sync !== 'always' || isOn !== 'yes'
			? clear
			: advises(facts, {
					problem: 'waits for the disk at every write (appendfsync always)',

					evidence: [{name: 'appendfsync', value: sync}],
					meaning: 'Throughput is that of the disk; nothing that was answered is lost in a crash.',
					next: [redisCli(facts, 'CONFIG SET appendfsync everysec')],
					adviceCost: 'up to a second of writes in a crash',
				});
	},
});

export const aofRules = [perAofWrite, perAofRewrite, perAofPending, perAofBloat, perFsync, cfgAlways] as const;
