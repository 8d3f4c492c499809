import {perSaveOften} from '../../source/rules/save-often.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const nowSeconds = factsOf({}).nowMs / 1000;

/** A server whose last save took `took` seconds and ended `ago` seconds ago. */
const saving = (
	save: string,
	took: number,
	ago: number,
	fields: Readonly<Record<string, number>> = {},
): FactsParts => ({
	config: {save},
	info: {
		persistence: {
			rdb_last_save_time: nowSeconds - ago,
			rdb_last_bgsave_time_sec: took,
			rdb_bgsave_in_progress: 0,
			rdb_saves: 40,
			...fields,
		},
	},
});

testRule(perSaveOften, [
	[
		'each second, and a save takes three',
		saving('1 1', 3, 2),
		'warning',
		/^saves all its data again and again: save 1 1, the last save took 3s and ended 2s ago$/,
	],
	[
		'before Redis 7.0, which does not count saves',
		{...saving('1 1', 3, 2), info: {persistence: {rdb_last_save_time: nowSeconds - 2, rdb_last_bgsave_time_sec: 3}}},
		'warning',
	],
	['every ten seconds, and a save takes three', saving('3600 1 10 5', 3, 2), 'info'],
	['a save is running', saving('1 1', 3, 60, {rdb_bgsave_in_progress: 1}), 'warning'],
	['nothing was written for a minute', saving('1 1', 3, 60), 'clear'],
	['a small data set', saving('1 1', 0, 2), 'clear'],
	['the default', saving('3600 1 300 100 60 10000', 30, 2), 'clear'],
	['saving is off', saving('', 3, 2), 'clear'],
	['the first save', saving('1 1', 3, 2, {rdb_saves: 1}), 'clear'],
	['settings not answered yet', {info: saving('1 1', 3, 2).info ?? {}}, 'pending'],
]);
