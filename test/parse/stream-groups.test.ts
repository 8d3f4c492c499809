import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseStreamGroups} from '../../source/parse/stream-groups.js';

test('reads XINFO GROUPS with and without the lag', () => {
	assert.deepEqual(
		parseStreamGroups([
			['name', 'a', 'consumers', 2, 'pending', 3, 'last-delivered-id', '5-0', 'entries-read', 4, 'lag', 6],
			['name', 'b', 'consumers', 0, 'pending', 0, 'last-delivered-id', '0-0', 'entries-read', null, 'lag', null],
			['consumers', 0],
			'noise',
		]),
		[
			{groupName: 'a', consumers: 2, pending: 3, lag: 6, lastDeliveredId: '5-0'},
			{groupName: 'b', consumers: 0, pending: 0, lag: undefined, lastDeliveredId: '0-0'},
		],
	);
	assert.deepEqual(parseStreamGroups([]), []);
	assert.equal(parseStreamGroups('OK'), undefined);
});
