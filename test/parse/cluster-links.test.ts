import assert from 'node:assert/strict';
import test from 'node:test';
import {parseClusterLinks} from '../../source/parse/cluster-links.js';
import {fixtureReply, fixtureServers} from '../harness/fixtures.js';

for (const version of fixtureServers) {
	test(`reads the links of ${version} to and from three peers`, () => {
		const links = parseClusterLinks(fixtureReply(version, 'cluster/links.json'));
		assert.deepEqual(
			(['to', 'from'] as const).map(
				direction => new Set(links.filter(link => link.direction === direction).map(({peer}) => peer)).size,
			),
			[3, 3],
		);
		assert.ok(links.every(({createdMs = 0, unsentBytes}) => createdMs > 1_700_000_000_000 && unsentBytes < 65_536));
	});
}

test('a row that is no link is left out, and a missing field of a link is undefined', () => {
	const peer = 'a'.repeat(40);
	assert.deepEqual(parseClusterLinks('OK'), []);
	assert.deepEqual(
		parseClusterLinks([
			['direction', 'to', 'node', peer],
			['direction', 'sideways', 'node', peer],
			['direction', 'to', 'node', 'short'],
			null,
			['direction', 'from', 'node', peer, 'create-time', -1, 'send-buffer-used', '512'],
		]),
		[
			{direction: 'to', peer, createdMs: undefined, unsentBytes: 0},
			{direction: 'from', peer, createdMs: undefined, unsentBytes: 512},
		],
	);
});
