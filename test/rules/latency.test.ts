import assert from 'node:assert/strict';
import test from 'node:test';
import {MeanTracks} from '../../source/derive/mean-tracks.js';
import type {LatencyEvent} from '../../source/domain/latency-event.js';
import {messageText} from '../../source/domain/message.js';
import {latEvent, latEventloop, latMeanRegress, latP99} from '../../source/rules/latency.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';
import {sampleOf} from '../harness/samples.js';

const {nowMs} = factsOf({});

const timed = <T>(value: T) => ({atMs: nowMs, value});

const percentile = (p99: number | undefined, command = 'get'): FactsParts => ({
	record: {
		latency: {
			atMs: 0,
			value: {
				histograms: new Map(),
				elapsedMs: 0,
				runId: undefined,
				bounds: new Map([[command, {overMs: 1000, calls: 500, p50: 1, p99, p999: p99, max: p99}]]),
			},
		},
	},
});

/** The same where clients with these names sent the command last. */
const sentBy = (parts: FactsParts, ...names: readonly string[]): FactsParts => {
	const [command = 'get'] = parts.record?.latency?.value.bounds?.keys() ?? [];
	return {
		...parts,
		record: {...parts.record, clients: timed(names.map((name, id) => clientOf({id, name, command})))},
	};
};

testRule(latP99, [
	['a fast command', percentile(132), 'clear'],
	['the whole bucket is below the threshold', percentile(8454), 'clear'],
	[
		'the threshold lies within the bucket',
		percentile(16_908),
		'info',
		/^GET takes 8\.\d+ ?ms to 1\d(?:\.\d)? ?ms .*don't tell which side of 10(?:\.0)? ?ms it is$/,
	],
	[
		'the whole bucket is over the threshold',
		percentile(33_816),
		'warning',
		/^GET takes 1\d(?:\.\d)? ?ms to 3\d(?:\.\d)? ?ms \(99th percentile\)$/,
	],
	['the bucket begins at the threshold', {...percentile(16_908), thresholds: {'lat.p99.warning': 8.454}}, 'warning'],
	['the critical threshold lies within the bucket', percentile(135_266), 'warning'],
	[
		'a command that one client sends',
		sentBy(percentile(33_816, 'eval'), 'limiter', 'limiter'),
		'warning',
		/^EVAL from limiter takes 1\d(?:\.\d)? ?ms to 3/,
	],
	[
		'a command that several clients send',
		sentBy(percentile(33_816, 'eval'), 'limiter', 'web'),
		'warning',
		/^EVAL takes /,
	],
	['the whole bucket is over the critical threshold', percentile(270_532), 'critical'],
	['another threshold of the target', {...percentile(16_908), thresholds: {'lat.p99.warning': 5}}, 'warning'],
	['too few calls', percentile(undefined), 'clear'],
	['no two histograms yet', {}, 'pending'],
	['a version without LATENCY HISTOGRAM', {info: {server: {redis_version: '6.2.16'}}}, 'absent', /Redis 7\.0 has it/],
]);

test('the steps of a slow command without keys do not look for keys', () => {
	const stepsOf = (command: string) =>
		firingOf(latP99, percentile(270_532, command))
			.next.map(({text}) => messageText(text))
			.join('\n');
	assert.match(stepsOf('script|flush'), /^send SCRIPT FLUSH ASYNC in its place/m);
	assert.match(stepsOf('config|set'), /^see its words, and who sent it: panel 6$/m);
	assert.doesNotMatch(stepsOf('script|flush') + stepsOf('config|set'), /which keys/);
	assert.match(stepsOf('get'), /which keys/);
	assert.match(stepsOf('lrange'), /^ask for fewer entries at once: /m);
});

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
	['as long as usual', regress(...usual, [1000, 45], [1000, 42]), 'clear'],
	[
		'six times as long',
		regress(...usual, [1000, 240], [1000, 250]),
		'warning',
		/^GET takes 6 times as long as usual, 24\d.* instead of 40.* on average$/,
	],
	[
		'six times as long, from one client',
		sentBy(regress(...usual, [1000, 240], [1000, 250]), 'web', 'web'),
		'warning',
		/^GET from web takes 6 times as long as usual, /,
	],
	['four times', regress(...usual, [1000, 160], [1000, 170]), 'clear'],
	[
		'four times, with a threshold of three',
		{...regress(...usual, [1000, 160], [1000, 170]), thresholds: {'lat.mean_regress.ratio': 3}},
		'warning',
	],
	['slow for one step only', regress(...usual, [1000, 900], [1000, 40]), 'clear'],
	['slow, with a step of few calls between', regress(...usual, [1000, 240], [5, 10], [1000, 250]), 'warning'],
	[
		'ten times as long, but under a tenth of a millisecond',
		regress(...usual.map(([calls]) => [calls, 2] as const), [1000, 20], [1000, 20]),
		'clear',
	],
	['no usual run time is known yet', regress(...usual.slice(0, 5), [1000, 400], [1000, 400]), 'pending'],
	['too few calls', regress(...usual.map(([, us]) => [50, us] as const), [50, 400], [50, 400]), 'pending'],
	['no commandstats', {}, 'pending'],
]);

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
	['no events', monitored(), 'clear'],
	[
		'an event three seconds ago',
		monitored(event(3, 240, 'fork')),
		'warning',
		/^stood still for 240 ?ms, 3(?:\.0)? ?s ago: fork$/,
	],
	['the longest of several events', monitored(event(5, 120), event(9, 800, 'aof-write')), 'warning', /aof-write$/],
	['an event 90 seconds ago', monitored(event(90, 2400)), 'clear'],
	['a short event', monitored(event(3, 20)), 'clear'],
	['the latency monitor is off, which lat.mon_off reports', {config: {'latency-monitor-threshold': '0'}}, 'clear'],
	['settings unread', {}, 'pending'],
	['LATENCY LATEST not answered yet', {config: {'latency-monitor-threshold': '100'}}, 'pending'],
	[
		'LATENCY LATEST denied',
		{
			config: {'latency-monitor-threshold': '100'},
			record: {blind: [{command: 'LATENCY LATEST', kind: 'denied', why: 'NOPERM', grant: '+latency|latest'}]},
		},
		'denied',
	],
]);

/** Counters that were 0 a second ago. */
const grown = (section: string, fields: Sections[string], rest: Sections = {}): FactsParts => ({
	info: {...rest, [section]: fields},
	earlier: {[section]: Object.fromEntries(Object.keys(fields).map(name => [name, 0]))},
});

testRule(latEventloop, [
	['short cycles', grown('stats', {eventloop_duration_sum: 100_000, eventloop_cycles: 100}), 'clear'],
	[
		'long cycles',
		grown('stats', {eventloop_duration_sum: 600_000, eventloop_cycles: 100}),
		'warning',
		/6\.0 ?ms|6\.00 ?ms/,
	],
	[
		'a few long cycles of an idle server',
		grown('stats', {eventloop_duration_sum: 80_000, eventloop_cycles: 10}),
		'clear',
	],
	['before Redis 7.2', {}, 'absent'],
]);

test('a latency finding names the command that causes it', () => {
	for (const [rule, parts, name] of [
		[latP99, percentile(33_816), 'GET'],
		[latMeanRegress, regress(...usual, [1000, 240], [1000, 250]), 'GET'],
	] as const) {
		const evaluation = rule.evaluate(factsOf(parts), 0);
		assert.equal(evaluation.kind, 'fires');
		assert.equal(evaluation.effect, 'slow');
		assert.deepEqual(evaluation.culprit, {command: name});
	}
});
