import assert from 'node:assert/strict';
import test from 'node:test';
import {parseBackup} from '../../source/parse/server-backup.js';

// The replies are those of the documentation: no Redis 8.10 was there. https://redis.io/commands/backup-status/
test('BACKUP STATUS with a backup under way, and with a failed one', () => {
	assert.deepEqual(parseBackup(['state', 'incrementing', 'error', '', 'start_time', '1717921800', 'end_time', '0']), {
		state: 'incrementing',
		problem: '',
		startedMs: 1_717_921_800_000,
		sealedMs: undefined,
	});
	assert.equal(parseBackup(['state', 'failed', 'error', 'disk full', 'start_time', 5])?.problem, 'disk full');
});

test('a reply of another form is no state', () => {
	for (const reply of [undefined, null, 'idle', [], ['state'], ['error', 'x']]) {
		assert.equal(parseBackup(reply), undefined, JSON.stringify(reply));
	}
});
