import {savePoints} from '../derive/save-points.js';
import {count, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {infoNumber, setting} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

/** Seconds after the last save within which the next one is expected to begin, beside the period of the save point. */
const slackSeconds = 10;

export const perSaveOften = rule({
	id: 'per.save_often',
	scope: 'node',
	docs: {
		looksAt:
			'The server saves its whole data set again and again: a save point of a few seconds (`save`), and the last save ended a moment ago, by `rdb_last_save_time` and `rdb_last_bgsave_time_sec`. The finding is a warning where a save takes longer than the pause that the save point leaves, else info.',
		since: '2.6',
		falsePositives: [
			'A small data set is saved within a second. The rule is clear then.',
			'The save points of the default configuration leave a minute and more.',
		],
	},
	thresholds: {
		period: {value: 15, unit: 'seconds', source: 'the shortest save point of the default configuration has 60'},
		took: {value: 1, unit: 'seconds', source: 'a shorter save is a small data set'},
	},
	needs: {
		points: setting('save'),
		savedAt: infoNumber('persistence', 'rdb_last_save_time'),
		took: infoNumber('persistence', 'rdb_last_bgsave_time_sec'),
	},
	evaluate({points, savedAt, took}, facts, limits) {
		const shortest = savePoints(points).toSorted((one, other) => one.seconds - other.seconds)[0];
		const nowSeconds = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1_000_000;
		const sinceSeconds = Math.max(0, nowSeconds - savedAt);
		const saves = facts.number('persistence', 'rdb_saves');
		const isNow = facts.number('persistence', 'rdb_bgsave_in_progress') === 1 || sinceSeconds <= slackSeconds;
		if (
			shortest === undefined ||
			shortest.seconds > limits.period ||
			took < limits.took ||
			!isNow ||
			(saves ?? 2) < 2
		) {
			return clear;
		}

		const isMostly = took >= shortest.seconds;
		return fires(isMostly ? 'warning' : 'info', {
			problem: `saves all its data again and again: save ${shortest.seconds} ${shortest.changes}`,
			detail: `the last save took ${seconds(took)} and ended ${seconds(Math.round(sinceSeconds))} ago`,
			effect: isMostly ? 'slow' : undefined,
			evidence: [
				{name: 'save', value: points},
				...infoEvidence(
					facts,
					['persistence', 'rdb_last_bgsave_time_sec', 'seconds'],
					['persistence', 'rdb_saves', 'count'],
				),
				...(saves === undefined ? [] : [{name: 'saves since its start', value: count(saves)}]),
			],
			meaning:
				'Each save forks the server, copies the pages that are written meanwhile, and writes the whole data set to the disk.',
			next: [
				redisCli(facts, 'CONFIG SET save "3600 1 300 100 60 10000"'),
				hint('this is the default; where each write must be kept, use the append-only file: appendonly yes'),
				redisCli(facts, 'CONFIG REWRITE'),
			],
		});
	},
});

export const saveOftenRules = [perSaveOften] as const;
