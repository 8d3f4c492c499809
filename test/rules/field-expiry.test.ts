import {keySubexpire} from '../../source/rules/field-expiry.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

/** Readings every ten seconds with these rates, the last one now. */
function expiring(field: string, rates: readonly number[], stale?: number): FactsParts {
	let total = 1000;
	const past: Sections[] = [{stats: {[field]: total}}];
	for (const rate of rates) {
		total += rate * 10;
		past.push({stats: {[field]: total}});
	}

	return {
		info: {
			stats: {
				[field]: total,
				...(stale === undefined ? {} : {expired_keys_with_volatile_items_stale_perc: stale}),
			},
		},
		past,
	};
}

const usual = Array.from({length: 10}, () => 50);

testRule(keySubexpire, [
	[
		'twenty times the usual',
		expiring('expired_subkeys', [...usual, 2000]),
		'info',
		/^expires many hash fields at once, 2\.00k\/s, usually 50\/s$/,
	],
	['Valkey counts by another name', expiring('expired_fields', [...usual, 2000]), 'info'],
	['as ever', expiring('expired_fields', [...usual, 60]), 'clear'],
	['much, as ever', expiring('expired_fields', [...usual.map(() => 3000), 3000]), 'clear'],
	['more than usual, and few', expiring('expired_fields', [...usual, 900]), 'clear'],
	[
		'overdue',
		expiring('expired_fields', [...usual, 60], 25.5),
		'info',
		/^is behind with the expiry of hash fields, 2[56] ?% of the hashes/,
	],
	['just started to look', expiring('expired_fields', [50, 50]), 'pending'],
	['not counted', {info: {stats: {}}}, 'absent', /Redis 7\.4/],
]);
