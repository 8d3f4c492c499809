import assert from 'node:assert/strict';
import test from 'node:test';
import {parseSlotMigrations} from '../../source/parse/slot-migrations.js';

test('CLUSTER GETSLOTMIGRATIONS captured from Valkey 9.1 is read, with times in seconds', () => {
	const reply = [
		'name 9ad41282a424021b7be5c79b4f8e50b3b4d3f3d0 operation IMPORT slot_ranges'.split(' '),
		'0-10 20-20',
		'target_node 32897b8691f5f795bb2a6c0e3b1599735383b4b1 source_node 145e7c489bbe93dd920e11eae16d9bf36ae8d0f4'.split(
			' ',
		),
		['create_time', 1_795_600_803, 'last_update_time', 1_795_600_804, 'last_ack_time', 1_795_600_804],
		['state', 'success', 'message', '', 'cow_size', 0, 'remaining_repl_size', 0],
	].flat();
	assert.deepEqual(parseSlotMigrations([reply]), [
		{
			name: '9ad41282a424021b7be5c79b4f8e50b3b4d3f3d0',
			operation: 'IMPORT',
			slots: [
				{first: 0, last: 10},
				{first: 20, last: 20},
			],
			source: '145e7c489bbe93dd920e11eae16d9bf36ae8d0f4',
			target: '32897b8691f5f795bb2a6c0e3b1599735383b4b1',
			state: 'success',
			message: '',
			createdMs: 1_795_600_803_000,
			updatedMs: 1_795_600_804_000,
			remainingBytes: 0,
		},
	]);
});

test('CLUSTER MIGRATION STATUS as documented for Redis 8.4 is read, with times in milliseconds', () => {
	const fields =
		'id 24cf41718b20f7f05901743dffc40bc9b15db339 slots 0-1000,1002 source a dest b operation migrate state failed last_error timeout retries 1 create_time 1758949601152 start_time 1758949601154 end_time 0 write_pause_ms 0';
	const [migration] = parseSlotMigrations([fields.split(' ')]);
	assert.equal(migration?.state, 'failed');
	assert.equal(migration?.message, 'timeout');
	assert.equal(migration?.target, 'b');
	assert.deepEqual(migration?.slots, [
		{first: 0, last: 1000},
		{first: 1002, last: 1002},
	]);
	assert.equal(migration?.createdMs, 1_758_949_601_152);
	assert.equal(migration?.updatedMs, 1_758_949_601_154);
});

test('a reply that is no migration is left out', () => {
	for (const reply of [undefined, null, 'OK', 3, [], [null], [[]], [['state', 'ok']], ['name', 'x']]) {
		assert.deepEqual(parseSlotMigrations(reply), []);
	}

	const [migration] = parseSlotMigrations([['name', 'a\u001b[31m', 'slot_ranges', '5-2 99999 7', 'create_time', -1]]);
	assert.equal(migration?.name, 'a\\x1b[31m');
	assert.deepEqual(migration?.slots, [{first: 7, last: 7}]);
	assert.equal(migration?.createdMs, undefined);
});
