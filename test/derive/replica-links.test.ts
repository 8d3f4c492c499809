import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {replicaLinks, sharedAddresses} from '../../source/derive/replica-links.js';
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
		'lag=0 while 114 MB behind, at 1 MB/s',
		[primary(120_000_000, [replica(5_000_000)]), primary(121_000_000, [replica(7_000_000)], 2000)],
		{behindBytes: 114_000_000, behindSeconds: 114},
	],
	['nothing behind', [undefined, primary(100, [replica(100)])], {behindBytes: 0, behindSeconds: 0}],
	[
		'an offset ahead of the primary’s own is nothing behind',
		[undefined, primary(100, [replica(120)])],
		{behindBytes: 0, behindSeconds: 0},
	],
	['behind, and its pace unknown', [undefined, primary(100, [replica(40)])], {behindBytes: 60}],
	['behind, and it stands still', [primary(90, [replica(40)]), primary(100, [replica(40)], 1000)], {behindBytes: 60}],
	[
		'online for the first time: growth from the 0 of before is no pace',
		[primary(120_000_000, [replica(0, 'send_bulk')]), primary(121_000_000, [replica(5_000_000)], 1000)],
		{behindBytes: 116_000_000},
	],
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

test('each replica has its own pace', () => {
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
			[5_049_000, undefined],
		],
	);
	assert.deepEqual(sharedAddresses(links), ['10.0.1.12:6379']);
});

test('the rate of a replica is unknown while the number of those at its address changes', () => {
	const links = replicaLinks(
		primary(5_000_000, [replica(1000)]),
		primary(5_050_000, [replica(5_050_000), replica(1000)], 1000),
	);
	assert.equal(links[1]?.behindSeconds, undefined);
});
