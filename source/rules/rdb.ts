import {longestWindowSeconds, savePoints} from '../derive/save-points.js';
import {message, nameOf} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {count, percent, seconds} from '../text/units.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {infoEvidence} from './evidence.js';
import {saveWithoutFork} from './fork-limits.js';
import {isDiskFull} from './full-disk.js';
import {infoNumber, infoText, replicaCount, setting} from './needs.js';
import {hint, logSteps, onHost, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';
import {barredFolder, folderChecks, folderRemedy, killedSteps, saveObstacle} from './save-obstacles.js';

/** Name of the evidence of per.rdb_fail that replicas wait for the RDB file that cannot be written. */
export const unservedResyncs = 'replicas without data';

/** Milliseconds within which a full resync counts as recent, so that its replica may still wait for data. */
const resyncWindowMs = 600_000;

/**
The number of replicas that wait for the RDB file of a full resync, or that have lost their link. At least 1 if a full
resync began in the last ten minutes. 0 for diskless resyncs, because they write no file.
*/
function waitingReplicas(facts: NodeFacts): number {
	const waiting = facts.record.replicas.filter(({state}) => state !== 'online').length;
	const unlinked = [...facts.nodes.values()].filter(
		other =>
			other.sample?.info.text('replication', 'master_link_status') === 'down' &&
			primaryNamedBy(other) === facts.address,
	).length;
	const resyncs = facts.past(['stats', 'sync_full'], resyncWindowMs);
	const isRepeating = (facts.number('stats', 'sync_full') ?? 0) > (resyncs[0]?.value ?? Number.POSITIVE_INFINITY);
	const usesDisk = facts.setting('repl-diskless-sync') === 'no';
	return usesDisk && facts.record.role === 'primary' ? Math.max(waiting, unlinked, isRepeating ? 1 : 0) : 0;
}

export const perRdbFail = rule({
	id: 'per.rdb_fail',
	scope: 'node',
	docs: {
		looksAt:
			'The last background save failed: `rdb_last_bgsave_status:err`. The disk may look free afterwards, because the server deletes the unfinished file.',
		since: '2.6',
		falsePositives: [
			'The status stays `err` until a save succeeds, even after `save ""`. With `save ""` nothing is saved on purpose, and the finding is a warning.',
		],
	},
	raiseAfter: 1,
	needs: {status: infoText('persistence', 'rdb_last_bgsave_status')},
	evaluate({status}, facts) {
		if (status !== 'err') {
			return clear;
		}

		const {remark, reason: obstacle, isKilled, memory, fork} = saveObstacle(facts, 'per.rdb_fail');
		const barred = barredFolder(facts);
		const changes = facts.number('persistence', 'rdb_changes_since_last_save') ?? 0;
		const goesOn = facts.setting('stop-writes-on-bgsave-error') === 'no';
		const waiting = waitingReplicas(facts);
		// A diskless resync helps the replicas alone: the writes are refused until a save succeeds.
		const isRepairFirst = !goesOn && facts.setting('save') !== '' && obstacle !== undefined;
		const diskless =
			waiting === 0
				? []
				: [
						redisCli(facts, 'CONFIG SET repl-diskless-sync yes'),
						hint(
							isRepairFirst
								? 'with that replicas get their data without a file; writes stay refused until a save succeeds'
								: 'CONFIG SET repl-diskless-sync yes: replicas get their data without a file; and free disk space',
						),
					];
		// The unfinished file is deleted, so the disk may look free again.
		const isOnFullDisk = remark?.id === 'disk-full' || isDiskFull(facts);
		const unsaved =
			changes > 0
				? `${count(changes)} ${changes === 1 ? 'change' : 'changes'} unsaved${goesOn ? ', and writes go on' : ''}`
				: undefined;
		return fires(facts.setting('save') === '' && waiting === 0 ? 'warning' : 'critical', {
			...(waiting === 0
				? {
						problem: 'last background save failed',
						detail: [unsaved, memory?.detail].filter(part => part !== undefined).join(', ') || undefined,
						reason: obstacle,
						effect: 'data-at-risk',
					}
				: {
						problem: 'cannot give its replicas their data',
						detail: memory?.detail,
						reason: obstacle ?? 'its RDB file cannot be written',
						effect: 'failover-impossible',
					}),
			evidence: [
				...(waiting === 0 ? [] : [{name: unservedResyncs, value: waiting, unit: 'count' as const}]),
				...infoEvidence(
					facts,
					['persistence', 'rdb_last_bgsave_status'],
					['persistence', 'rdb_changes_since_last_save', 'count'],
					['persistence', 'rdb_last_save_time'],
					['persistence', 'rdb_saves', 'count'],
				),
				...(memory?.evidence ?? []),
				...(remark === undefined ? [] : [{name: 'log', value: message`${nameOf('quote', remark.line)}`}]),
			],
			meaning: `${memory === undefined ? '' : 'The kernel killed the process that saves. '}${
				waiting > 0
					? 'A full resync through a file begins again and again, each with a fork. No replica can replace this primary.'
					: goesOn
						? 'Changes since the last successful save are in memory only. The server accepts writes all the same (stop-writes-on-bgsave-error no), and a crash loses them.'
						: 'Changes since the last successful save are in memory only. The server refuses writes until a save succeeds, unless it is set otherwise.'
			}`,
			next: [
				...(isRepairFirst ? [] : diskless),
				...(barred === undefined ? [] : folderRemedy(facts, barred)),
				...(isKilled ? killedSteps({memory}) : []),
				...(fork === undefined
					? [
							...(isKilled ? [] : folderChecks(facts, {reason: obstacle})),
							...(isRepairFirst ? diskless : []),
							...logSteps(facts),
							...(obstacle === undefined ? [onHost('cat /proc/sys/vm/overcommit_memory; free -m')] : []),
							redisCli(facts, 'BGSAVE'),
						]
					: [
							...fork.next,
							...(isRepairFirst ? diskless : []),
							hint('then BGSAVE: one save that succeeds ends it'),
							redisCli(facts, 'BGSAVE'),
						]),
				...(fork === undefined ? [] : [...saveWithoutFork(facts), ...logSteps(facts)]),
				...(goesOn
					? [hint('once a save succeeds, CONFIG SET stop-writes-on-bgsave-error yes, unless it is off on purpose')]
					: []),
			],
			// A save into such a folder or onto a full disk, without a fork, or without more memory, fails again. So it may
			// until the first look at the machine has shown why it failed. Replicas that wait get their data without a file.
			action:
				facts.record.host !== undefined &&
				barred === undefined &&
				fork === undefined &&
				memory === undefined &&
				waiting === 0 &&
				!isOnFullDisk
					? 'bgsave'
					: undefined,
		});
	},
});

export const perSlowSave = rule({
	id: 'per.slow_save',
	scope: 'node',
	docs: {
		looksAt:
			'A background save takes far longer than the last one: `rdb_current_bgsave_time_sec` compared with `rdb_last_bgsave_time_sec`. The finding is critical when `current_save_keys_processed` (since 6.2) does not rise.',
		since: '2.6',
		falsePositives: [
			'A diskless full resync counts as a save and takes as long as the network needs. The next steps name it.',
		],
	},
	thresholds: {
		seconds: {value: 300, unit: 'seconds', source: 'a save of 10 GB takes about a minute'},
		times: {value: 3, unit: 'ratio', source: 'times the last save'},
	},
	needs: {running: infoNumber('persistence', 'rdb_current_bgsave_time_sec')},
	evaluate({running}, facts, limits) {
		const last = facts.number('persistence', 'rdb_last_bgsave_time_sec') ?? 0;
		const limit = Math.max(limits.seconds, last * limits.times);
		if (running <= limit) {
			return clear;
		}

		const processed = facts.number('persistence', 'current_save_keys_processed');
		const total = facts.number('persistence', 'current_save_keys_total');
		const isStuck = facts.increase('persistence', 'current_save_keys_processed') === 0;
		return fires(isStuck ? 'critical' : 'warning', {
			problem: `background save has run for ${seconds(running)}`,
			detail: processed === undefined || !total ? undefined : `${percent(processed / total)} of the keys are saved`,
			effect: isStuck ? 'data-at-risk' : undefined,
			evidence: infoEvidence(
				facts,
				['persistence', 'rdb_current_bgsave_time_sec', 'seconds'],
				['persistence', 'rdb_last_bgsave_time_sec', 'seconds'],
				['persistence', 'current_save_keys_processed', 'count'],
				['persistence', 'current_save_keys_total', 'count'],
				['persistence', 'current_cow_size', 'bytes'],
			),
			meaning:
				'Until the save ends, every written memory page is copied, so that memory grows. No newer save can start.',
			next: [
				onHost('iostat -x 1 3'),
				hint('the usual reasons: a slow disk, a huge key, or a replica on a slow network in a full resync'),
			],
		});
	},
});

export const perStale = rule({
	id: 'per.stale',
	scope: 'node',
	docs: {
		looksAt:
			'A save is overdue: unsaved changes (`rdb_changes_since_last_save`) have waited longer than twice the longest window of `save`. `rdb_last_save_time` gives the age of the last save.',
		since: '2.6',
		falsePositives: [
			'`rdb_last_save_time` of a server that never saved is its start time. The finding then says that the server has not saved since its start.',
			'A save is not overdue before a save point has enough changes. The rule is clear until then.',
			'A save is not overdue while one runs, or with an append-only file. The rule is clear then.',
		],
	},
	thresholds: {
		windows: {
			value: 2,
			unit: 'ratio',
			source: 'times the longest window of save; after one window a save is only due',
		},
		critical: {value: 172_800, unit: 'seconds', source: 'awesome-prometheus-alerts: no save for 48 hours'},
	},
	needs: {
		saves: setting('save'),
		savedSeconds: infoNumber('persistence', 'rdb_last_save_time'),
		changes: infoNumber('persistence', 'rdb_changes_since_last_save'),
	},
	evaluate({saves, savedSeconds, changes}, facts, limits) {
		const points = savePoints(saves);
		const dueSeconds = longestWindowSeconds(points) * limits.windows;
		const fewestChanges = Math.min(...points.map(point => point.changes));
		const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
		const ageSeconds = serverMs / 1000 - savedSeconds;
		const isOverdue =
			points.length > 0 &&
			changes >= fewestChanges &&
			ageSeconds > dueSeconds &&
			facts.number('persistence', 'aof_enabled') !== 1 &&
			facts.number('persistence', 'rdb_bgsave_in_progress') !== 1;
		if (!isOverdue) {
			return clear;
		}

		const neverSaved =
			facts.number('persistence', 'rdb_saves') === 0 || facts.number('persistence', 'rdb_last_bgsave_time_sec') === -1;
		const age = seconds(ageSeconds);
		return fires(ageSeconds > Math.max(dueSeconds, limits.critical) ? 'critical' : 'warning', {
			problem: neverSaved ? `has not saved since it started ${age} ago` : `has not saved for ${age}`,
			detail: `save "${saves}"`,
			effect: 'data-at-risk',
			evidence: infoEvidence(
				facts,
				['persistence', 'rdb_last_save_time'],
				['persistence', 'rdb_changes_since_last_save', 'count'],
				['persistence', 'rdb_last_bgsave_status'],
			),
			meaning: 'A crash now loses everything written since then.',
			next: [redisCli(facts, 'BGSAVE'), ...logSteps(facts)],
			action: 'bgsave',
		});
	},
});

export const perDirty = rule({
	id: 'per.dirty',
	scope: 'node',
	docs: {
		looksAt: 'Very many changes are in memory only: `rdb_changes_since_last_save`, where `save` is set.',
		since: '2.6',
		falsePositives: [
			'With an append-only file, or with `save ""`, changes do not wait for a save. The rule is clear then.',
			'A target with `role = "cache"` may lose its data. The rule does not apply to it.',
			'A running save writes these changes. The rule waits for its end.',
		],
	},
	thresholds: {
		changes: {value: 1_000_000, unit: 'count', source: 'changes that a crash would lose'},
	},
	appliesTo: facts => !facts.settings.isCache,
	needs: {
		saves: setting('save'),
		changes: infoNumber('persistence', 'rdb_changes_since_last_save'),
		hasAof: infoNumber('persistence', 'aof_enabled'),
		isSaving: infoNumber('persistence', 'rdb_bgsave_in_progress'),
	},
	evaluate({saves, changes, hasAof, isSaving}, facts, limits) {
		const isMuch = changes > limits.changes && saves !== '' && hasAof !== 1 && isSaving !== 1;
		if (!isMuch) {
			return clear;
		}

		return fires('warning', {
			problem: `has ${count(changes)} unsaved changes`,
			effect: 'data-at-risk',
			evidence: infoEvidence(
				facts,
				['persistence', 'rdb_changes_since_last_save', 'count'],
				['persistence', 'rdb_last_save_time'],
				['persistence', 'rdb_last_bgsave_status'],
			),
			meaning: 'A crash now loses all of these changes.',
			next: [redisCli(facts, 'BGSAVE'), hint('save more often, or keep an append-only file')],
			action: 'bgsave',
		});
	},
});

export const perNone = rule({
	id: 'per.none',
	scope: 'node',
	docs: {
		looksAt: 'The server writes nothing to disk: `save ""` and `aof_enabled:0`.',
		since: '2.2',
		falsePositives: [
			'A cache needs no saves. A target with `role = "cache"` gets no finding, and for others the finding is advice.',
			'A server without keys loses nothing. The rule waits for the first key.',
			'Managed services save by other means. They deny CONFIG GET, so the rule is not evaluated for them.',
		],
	},
	appliesTo: facts => !facts.settings.isCache,
	needs: {saves: setting('save'), hasAof: infoNumber('persistence', 'aof_enabled')},
	evaluate({saves, hasAof}, facts) {
		const keys = facts.sample === undefined ? 0 : (keyCount(facts.sample.info) ?? 0);
		if (saves !== '' || hasAof === 1 || keys === 0) {
			return clear;
		}

		const replicas = replicaCount.read(facts) ?? 0;
		return advises(facts, {
			problem: 'keeps its data in memory only',
			reason: 'no save points, no append-only file',
			effect: 'data-at-risk',
			evidence: [
				{name: 'save', value: '""'},
				...infoEvidence(facts, ['persistence', 'aof_enabled'], ['replication', 'connected_slaves', 'count']),
				{name: 'keys', value: keys, unit: 'count'},
			],
			meaning:
				replicas > 0 && facts.record.role === 'primary'
					? 'A primary that restarts by itself is empty, and its replicas replace their data by that: all keys are lost.'
					: 'After a restart the server is empty.',
			next: [
				redisCli(facts, 'CONFIG SET save "3600 1 300 100"'),
				hint('a cache: declare it, role = "cache" in the config file'),
			],
			action: 'set-save',
			adviceCost: 'A save forks the process: memory for the copies, and a stall of about 10 ms a gigabyte.',
		});
	},
});

export const cfgSaveOff = rule({
	id: 'cfg.save_off',
	scope: 'node',
	docs: {
		looksAt:
			'The server saves, and a failed save does not stop writes: `stop-writes-on-bgsave-error no`. Operators set it to end MISCONF, and easily forget to set it back.',
		since: '2.6',
		falsePositives: [
			'Some operators prefer this setting and monitor saves by other means. The finding is advice.',
			'With `save ""` no save can fail. per.none reports that setting.',
		],
	},
	needs: {stops: setting('stop-writes-on-bgsave-error'), saves: setting('save')},
	evaluate({stops, saves}, facts) {
		return stops !== 'no' || saves === ''
			? clear
			: advises(facts, {
					problem: 'accepts writes after a failed save',
					reason: 'stop-writes-on-bgsave-error no',
					evidence: [
						{name: 'stop-writes-on-bgsave-error', value: stops},
						{name: 'save', value: saves},
					],
					meaning:
						'Clients do not notice a failed save. A crash then loses everything written since the last good one.',
					next: [
						hint('if it was set to end MISCONF, undo it once a save has succeeded'),
						redisCli(facts, 'CONFIG SET stop-writes-on-bgsave-error yes'),
					],
					adviceCost: 'Writes are refused whenever a save fails.',
				});
	},
});

export const rdbRules = [perRdbFail, perSlowSave, perStale, perDirty, perNone, cfgSaveOff] as const;
