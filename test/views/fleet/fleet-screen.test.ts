import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {usualKeyboard} from '../../../source/keys/keyboard.js';
import type {FleetInstance} from '../../../source/prometheus/fleet/fleet-instance.js';
import {lineWidth} from '../../../source/text/fit.js';
import {asciiGlyphs, unicodeGlyphs} from '../../../source/text/glyphs.js';
import {plainText} from '../../../source/text/line.js';
import {fleetRows, groupings} from '../../../source/views/fleet/fleet-rows.js';
import {type FleetScreenInput, fleetLines} from '../../../source/views/fleet/fleet-screen.js';
import {newFleetView} from '../../../source/views/fleet/fleet-view.js';
import {fleetStateOf, instanceOf} from '../../harness/fleet.js';

const full = {rule: 'mem.max', severity: 'critical', text: 'memory at 96% of maxmemory, noeviction'} as const;
const behind = {rule: 'rep.lag_bytes', severity: 'warning', text: 'a replica is 12s of writes behind'} as const;

const fleet: readonly FleetInstance[] = [
	instanceOf('10.0.1.12', {deployment: '10.0.1.11:6379', role: 'replica', usedBytes: 3 * 1024 ** 3}),
	instanceOf('10.0.2.11', {labels: {env: 'test', instance: 'x', job: 'redis'}, version: '8.0.0'}),
	instanceOf('10.0.1.11', {conditions: [behind], delaySeconds: 12, deployment: '10.0.1.11:6379'}),
	instanceOf('10.0.3.11', {usedBytes: 0.96 * 4 * 1024 ** 3, conditions: [full], alerts: ['RedisMemoryHigh']}),
	instanceOf('10.0.4.11', {
		state: 'down',
		usedBytes: undefined,
		operationsPerSecond: undefined,
		conditions: [{rule: 'conn.unreachable', severity: 'critical', text: 'does not answer redis_exporter'}],
	}),
];

const input = (parts: Partial<FleetScreenInput> = {}): FleetScreenInput => ({
	state: fleetStateOf(fleet),
	view: newFleetView,
	place: 'prometheus:9090',
	matchers: '',
	trendOf: () => undefined,
	p99Of: () => undefined,
	nowMs: Date.UTC(2026, 10, 23, 14, 2, 34),
	intervalMs: 15_000,
	keyboard: usualKeyboard,
	glyphs: unicodeGlyphs,
	columns: 120,
	rows: 30,
	...parts,
});

const screen = (parts: Partial<FleetScreenInput> = {}) =>
	fleetLines(input(parts)).map(spans => plainText(spans).trimEnd());

const names = (parts: Partial<typeof newFleetView> = {}) =>
	fleetRows(fleet, {...newFleetView, ...parts}).map(row => (row.kind === 'group' ? row.name : row.instance.address));

test('the list has deployments worst first, each server with its figures and what is wrong', () => {
	assert.deepEqual(screen().slice(0, 10), [
		'redis-top fleet  prometheus:9090  5 servers in 4 deployments  data 3.0s old, took 200 ms                       14:02:34Z',
		'CRITICAL 2 critical, 1 warning: 10.0.3.11:6379 memory at 96% of maxmemory, noeviction',
		' SERVER                 ROLE     VERSION    MEM   USED   OPS/S REJECT  EVICT    LAG     P99 WHAT IS WRONG↓',
		'>10.0.3.11:6379         primary  7.2.5      96%  3.84G 1.20k/s      0      0              - !! memory at 96% of maxmemo…',
		' 10.0.4.11:6379         down     7.2.5        -      -       -      0      0              - !! does not answer redis_ex…',
		' - 10.0.1.11:6379 (2)            7.2.5      75%  4.00G 2.40k/s      0      0    12s       - ! a replica is 12s of write…',
		'   10.0.1.11:6379       primary  7.2.5      25%  1.00G 1.20k/s      0      0    12s       - ! a replica is 12s of write…',
		'   10.0.1.12:6379       replica  7.2.5      75%  3.00G 1.20k/s      0      0              -',
		' 10.0.2.11:6379         primary  8.0.0      25%  1.00G 1.20k/s      0      0              -',
		'',
	]);
});

test('the selected server has its rules, alerts and labels below the list', () => {
	const text = screen().join('\n');
	assert.match(text, /memory at 96% of maxmemory, noeviction \(mem\.max\)/);
	assert.match(text, /alerts +RedisMemoryHigh/);
	assert.match(text, /labels +instance=10\.0\.3\.11:6379 {2}job=redis/);
});

