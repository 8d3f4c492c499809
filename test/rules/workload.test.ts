import type {CommandRate} from '../../source/derive/command-rates.js';
import {netBigReply} from '../../source/rules/client-buffers.js';
import {cpuMain, netBw} from '../../source/rules/cpu-network.js';
import {errFailed, errRate, errUnexpected, modFork} from '../../source/rules/errors-modules.js';
import {keyExpireLag, keyMiss, keyNoexpire} from '../../source/rules/keyspace.js';
import {latEventloop, latOnCmds, latP99} from '../../source/rules/latency.js';
import {latMonOff, latSlowlogNew, latSlowlogOff} from '../../source/rules/observability.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

/** Stats that all stood at 0 a second ago. */
const grown = (section: string, fields: Sections[string], rest: Sections = {}): FactsParts => ({
	info: {...rest, [section]: fields},
	earlier: {[section]: Object.fromEntries(Object.keys(fields).map(name => [name, 0]))},
});

const percentile = (p99: number | undefined): FactsParts => ({
	record: {
		latency: {
			atMs: 0,
			value: {
				histograms: new Map(),
				elapsedMs: 0,
				runId: undefined,
				bounds: new Map([['get', {overMs: 1000, calls: 500, p50: 1, p99, p999: p99, max: p99}]]),
			},
		},
	},
});

testRule(latP99, [
	['fast', percentile(132), 'clear'],
	['on the safe side of the threshold', percentile(8454), 'clear'],
	[
		'the threshold lies in the bucket: nobody knows',
		percentile(16_908),
		'info',
		/^GET takes 8\.\d+ ?ms to 1\d(?:\.\d)? ?ms .*don't tell which side of 10(?:\.0)? ?ms$/,
	],
	[
		'slow for certain',
		percentile(33_816),
		'warning',
		/^GET takes 1\d(?:\.\d)? ?ms to 3\d(?:\.\d)? ?ms \(99th percentile\)$/,
	],
	['the bucket begins at the threshold', {...percentile(16_908), thresholds: {'lat.p99.warning': 8.454}}, 'warning'],
	['perhaps critical is a warning', percentile(135_266), 'warning'],
	['very slow', percentile(270_532), 'critical'],
	['another threshold', {...percentile(16_908), thresholds: {'lat.p99.warning': 5}}, 'warning'],
	['too few calls', percentile(undefined), 'clear'],
	['no two histograms yet', {}, 'pending'],
]);

const slowlog = (perMinute: number): FactsParts => ({
	record: {slowlog: {atMs: 0, value: {entries: [], lost: 0, perMinute}}},
});

testRule(latSlowlogNew, [
	['ten', slowlog(10), 'clear'],
	['eleven', slowlog(11), 'warning', /^11 slow commands/],
	['everything is logged', {...slowlog(500), config: {'slowlog-log-slower-than': '0'}}, 'clear'],
	['not read', {}, 'pending'],
]);

const setting = (name: string, value: string): FactsParts => ({config: {[name]: value}});

testRule(latSlowlogOff, [
	['the default', setting('slowlog-log-slower-than', '10000'), 'clear'],
	['off', setting('slowlog-log-slower-than', '-1'), 'info', /is off$/],
	['everything', setting('slowlog-log-slower-than', '0'), 'info', /every command$/],
	['over a second', setting('slowlog-log-slower-than', '1000001'), 'info', /misses/],
	['not told', {}, 'pending'],
]);

testRule(latMonOff, [
	['on', setting('latency-monitor-threshold', '100'), 'clear'],
	['off', setting('latency-monitor-threshold', '0'), 'info'],
	['not told', {}, 'pending'],
]);

const command = (parts: Partial<CommandRate> & {readonly command: string}): FactsParts => ({
	record: {
		commands: [
			{calls: 100, callsPerSecond: 0, meanMicroseconds: undefined, timeShare: 0.5, failuresPerSecond: 0, ...parts},
		],
	},
});

testRule(latOnCmds, [
	['KEYS, once long ago', command({command: 'keys'}), 'clear'],
	['KEYS now', command({command: 'keys', callsPerSecond: 1, meanMicroseconds: 40}), 'warning', /^KEYS runs/],
	['HGETALL of small hashes', command({command: 'hgetall', callsPerSecond: 900, meanMicroseconds: 8}), 'clear'],
	['HGETALL of large ones', command({command: 'hgetall', callsPerSecond: 9, meanMicroseconds: 1100}), 'warning'],
	['no command statistics', {}, 'pending'],
]);

testRule(latEventloop, [
	['short turns', grown('stats', {eventloop_duration_sum: 100_000, eventloop_cycles: 100}), 'clear'],
	[
		'long turns',
		grown('stats', {eventloop_duration_sum: 600_000, eventloop_cycles: 100}),
		'warning',
		/6\.0 ?ms|6\.00 ?ms/,
	],
	[
		'a few long turns of an idle server',
		grown('stats', {eventloop_duration_sum: 80_000, eventloop_cycles: 10}),
		'clear',
	],
	['7.0 does not tell', {}, 'absent'],
]);

const processor = (main: number, fields: Sections[string] = {}) =>
	grown('cpu', {
		used_cpu_user: main,
		used_cpu_sys: 0,
		used_cpu_user_main_thread: main,
		used_cpu_sys_main_thread: 0,
		...fields,
	});

