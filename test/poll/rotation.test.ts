import assert from 'node:assert/strict';
import test from 'node:test';
import {Fleet} from '../../source/poll/fleet.js';
import {intervalsBetweenPolls} from '../../source/poll/rotation.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at, FakeServer, fakeNetwork, settingsOf} from '../harness/fake-port.js';

test('two hundred nodes are polled a second, and each node within five seconds', () => {
	const table: ReadonlyArray<readonly [nodes: number, intervalMs: number, intervals: number]> = [
		[1, 1000, 1],
		[200, 1000, 1],
		[299, 1000, 1],
		[300, 1000, 2],
		[1000, 1000, 5],
		[5000, 1000, 5],
		[1000, 500, 10],
		[100, 500, 1],
		[1000, 5000, 1],
		[1000, 10_000, 1],
	];
	for (const [nodes, intervalMs, intervals] of table) {
		assert.equal(intervalsBetweenPolls(nodes, intervalMs), intervals, `${nodes} nodes at ${intervalMs} ms`);
	}
});

test('of a thousand nodes those in focus or visible are polled every second, the others every five seconds', async () => {
	const addresses = Array.from({length: 1000}, (_, index) => `10.0.${Math.floor(index / 250)}.${index % 250}:6379`);
	const servers = Object.fromEntries(
		addresses.map(address => [address, new FakeServer({Server: {redis_version: '7.2.4', run_id: address}})]),
	);
	const clock = new FakeClock();
	const end = new AbortController();
	const fleet = new Fleet({
		targets: addresses.map(address => settingsOf(address)),
		openPort: fakeNetwork(clock, servers),
		clock,
		signal: end.signal,
		intervalMs: 1000,
		report: () => undefined,
	});
	fleet.start();
	const [focus = '', seen = ''] = addresses;
	fleet.setFocus(at(focus));
	fleet.setSeen(new Set([at(seen)]));
	await clock.advance(10_000);
	const before = new Map(addresses.map(address => [address, servers[address]?.asked.length ?? 0]));
	const asked = (address: string) => (servers[address]?.asked.length ?? 0) - (before.get(address) ?? 0);
	await clock.advance(20_000);
	// The one in focus is also pinged.
	assert.ok(asked(focus) >= 19 && asked(seen) >= 19 && asked(seen) <= 21);
	const others = addresses.slice(2).map(asked);
	assert.ok(Math.min(...others) >= 3 && Math.max(...others) <= 5, `${Math.min(...others)} to ${Math.max(...others)}`);
	const later = addresses.at(-1) ?? '';
	const until = asked(later);
	fleet.setSeen(new Set([at(later)]));
	await clock.advance(300);
	assert.equal(asked(later), until + 1, 'who comes on the screen is asked at once');
	end.abort();
});
