import {longestWindowSeconds, savePoints} from '../derive/save-points.js';
import {keyCount} from '../domain/metric.js';
import {count, percent, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {infoNumber, infoText, setting} from './needs.js';
import {hint, logSteps, onHost, redisCli, saveFolder} from './next-steps.js';
import {advises, clear, fires, rule} from './rule.js';

export const perRdbFail = rule({
	id: 'per.rdb_fail',
	scope: 'node',
	docs: {
		looksAt: 'The last background save failed: `rdb_last_bgsave_status:err`.',
		since: '2.6',
		falsePositives: [
			'It stays so until the next success, even after `save ""`: then nothing is saved on purpose, and it is a warning.',
			'The disk looks free afterwards, because the half-written file is deleted.',
		],
	},
	raiseAfter: 1,
	needs: {status: infoText('persistence', 'rdb_last_bgsave_status')},
	evaluate({status}, facts) {
		if (status !== 'err') {
			return clear;
		}

		const dir = saveFolder(facts);
		const host = facts.record.host?.value;
		const logged =
			host?.kind === 'here' ? host.log?.remarks.find(({rules}) => rules.includes('per.rdb_fail')) : undefined;
		return fires(facts.setting('save') === '' ? 'warning' : 'critical', {
			problem: 'last background save failed',

			evidence: [
				...infoEvidence(
					facts,
					['persistence', 'rdb_last_bgsave_status'],
					['persistence', 'rdb_changes_since_last_save', 'count'],
					['persistence', 'rdb_last_save_time'],
					['persistence', 'rdb_saves', 'count'],
				),
				...(logged === undefined ? [] : [{name: 'log', value: logged.line}]),
			],
			meaning:
				'What changed since the last good save is in memory only. Writes are refused until a save succeeds, unless set otherwise.',
			next: [
				...logSteps(facts),
				onHost(`df -h ${dir}; df -i ${dir}; ls -ld ${dir}`),
				onHost('cat /proc/sys/vm/overcommit_memory; free -m'),
				redisCli(facts, 'BGSAVE'),
			],
			action: 'bgsave',
		});
	},
});

export const perSlowSave = rule({
	id: 'per.slow_save',
	scope: 'node',
	docs: {
		looksAt: 'A background save takes far longer than the last one. Since 2.6 (progress: 6.2).',
		since: 'any',
		falsePositives: [
			'A full copy for a replica without disk counts as a save, too: it lasts as long as the network needs.',
		],
	},
	needs: {running: infoNumber('persistence', 'rdb_current_bgsave_time_sec')},
	evaluate({running}, facts) {
		const last = facts.number('persistence', 'rdb_last_bgsave_time_sec') ?? 0;
		const limit = Math.max(facts.threshold('per.slow_save.seconds'), last * facts.threshold('per.slow_save.times'));
		if (running <= limit) {
			return clear;
		}

		const processed = facts.number('persistence', 'current_save_keys_processed');
		const total = facts.number('persistence', 'current_save_keys_total');
		const progress = processed === undefined || !total ? '' : `, ${percent(processed / total)} of the keys`;
		const stands = facts.increase('persistence', 'current_save_keys_processed') === 0;
		return fires(stands ? 'critical' : 'warning', {
			problem: `a save runs for ${seconds(running)}${progress}`,

			evidence: infoEvidence(
				facts,
				['persistence', 'rdb_current_bgsave_time_sec', 'seconds'],
				['persistence', 'rdb_last_bgsave_time_sec', 'seconds'],
				['persistence', 'current_save_keys_processed', 'count'],
				['persistence', 'current_save_keys_total', 'count'],
				['persistence', 'current_cow_size', 'bytes'],
			),
			meaning: 'Every page written meanwhile is copied: memory grows, and nothing newer can be saved.',
			next: [onHost('iostat -x 1 3'), hint('a slow disk, a huge key, or a replica on a slow line')],
		});
	},
});

export const perStale = rule({
	id: 'per.stale',
	scope: 'node',
	docs: {
		looksAt: 'A save is long overdue: changes wait for more than twice the longest save window.',
		since: '2.4',
		falsePositives: [
			'`rdb_last_save_time` is the start at first: a server that never saved is as old as its process.',
			'Nothing to save is no failure to save; and while a save runs, or an append-only file is kept, nothing is overdue.',
		],
	},
	needs: {
		saves: setting('save'),
		savedSeconds: infoNumber('persistence', 'rdb_last_save_time'),
		changes: infoNumber('persistence', 'rdb_changes_since_last_save'),
	},
	evaluate({saves, savedSeconds, changes}, facts) {
		const points = savePoints(saves);
		const dueSeconds = longestWindowSeconds(points) * facts.threshold('per.stale.windows');
		const fewest = Math.min(...points.map(point => point.changes));
		const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
		const ageSeconds = serverMs / 1000 - savedSeconds;
		const isOverdue =
			points.length > 0 &&
			changes >= fewest &&
			ageSeconds > dueSeconds &&
			facts.number('persistence', 'aof_enabled') !== 1 &&
			facts.number('persistence', 'rdb_bgsave_in_progress') !== 1;
		if (!isOverdue) {
			return clear;
		}

		const neverSaved =
			facts.number('persistence', 'rdb_saves') === 0 || facts.number('persistence', 'rdb_last_bgsave_time_sec') === -1;
		return fires(ageSeconds > Math.max(dueSeconds, facts.threshold('per.stale.critical')) ? 'critical' : 'warning', {
			problem: `${neverSaved ? 'not saved since its start' : 'last save'} ${seconds(ageSeconds)} ago, save "${saves}"`,

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
		looksAt: 'Very many changes are in memory only.',
		since: '2.4',
		falsePositives: [
			'Not where an append-only file is kept, where nothing is saved on purpose, or on a declared cache.',
			'A save that runs will take them in.',
		],
	},
	appliesTo: facts => !facts.settings.isCache,
	needs: {
		saves: setting('save'),
		changes: infoNumber('persistence', 'rdb_changes_since_last_save'),
		hasAof: infoNumber('persistence', 'aof_enabled'),
		isSaving: infoNumber('persistence', 'rdb_bgsave_in_progress'),
	},
	evaluate({saves, changes, hasAof, isSaving}, facts) {
		const isMuch = changes > facts.threshold('per.dirty.changes') && saves !== '' && hasAof !== 1 && isSaving !== 1;
		if (!isMuch) {
			return clear;
		}

		return fires('warning', {
			problem: `${count(changes)} changes are not saved`,

			evidence: infoEvidence(
				facts,
				['persistence', 'rdb_changes_since_last_save', 'count'],
				['persistence', 'rdb_last_save_time'],
				['persistence', 'rdb_last_bgsave_status'],
			),
			meaning: 'A crash loses as many.',
			next: [redisCli(facts, 'BGSAVE'), hint('save more often, or keep an append-only file')],
			action: 'bgsave',
		});
	},
});

export const perNone = rule({
	id: 'per.none',
	scope: 'node',
	docs: {
		looksAt: 'Nothing is ever written to disk: no append-only file and no save points.',
		since: 'any',
		falsePositives: [
			'Advice: a cache wants it so, and a declared one hears nothing of it. A server that holds nothing loses nothing.',
			"Where CONFIG GET is denied it can't be known: managed services save by other means.",
		],
	},
	appliesTo: facts => !facts.settings.isCache,
	needs: {saves: setting('save'), hasAof: infoNumber('persistence', 'aof_enabled')},
	evaluate({saves, hasAof}, facts) {
		const keys = facts.sample === undefined ? 0 : (keyCount(facts.sample.info) ?? 0);
		if (saves !== '' || hasAof === 1 || keys === 0) {
			return clear;
		}

		const replicas = facts.number('replication', 'connected_slaves') ?? 0;
		return advises(facts, {
			problem: 'keeps its data in memory only: no saves, no append-only file',

			evidence: [
				{name: 'save', value: '""'},
				...infoEvidence(facts, ['persistence', 'aof_enabled'], ['replication', 'connected_slaves', 'count']),
				{name: 'keys', value: keys, unit: 'count'},
			],
			meaning:
				replicas > 0 && facts.record.role === 'primary'
					? 'A primary that restarts by itself comes back empty, and its replicas copy that: all is lost.'
					: 'A restart comes back empty.',
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
			'Saves are configured, and one that fails stops nothing (`stop-writes-on-bgsave-error no`). A way out of MISCONF that is easily left on; some mean it so.',
		since: 'any',
		falsePositives: ['Without save points nothing can fail: that is per.none.'],
	},
	needs: {stops: setting('stop-writes-on-bgsave-error'), saves: setting('save')},
	evaluate({stops, saves}, facts) {
		return stops !== 'no' || saves === ''
			? clear
			: advises(facts, {
					problem: 'goes on taking writes when saves fail (stop-writes-on-bgsave-error no)',

					evidence: [
						{name: 'stop-writes-on-bgsave-error', value: stops},
						{name: 'save', value: saves},
					],
					meaning: 'Nobody notices a save that fails but who looks: what is written since is lost in a crash.',
					next: [
						hint('was it set to get out of MISCONF? once a save has succeeded, undo it'),
						redisCli(facts, 'CONFIG SET stop-writes-on-bgsave-error yes'),
					],
					adviceCost: 'writes, whenever a save fails',
				});
	},
});

export const rdbRules = [perRdbFail, perSlowSave, perStale, perDirty, perNone, cfgSaveOff] as const;