testRule(cpuMain, [
	['idle', processor(0.1), 'clear'],
	['busy', processor(0.8), 'warning', /80% busy/],
	['saturated', processor(0.95), 'critical'],
	['waits busily for its I/O threads', processor(1, {used_active_time_main_thread: 0.2}), 'clear'],
	['before 6.2, the process', grown('cpu', {used_cpu_user: 0.7, used_cpu_sys: 0.25}), 'critical'],
	['not told', {}, 'absent'],
]);

const replies = (bytes: number, commands: number, rest: Sections[string] = {}) =>
	grown('stats', {total_net_output_bytes: bytes, total_commands_processed: commands, ...rest});

testRule(netBigReply, [
	['small', replies(100_000, 100), 'clear'],
	['large', replies(10_000_000, 100), 'warning', /on average$/],
	['large, and two of them', replies(10_000_000, 2), 'clear'],
	['what replicas are sent is none', replies(10_000_000, 100, {total_net_repl_output_bytes: 9_900_000}), 'clear'],
	['not told', {}, 'absent'],
]);

testRule(keyMiss, [
	['most are hits', grown('stats', {keyspace_hits: 900, keyspace_misses: 100}), 'clear'],
	['most are misses', grown('stats', {keyspace_hits: 100, keyspace_misses: 900}), 'info', /^10% of 1\.0+K\/s|^10% of/],
	['hardly any lookups', grown('stats', {keyspace_hits: 0, keyspace_misses: 9}), 'clear'],
	['the first sample', {info: {stats: {keyspace_hits: 1, keyspace_misses: 900}}}, 'pending'],
]);

testRule(keyExpireLag, [
	['little', {info: {stats: {expired_stale_perc: '4.20'}}}, 'clear'],
	['where active expiry leaves it', {info: {stats: {expired_stale_perc: '11.00'}}}, 'clear'],
	['much', {info: {stats: {expired_stale_perc: '26.00'}}}, 'warning', /^26% of/],
	['before 4.0', {}, 'absent'],
]);

const errors = (counts: Readonly<Record<string, number>>, commands: number): FactsParts => {
	const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
	const stats = (factor: number) =>
		Object.fromEntries(Object.entries(counts).map(([code, count]) => [`errorstat_${code}`, `count=${count * factor}`]));
	return {
		info: {stats: {total_error_replies: total, total_commands_processed: commands}, errorstats: stats(1)},
		earlier: {stats: {total_error_replies: 0, total_commands_processed: 0}, errorstats: stats(0)},
	};
};

testRule(errRate, [
	['few', errors({WRONGTYPE: 9}, 1000), 'clear'],
	[
		'many',
		errors({WRONGTYPE: 90, ERR: 10}, 1000),
		'warning',
		/^10% of the commands end in an error, most of them WRONGTYPE$/,
	],
	['redirections', errors({MOVED: 900}, 1000), 'clear'],
	['our own denials', errors({NOPERM: 100}, 1000), 'clear'],
	['somebody at a prompt', errors({ERR: 2}, 4), 'clear'],
	['before 6.2', {}, 'absent'],
]);

testRule(errFailed, [
	['none', command({command: 'get', callsPerSecond: 100}), 'clear'],
	['many', command({command: 'incr', callsPerSecond: 100, failuresPerSecond: 60}), 'warning', /^INCR fails 60\/s/],
	['rejected before they ran', command({command: 'set', callsPerSecond: 0, failuresPerSecond: 60}), 'warning'],
	['few of many', command({command: 'incr', callsPerSecond: 1000, failuresPerSecond: 20}), 'clear'],
	['no command statistics', {}, 'pending'],
]);

testRule(errUnexpected, [
	['none', grown('stats', {unexpected_error_replies: 0}), 'clear'],
	['one', grown('stats', {unexpected_error_replies: 1}), 'critical'],
	['before 6.0', {}, 'absent'],
]);

testRule(modFork, [
	['none', {info: {persistence: {module_fork_in_progress: 0}}}, 'clear'],
	['one', {info: {persistence: {module_fork_in_progress: 1}}}, 'info'],
	['before 6.0', {}, 'absent'],
]);

const cache = (keys: number, expires: number): FactsParts => ({
	settings: {isCache: true},
	info: {keyspace: {db0: `keys=${keys},expires=${expires},avg_ttl=0`}},
});

testRule(keyNoexpire, [
	['few of a cache expire', cache(10_000, 50), 'info', /^0\.5% of the cache's 10\.0k keys/],
	['many do', cache(10_000, 9000), 'clear'],
	['hardly any keys', cache(10, 0), 'clear'],
	['an empty one', {settings: {isCache: true}, info: {keyspace: {}}}, 'clear'],
	['no cache', {...cache(10_000, 50), settings: {}}, 'clear'],
]);

const sentBytes = (bytes: number, limit: number): FactsParts => ({
	...grown('stats', {total_net_output_bytes: bytes, total_net_input_bytes: 1000}),
	thresholds: {'net.bw.limit': limit},
});

testRule(netBw, [
	['no limit is known', sentBytes(900, 0), 'clear'],
	['room', sentBytes(700_000, 1_000_000), 'clear'],
	['nearly full', sentBytes(900_000, 1_000_000), 'warning', /^sends .*, 90% of/],
	['one sample', {info: {stats: {total_net_output_bytes: 5}}, thresholds: {'net.bw.limit': 10}}, 'pending'],
]);
