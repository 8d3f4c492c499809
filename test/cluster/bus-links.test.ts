import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {busLinksIn, missingPeers} from '../../source/cluster/bus-links.js';
import type {BusLink, LinkDirection} from '../../source/domain/bus-links.js';
import {parseClusterLinks} from '../../source/parse/cluster-links.js';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {fixture, fixtureReply, fixtureServers} from '../harness/fixtures.js';
import {idOf, viewFrom} from './views.js';

const {nodes} = viewFrom(17_050);
const peers = [17_051, 17_052, 17_053, 17_054, 17_055];
const link = (direction: LinkDirection, port: number, unsentBytes = 48): BusLink => ({
	direction,
	peer: idOf(port),
	createdMs: undefined,
	unsentBytes,
});
const whole = peers.flatMap(port => [link('to', port), link('from', port)]);
const without = (direction: LinkDirection, port: number) =>
	whole.filter(each => each.direction !== direction || each.peer !== idOf(port));

test('two links to each peer without unsent data are no problem', () => {
	const links = busLinksIn(whole, nodes, undefined);
	assert.deepEqual([links.present, links.expected, links.gaps, links.backlogs], [10, 10, [], []]);
	assert.equal(links.unsentBytes, 480);
});

test('a missing link is confirmed by the next reading, and is over when the link exists again', () => {
	const first = busLinksIn(without('from', 17_053), nodes, undefined);
	assert.deepEqual(first.gaps, [{direction: 'from', peer: idOf(17_053), isConfirmed: false}]);
	assert.deepEqual([first.present, first.expected, missingPeers(first, 'from')], [9, 10, []]);
	const second = busLinksIn(without('from', 17_053), nodes, first);
	assert.deepEqual(missingPeers(second, 'from'), [idOf(17_053)]);
	assert.deepEqual(missingPeers(second, 'to'), []);
	assert.deepEqual(busLinksIn(without('to', 17_053), nodes, second).gaps[0]?.isConfirmed, false);
	assert.deepEqual(busLinksIn(whole, nodes, second).gaps, []);
});

test('no link is expected to a peer that failed or is in handshake', () => {
	for (const flags of ['slave,fail', 'slave,fail?', 'handshake', 'slave,noaddr']) {
		const changed = viewFrom(17_050, {changed: [`17053 ${flags} 0`]}).nodes;
		const links = busLinksIn(
			whole.filter(({peer}) => peer !== idOf(17_053)),
			changed,
			undefined,
		);
		assert.deepEqual([links.expected, links.gaps], [8, []], flags);
	}
});

test('a growing buffer is listed with its earlier size', () => {
	const full = (unsentBytes: number) => [...without('to', 17_053), link('to', 17_053, unsentBytes)];
	const first = busLinksIn(full(2 ** 20), nodes, undefined);
	assert.deepEqual(first.backlogs, [
		{direction: 'to', peer: idOf(17_053), unsentBytes: 2 ** 20, beforeBytes: undefined},
	]);
	assert.equal(busLinksIn(full(2 ** 21), nodes, first).backlogs[0]?.beforeBytes, 2 ** 20);
	assert.equal(busLinksIn(full(2 ** 21), nodes, busLinksIn(whole, nodes, undefined)).backlogs[0]?.beforeBytes, 0);
});

for (const version of fixtureServers) {
	test(`a captured reply, compared with another cluster’s nodes, lacks every link: ${version}`, () => {
		const links = parseClusterLinks(fixtureReply(version, 'cluster/links.json'));
		const known = parseClusterNodes(fixture(version, 'cluster/nodes.txt'));
		const found = busLinksIn(links, known, undefined);
		assert.deepEqual([found.present, found.expected, found.gaps.length], [0, 6, 6]);
	});
}

test('whatever links there are, present and missing links are together the expected ones', () => {
	const anyLink = fc.record({
		direction: fc.constantFrom<LinkDirection>('to', 'from'),
		peer: fc.constantFrom(...peers.map(idOf), idOf(1)),
		createdMs: fc.constant(undefined),
		unsentBytes: fc.nat(),
	});
	fc.assert(
		fc.property(fc.array(anyLink), fc.array(anyLink), (earlier, now) => {
			const before = busLinksIn(earlier, nodes, undefined);
			const {present, expected, gaps, backlogs, unsentBytes} = busLinksIn(now, nodes, before);
			assert.equal(present + gaps.length, expected);
			assert.ok(backlogs.length <= 8 && backlogs.every(backlog => backlog.unsentBytes <= unsentBytes));
			assert.ok(
				gaps.every(
					gap =>
						!gap.isConfirmed || before.gaps.some(each => each.peer === gap.peer && each.direction === gap.direction),
				),
			);
		}),
	);
});
