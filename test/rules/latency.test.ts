import assert from 'node:assert/strict';
import test from 'node:test';
import {MeanTracks} from '../../source/derive/mean-tracks.js';
import type {LatencyEvent} from '../../source/domain/latency-event.js';
import type {Failure} from '../../source/domain/sample.js';
import type {LargeLog} from '../../source/domain/slowlog.js';
import {netBigReply} from '../../source/rules/client-buffers.js';
import {cpuSteal, ioThreads} from '../../source/rules/cpu-network.js';
import {modSearch} from '../../source/rules/errors-modules.js';
import {latEvent, latMeanRegress} from '../../source/rules/latency.js';
import {fnEngine} from '../../source/rules/server-busy.js';
import {infoOf} from '../harness/records.js';
import {emptyKernel, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';
import {sampleOf} from '../harness/samples.js';

const {nowMs} = factsOf({});
const timed = <T>(value: T) => ({atMs: nowMs, value});

/** A command's steps of ten seconds: how many calls, and how long each took, microseconds. */
function means(...steps: ReadonlyArray<readonly [calls: number, microseconds: number]>): MeanTracks {
	const tracks = new MeanTracks();
	let [calls, usec] = [0, 0];
	const note = (index: number) =>
		tracks.note(
			sampleOf({server: {run_id: 'a'}, commandstats: {cmdstat_get: `calls=${calls},usec=${usec}`}}, index * 10_000),
		);
	note(0);
	for (const [index, [more, microseconds]] of steps.entries()) {
		calls += more;
		usec += more * microseconds;
		note(index + 1);
	}

	return tracks;
}

const usual = Array.from({length: 10}, () => [1000, 40] as const);
const regress = (...steps: ReadonlyArray<readonly [number, number]>): FactsParts => ({watch: {means: means(...steps)}});

testRule(latMeanRegress, [
	['as ever', regress(...usual, [1000, 45], [1000, 42]), 'clear'],
	[
		'six times as long',
		regress(...usual, [1000, 240], [1000, 250]),
		'warning',
		/^GET takes 6 times as long as usual: 240/,
	],
	['four times', regress(...usual, [1000, 160], [1000, 170]), 'clear'],
	[
		'four times, and a threshold of three',
		{...regress(...usual, [1000, 160], [1000, 170]), thresholds: {'lat.mean_regress.ratio': 3}},
		'warning',
	],
	['once', regress(...usual, [1000, 900], [1000, 40]), 'clear'],
	['a step of few calls in between', regress(...usual, [1000, 240], [5, 10], [1000, 250]), 'warning'],
	[
		'much longer than next to nothing',
		regress(...usual.map(([calls]) => [calls, 2] as const), [1000, 20], [1000, 20]),
		'clear',
	],
	['not known for a minute yet', regress(...usual.slice(0, 5), [1000, 400], [1000, 400]), 'pending'],
	['hardly ever called', regress(...usual.map(([, us]) => [50, us] as const), [50, 400], [50, 400]), 'pending'],
	['no commandstats', {}, 'pending'],
]);

test('means start afresh with another process, after RESETSTAT and after a gap', () => {
	const tracks = new MeanTracks();
	const note = (runId: string, seconds: number, calls: number, usec: number) =>
		tracks.note(
			sampleOf({server: {run_id: runId}, commandstats: {cmdstat_get: `calls=${calls},usec=${usec}`}}, seconds * 1000),
		);
	const steps = () => tracks.means.get('get')?.map(({meanMicroseconds}) => meanMicroseconds);
	note('a', 0, 0, 0);
	note('a', 5, 10, 10);
	note('a', 10, 100, 200);
	assert.deepEqual(steps(), [2]);
	note('a', 20, 10, 10);
	assert.deepEqual(steps(), [2]);
	note('a', 60, 900, 90_000);
	assert.deepEqual(steps(), [2]);
	note('a', 70, 1000, 90_300);
	assert.deepEqual(steps(), [2, 3]);
	note('b', 80, 5, 5);
	assert.equal(steps(), undefined);
});

const event = (secondsAgo: number, latestMs: number, name = 'command'): LatencyEvent => ({
	event: name,
	atMs: nowMs - secondsAgo * 1000,
	latestMs,
	longestMs: latestMs,
});
const monitored = (...events: readonly LatencyEvent[]): FactsParts => ({
	config: {'latency-monitor-threshold': '100'},
	record: {latencyEvents: timed(events)},
});

testRule(latEvent, [
	['nothing noted', monitored(), 'clear'],
	['just now', monitored(event(3, 240, 'fork')), 'warning', /^stood still for 240 ?ms, 3(?:\.0)? ?s ago: fork$/],
	['the longest of several', monitored(event(5, 120), event(9, 800, 'aof-write')), 'warning', /aof-write$/],
	['long ago', monitored(event(90, 2400)), 'clear'],
	['short', monitored(event(3, 20)), 'clear'],
	['the monitor is off: another rule says so', {config: {'latency-monitor-threshold': '0'}}, 'clear'],
	['settings unread', {}, 'pending'],
	['not asked yet', {config: {'latency-monitor-threshold': '100'}}, 'pending'],
	[
		'not allowed to ask',
		{
			config: {'latency-monitor-threshold': '100'},
			record: {blind: [{command: 'LATENCY LATEST', kind: 'denied', why: 'NOPERM', grant: '+latency|latest'}]},
		},
		'denied',
	],
]);

const kernel = (total: number, stolen: number) => ({...emptyKernel, processorTime: {total, stolen}});
const stolen = (before: readonly [number, number] | undefined, after: readonly [number, number]): FactsParts => {
	const {host} = factsOf({host: {kernel: kernel(...(before ?? [0, 0]))}}).record;
	return {host: {kernel: kernel(...after)}, record: before === undefined ? {} : {hostBefore: host}};
};

testRule(cpuSteal, [
	['none', stolen([1000, 10], [3000, 10]), 'clear'],
	['a tenth', stolen([1000, 10], [3000, 210]), 'warning', /^the host takes 10% /],
	['a tenth since the start, none lately', stolen([1000, 100], [3000, 110]), 'clear'],
	['one look', stolen(undefined, [3000, 2000]), 'pending'],
	['counted anew', stolen([3000, 2000], [10, 1]), 'pending'],
	['not shown', {host: {}}, 'absent'],
	['never looked', {}, 'unseen'],
]);

const threads = (clients: readonly number[], uptime = 60, io = 10): FactsParts => ({
	config: {'io-threads': '4'},
	info: {
		server: {uptime_in_seconds: uptime},
		stats: {io_threaded_reads_processed: io, io_threaded_writes_processed: 0},
		threads: Object.fromEntries(
			clients.map((count, index) => [`io_thread_${index}`, `clients=${count},reads=1,writes=1`]),
		),
	},
});

testRule(ioThreads, [
	['one thread', {...threads([]), config: {'io-threads': '1'}}, 'clear'],
	['used', threads([], 100_000, 5), 'clear'],
	['unused so far', threads([], 3600, 0), 'clear'],
	['unused for a day', threads([], 100_000, 0), 'info', /^has 4 I\/O threads and never needed them$/],
	['unused for a day, strictly', {...threads([], 100_000, 0), settings: {isStrict: true}}, 'warning'],
	['spread evenly', threads([0, 40, 41, 39]), 'clear'],
	['one has nearly all', threads([0, 90, 5, 5]), 'info', /from 5 to 90 clients/],
	['few clients', threads([0, 6, 0, 0]), 'clear'],
	['before 6.0', {...threads([]), info: {server: {uptime_in_seconds: 5}}}, 'absent'],
	['settings unread', {info: threads([]).info ?? {}}, 'pending'],
]);

const indexed = (fields: Record<string, number>) => infoOf({search_errors: fields});
const searching = (now: Record<string, number>, before?: Record<string, number>): FactsParts => ({
	config: {},
	record: {
		modules: timed([{name: 'search', version: 21_005}]),
		moduleInfo: timed({now: indexed(now), before: before && indexed(before)}),
	},
});
const failures = 'search_errors_indexing_failures';

testRule(modSearch, [
	['no module', {record: {modules: timed([{name: 'ReJSON', version: 1}])}}, 'clear'],
	['as many as before', searching({[failures]: 3}, {[failures]: 3}), 'clear'],
	['more than before', searching({[failures]: 8}, {[failures]: 3}), 'warning', /^5 documents could not be indexed/],
	['the first reading tells nothing of now', searching({[failures]: 8}), 'clear'],
	['counted anew', searching({[failures]: 1}, {[failures]: 3}), 'clear'],
	[
		'out of memory',
		searching({[failures]: 0, search_OOM_indexing_failures_indexes_count: 1}),
		'warning',
		/^1 search indexes gave up/,
	],
	['a version that does not count them', searching({}), 'absent'],
	['not asked yet', {config: {}, record: {modules: timed([{name: 'search', version: 1}])}}, 'pending'],
	['modules unknown', {}, 'pending'],
	[
		'a user of few rights',
		{record: {blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'}]}},
		'denied',
		/^MODULE LIST is asked only of users who may CONFIG GET/,
	],
]);

const busy = (running: Failure['running'], kill = 'FUNCTION KILL'): FactsParts => ({
	record: {
		failure: {layer: 'server', code: 'BUSY', text: `runs a function: only ${kill} helps`, state: 'busy', running},
	},
});

testRule(fnEngine, [
	[
		'for long',
		busy({name: 'endless', durationMs: 12_400}),
		'critical',
		/^the function endless has been running for 12(?:\.4)? ?s$/,
	],
	['not for long yet', busy({name: 'endless', durationMs: 900}), 'clear'],
	['a script', busy(undefined, 'SCRIPT KILL'), 'clear'],
	['a function that it does not tell of', busy(undefined), 'pending'],
	['answering', {info: {server: {redis_version: '7.0.0'}}}, 'clear'],
]);

const entry = (log: LargeLog, secondsAgo: number, bytes: number, clientName = 'app') => ({
	log,
	bytes,
	id: bytes,
	atMs: nowMs - secondsAgo * 1000,
	arguments: ['HGETALL', 'key'],
	clientAddress: '10.0.0.9:1',
	clientName,
});
const logged = (...entries: ReadonlyArray<ReturnType<typeof entry>>): FactsParts => ({
	info: {stats: {total_net_output_bytes: 10, total_commands_processed: 1}},
	earlier: {stats: {total_net_output_bytes: 0, total_commands_processed: 0}},
	record: {largeReplies: timed({entries, lost: 0, perMinute: entries.length})},
});

testRule(netBigReply, [
	['COMMANDLOG is empty', logged(), 'clear'],
	[
		'a large one',
		logged(entry('large-reply', 5, 3 << 20)),
		'info',
		/^1 large request or reply in the last minute, up to 3\.0+M$/,
	],
	['one long ago', logged(entry('large-reply', 90, 3 << 20)), 'clear'],
	['our own', logged(entry('large-reply', 5, 3 << 20, 'redis-top')), 'clear'],
	[
		'many',
		logged(...Array.from({length: 11}, (_, index) => entry('large-reply', index, 2 << 20))),
		'warning',
		/^11 large/,
	],
]);