test('what Prometheus does not tell is said, and never "ok"', () => {
	assert.match(
		screen({state: fleetStateOf([], {refreshedAtMs: undefined})}).join('\n'),
		/asking Prometheus prometheus:9090/,
	);
	const failed = screen({state: fleetStateOf([], {refreshedAtMs: undefined, problem: 'refuses connections'})});
	assert.match(failed.join('\n'), /Prometheus prometheus:9090 refuses connections/);
	assert.doesNotMatch(failed.join('\n'), /\bok\b/);
	const none = screen({state: fleetStateOf([])});
	assert.match(none.join('\n'), / no series redis_up in Prometheus prometheus:9090: does it scrape redis_exporter\?/);
	const unmatched = screen({state: fleetStateOf([]), matchers: 'env="prod"'});
	assert.match(
		unmatched.join('\n'),
		/ no series redis_up\{env="prod"\} in Prometheus prometheus:9090: is --match right\?/,
	);
	assert.match(none[1] ?? '', /^\? no server is known/);
	assert.doesNotMatch(none.join('\n'), /\bok\b/);
	const old = screen({
		state: fleetStateOf(fleet.slice(0, 2), {problem: 'does not answer within 10 s'}),
		nowMs: Date.UTC(2026, 10, 23, 14, 4),
	});
	assert.match(old[0] ?? '', /! data 1m29s old/);
	assert.match(old[1] ?? '', /^the list is old; Prometheus prometheus:9090 does not answer within 10 s/);
	assert.match(screen({state: fleetStateOf(fleet.slice(0, 2))})[1] ?? '', /^ok nothing is wrong that the series tell/);
});

test('at 80 columns the first line keeps the age of the data, and leaves out what is less', () => {
	const many = {
		state: fleetStateOf(Array.from({length: 1200}, (_, index) => instanceOf(`10.0.${index >> 8}.${index & 255}`))),
	};
	assert.match(
		screen({...many, columns: 120})[0] ?? '',
		/1,200 servers in 1,200 deployments {2}data \S+ old, took .* ms +\d/,
	);
	assert.match(screen({...many, columns: 80})[0] ?? '', /1,200 servers {2}data \S+ old +\d\d:\d\d:\d\dZ$/);
	assert.match(screen({...many, columns: 68})[0] ?? '', /1,200 servers {2}data \S+ old$/);
});

test('filters, orders and groups', () => {
	assert.deepEqual(names({filter: 'env=test'}), ['10.0.2.11:6379']);
	assert.deepEqual(names({filter: '!7.2.5', groupBy: undefined}), ['10.0.2.11:6379']);
	assert.deepEqual(names({filter: 'mem.max'}), ['10.0.3.11:6379']);
	assert.deepEqual(names({groupBy: undefined, sort: 'memory'}), [
		'10.0.3.11:6379',
		'10.0.1.12:6379',
		'10.0.1.11:6379',
		'10.0.2.11:6379',
		'10.0.4.11:6379',
	]);
	assert.deepEqual(names({groupBy: undefined, sort: 'name', isInverted: true})[0], '10.0.4.11:6379');
	assert.deepEqual(names({groupBy: 'env'}), [
		'without the label',
		'10.0.3.11:6379',
		'10.0.4.11:6379',
		'10.0.1.11:6379',
		'10.0.1.12:6379',
		'test',
		'10.0.2.11:6379',
	]);
	assert.deepEqual(names({folded: new Set(['group 10.0.1.11:6379'])}), [
		'10.0.3.11:6379',
		'10.0.4.11:6379',
		'10.0.1.11:6379',
		'10.0.2.11:6379',
	]);
});

test('groups are offered by labels that tell servers apart', () => {
	const many = Array.from({length: 8}, (_, index) =>
		instanceOf(`10.0.0.${index}`, {labels: {instance: `i${index}`, job: 'redis', env: index < 4 ? 'prod' : 'test'}}),
	);
	assert.deepEqual(groupings(many), ['deployment', 'env', undefined]);
	// The label `deployment` is what the deployments are made of. A second entry of that name would never be left.
	const withLabel = many.map((each, index) => ({...each, labels: {...each.labels, deployment: `d${index % 2}`}}));
	assert.deepEqual(groupings(withLabel), ['deployment', 'env', undefined]);
});

test('any size and any fleet: exactly the height, never wider', () => {
	const instance = fc.record({
		host: fc.string({minLength: 1, maxLength: 30}),
		usedBytes: fc.option(fc.double({min: 0, max: 1e15, noNaN: true}), {nil: undefined}),
		conditions: fc.constantFrom([], [full], [behind, full]),
	});
	fc.assert(
		fc.property(
			fc.array(instance, {maxLength: 20}),
			fc.integer({min: 1, max: 220}),
			fc.integer({min: 1, max: 70}),
			fc.constantFrom(unicodeGlyphs, asciiGlyphs),
			(parts, columns, rows, glyphs) => {
				const instances = parts.map(({host, ...rest}, index) => instanceOf(host, {...rest, key: String(index)}));
				for (const view of [newFleetView, {...newFleetView, hasHelp: true}, {...newFleetView, isTyping: true}]) {
					const lines = fleetLines(input({state: fleetStateOf(instances), columns, rows, glyphs, view}));
					assert.equal(lines.length, rows);
					assert.ok(lines.every(spans => lineWidth(spans) === columns));
				}
			},
		),
		{numRuns: 60},
	);
});
