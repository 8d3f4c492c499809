import {latSlowRate} from '../../source/rules/slow-commands.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

// The fields are made up after the documentation of Redis 8.8.
const slow = (count: number, ms: number): FactsParts => ({
	info: {stats: {slowlog_commands_count: 100 + count, slowlog_commands_time_ms_sum: 9000 + ms}},
	earlier: {stats: {slowlog_commands_count: 100, slowlog_commands_time_ms_sum: 9000}},
	config: {'slowlog-log-slower-than': '10000'},
});

testRule(latSlowRate, [
	['a few', slow(2, 30), 'clear'],
	['many', slow(15, 60), 'warning', /^runs many slow commands, 15\/s, 6\.0% of its time$/],
	['few that take long', slow(2, 400), 'warning', /40 ?% of its time/],
	['another threshold', {...slow(15, 60), thresholds: {'lat.slow_rate.rate': 20}}, 'clear'],
	['the first sample', {info: {stats: {slowlog_commands_count: 5, slowlog_commands_time_ms_sum: 5}}}, 'pending'],
	['a version that does not count', {info: {stats: {}}, earlier: {}}, 'absent'],
]);
