import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import type {NodeAddress} from '../../source/domain/node.js';
import {type ViewFacts, viewsWanted} from '../../source/poll/view-sample.js';

const node = (index: number, digest: string | undefined, readAtMs?: number): ViewFacts => ({
	address: `10.0.0.1:${index}` as NodeAddress,
	digest,
	readAtMs,
});

const cluster = (count: number, digest = 'ok') => Array.from({length: count}, (_, index) => node(index, digest));

const portsOf = (addresses: readonly string[]) => addresses.map(address => Number(address.split(':')[1]));

test('of nodes that agree, a few are asked in turn, the ones read longest ago first', () => {
	const cases: ReadonlyArray<readonly [nodes: readonly ViewFacts[], ports: readonly number[]]> = [
		[[], []],
		[[node(1, undefined), node(2, undefined)], []],
		[cluster(60), [0, 1]],
		[cluster(60).map((facts, index) => ({...facts, readAtMs: 60 - index})), [59, 58]],
		[cluster(1000), [0, 1, 2, 3]],
		[cluster(1000).map((facts, index) => (index < 998 ? {...facts, readAtMs: index} : facts)), [998, 999, 0, 1]],
	];
	for (const [nodes, ports] of cases) {
		assert.deepEqual(portsOf(viewsWanted(nodes, 100_000)), ports);
	}
});

test('all nodes that differ are asked, eight a second, and none again for ten seconds', () => {
	const rest = cluster(60);
	const few = [node(901, 'fail'), node(902, 'other')];
	assert.deepEqual(portsOf(viewsWanted([...few, ...rest], 0)), [0, 1, 901, 902]);
	const many = Array.from({length: 20}, (_, index) => node(900 + index, 'fail'));
	assert.deepEqual(portsOf(viewsWanted([...many, ...rest], 0)).slice(2), [900, 901, 902, 903, 904, 905, 906, 907]);
	const read = many.map((facts, index) => ({...facts, readAtMs: index < 18 ? 95_000 : undefined}));
	assert.deepEqual(portsOf(viewsWanted([...read, ...rest], 100_000)).slice(2), [918, 919]);
});

test('every node of a stable cluster is asked within five minutes, whatever the size of the cluster', () => {
	fc.assert(
		fc.property(fc.integer({min: 51, max: 2000}), count => {
			const nodes = cluster(count);
			const readAtMs = new Map<string, number>();
			for (let second = 0; second < 300; second++) {
				const facts = nodes.map(facts => ({...facts, readAtMs: readAtMs.get(facts.address)}));
				const wanted = viewsWanted(facts, second * 1000);
				assert.ok(wanted.length <= Math.max(2, Math.ceil(count / 300)));
				for (const address of wanted) {
					readAtMs.set(address, second * 1000);
				}
			}

			assert.equal(readAtMs.size, count);
		}),
		{numRuns: 10},
	);
});
