import {cfgLat, latMonOff, latSlowlogNew, latSlowlogOff} from '../../source/rules/observability.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const slowlog = (perMinute: number): FactsParts => ({
	record: {slowlog: {atMs: 0, value: {entries: [], lost: 0, perMinute}}},
});

testRule(latSlowlogNew, [
	['ten a minute', slowlog(10), 'clear'],
	['eleven a minute', slowlog(11), 'warning', /^ran 11 slow commands/],
	['every command is logged', {...slowlog(500), config: {'slowlog-log-slower-than': '0'}}, 'clear'],
	['SLOWLOG GET not answered yet', {}, 'pending'],
]);

const setting = (name: string, value: string): FactsParts => ({config: {[name]: value}});

testRule(latSlowlogOff, [
	['the default', setting('slowlog-log-slower-than', '10000'), 'clear'],
	[
		'off',
		setting('slowlog-log-slower-than', '-1'),
		'info',
		/^records no slow commands: slowlog-log-slower-than is -1$/,
	],
	['every command', setting('slowlog-log-slower-than', '0'), 'info', /^records every command as slow/],
	[
		'only commands over a second',
		setting('slowlog-log-slower-than', '1000001'),
		'info',
		/^records no slow commands under a second/,
	],
	['settings not answered yet', {}, 'pending'],
]);

testRule(latMonOff, [
	['on', setting('latency-monitor-threshold', '100'), 'clear'],
	['off', setting('latency-monitor-threshold', '0'), 'info', /^records no latency events/],
	['settings not answered yet', {}, 'pending'],
]);

testRule(cfgLat, [
	['on', {config: {'latency-tracking': 'yes'}}, 'clear'],
	['off', {config: {'latency-tracking': 'no'}}, 'info', /^has no latency percentiles/],
	['before Redis 7.0', {config: {}}, 'absent'],
]);
