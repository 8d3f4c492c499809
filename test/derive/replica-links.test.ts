import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {type ReplicaLink, replicaLinks, sharedAddresses, withAges} from '../../source/derive/replica-links.js';
import {WrittenOffsets} from '../../source/derive/written-offsets.js';
import {sampleOf} from '../harness/samples.js';

const primary = (written: number, lines: readonly string[], elapsedMs = 0) =>
	sampleOf(
		{
			replication: {
				role: 'master',
				master_repl_offset: written,
				...Object.fromEntries(lines.map((line, index) => [`slave${index}`, line])),
			},
		},
		elapsedMs,
	);

const replica = (offset: number, state = 'online', lag = 0) =>
	`ip=10.0.1.12,port=6379,state=${state},offset=${offset},lag=${lag}`;

const cases: ReadonlyArray<
	readonly [string, Parameters<typeof replicaLinks>, {readonly behindBytes?: number; readonly behindSeconds?: number}]
> = [
	[
		'lag=0 while 114 MB behind, and the primary writes 0.5 MB/s',
		[primary(120_000_000, [replica(5_000_000)]), primary(121_000_000, [replica(7_000_000)], 2000)],
		{behindBytes: 114_000_000, behindSeconds: 228},
	],
	['nothing behind', [undefined, primary(100, [replica(100)])], {behindBytes: 0, behindSeconds: 0}],
	[
		'an offset ahead of the primary’s own is nothing behind',
		[undefined, primary(100, [replica(120)])],
		{behindBytes: 0, behindSeconds: 0},
	],
	['behind, and the rate of the writes unknown', [undefined, primary(100, [replica(40)])], {behindBytes: 60}],
	[
		'behind, and it stands still',
		[primary(90, [replica(40)]), primary(100, [replica(40)], 1000)],
		{behindBytes: 60, behindSeconds: 6},
	],
	[
		'behind, and nothing is written',
		[primary(100, [replica(40)]), primary(100, [replica(50)], 1000)],
		{behindBytes: 50},
	],
	[
		'online for the first time',
		[primary(120_000_000, [replica(0, 'send_bulk')]), primary(121_000_000, [replica(5_000_000)], 1000)],
		{behindBytes: 116_000_000, behindSeconds: 116},
	],
	['online, and it has acknowledged nothing: its 0 says nothing', [undefined, primary(100, [replica(0)])], {}],
	['its source has written nothing', [undefined, primary(0, [replica(0)])], {behindBytes: 0, behindSeconds: 0}],
	['not online: its 0 says nothing', [undefined, primary(100, [replica(0, 'wait_bgsave')])], {}],
];

for (const [name, [earlier, later], {behindBytes, behindSeconds}] of cases) {
	test(`replicaLinks: ${name}`, () => {
		const [link] = replicaLinks(earlier, later);
		assert.equal(link?.address, '10.0.1.12:6379');
		assert.equal(link.behindBytes, behindBytes);
		assert.equal(link.behindSeconds, behindSeconds);
	});
}

test('each replica has its own distance', () => {
	const line = (port: number, offset: number) => `ip=10.0.1.12,port=${port},state=online,offset=${offset},lag=1`;
	const links = replicaLinks(
		primary(1000, [line(1, 500), line(2, 900)]),
		primary(2000, [line(2, 1900), line(1, 1500)], 1000),
	);
	assert.deepEqual(
		links.map(({address, behindSeconds, ackAgeSeconds}) => [address, behindSeconds, ackAgeSeconds]),
		[
			['10.0.1.12:2', 0.1, 1],
			['10.0.1.12:1', 0.5, 1],
		],
	);
});

test('never negative, never NaN', () => {
	const offset = fc.nat(1e12);
	const state = fc.constantFrom('online', 'wait_bgsave', 'send_bulk');
	fc.assert(
		fc.property(offset, offset, offset, offset, state, state, fc.nat(5000), (a, b, c, d, one, other, elapsedMs) => {
			const [link] = replicaLinks(primary(a, [replica(b, one)]), primary(c, [replica(d, other)], elapsedMs));
			for (const value of [link?.behindBytes, link?.behindSeconds]) {
				assert.ok(value === undefined || (value >= 0 && Number.isFinite(value)));
			}

			assert.ok(other === 'online' || link?.offset === undefined);
		}),
	);
});

test('two replicas at one address keep their own figures', () => {
	const lines = (first: number) => [replica(first), replica(1000, 'online', 1)];
	const links = replicaLinks(primary(5_000_000, lines(5_000_000)), primary(5_050_000, lines(5_050_000), 1000));
	assert.deepEqual(
		links.map(({behindBytes, behindSeconds}) => [behindBytes, behindSeconds]),
		[
			[0, 0],
			[5_049_000, 100.98],
		],
	);
	assert.deepEqual(sharedAddresses(links), ['10.0.1.12:6379']);
});

test('an estimate never exceeds the uptime, however little is written', () => {
	const info = (written: number) => ({
		server: {uptime_in_seconds: 600},
		replication: {master_repl_offset: written, slave0: replica(1_000_000)},
	});
	const [link] = replicaLinks(sampleOf(info(60_000_000)), sampleOf(info(60_000_014), 1000));
	assert.equal(Math.round(link?.behindSeconds ?? 0), 590);
});

/** The links of a primary over time: its offset and the replica's, one pair a second. */
function linksOver(pairs: ReadonlyArray<readonly [written: number, copied: number]>): readonly ReplicaLink[] {
	const offsets = new WrittenOffsets(1800, undefined);
	let links: readonly ReplicaLink[] = [];
	for (const [second, [written, copied]] of pairs.entries()) {
		const sample = primary(written, [replica(copied)], second * 1000);
		offsets.push({elapsedMs: second * 1000, offset: written});
		links = withAges(links, replicaLinks(undefined, sample), offsets, sample);
	}

	return links;
}

test('the age of a replica is the time since its source had the same offset, whatever either does a second', () => {
	// A burst of 1 MB a second for ten seconds, then 1 KB a second. The replica applies 10 KB a second.
	const written = (second: number) => Math.min(second, 10) * 1_000_000 + Math.max(0, second - 10) * 1000;
	const pairs = Array.from({length: 41}, (_, second) => [written(second), second * 10_000] as const);
	const [link] = linksOver(pairs);
	assert.equal(link?.behindSeconds, 39.6);
	assert.equal(link.stillSeconds, 0);
	assert.deepEqual(link.delays?.latest(2), [38.61, 39.6].map(Math.fround));
});

test('a replica that stands still grows older by a second each second', () => {
	const pairs = Array.from({length: 21}, (_, second) => [second * 1000, Math.min(second, 8) * 1000] as const);
	const [link] = linksOver(pairs);
	assert.deepEqual([link?.behindSeconds, link?.stillSeconds], [12, 12]);
});

test('a replica that lacks nothing does not stand still, although its offset does not grow', () => {
	const [link] = linksOver(Array.from({length: 20}, (_, second) => [second < 2 ? second : 2, second < 2 ? second : 2]));
	assert.deepEqual([link?.behindSeconds, link?.stillSeconds], [0, undefined]);
});
