import assert from 'node:assert/strict';
import test from 'node:test';
import {newerRates} from '../../source/derive/newer-rates.js';
import {sampleOf} from '../harness/samples.js';

// The fields of Redis 8.8 are made up after its documentation: no such server was there.
const rates = (before: Record<string, number>, after: Record<string, number>) =>
	newerRates(
		sampleOf({server: {run_id: 'run-1'}, stats: before}, 0),
		sampleOf({server: {run_id: 'run-1'}, stats: after}, 2000),
	);

test('slow commands and their share of the time', () => {
	const found = rates(
		{slowlog_commands_count: 10, slowlog_commands_time_ms_sum: 100},
		{slowlog_commands_count: 14, slowlog_commands_time_ms_sum: 700},
	);
	assert.deepEqual([found?.slowCommands, found?.slowShare], [2, 0.3]);
});

test('hash fields that expired, by the name of Redis and of Valkey', () => {
	assert.equal(rates({expired_subkeys: 0}, {expired_subkeys: 8})?.expiredFields, 4);
	assert.equal(rates({expired_fields: 0}, {expired_fields: 8})?.expiredFields, 4);
});

test('commands of one read', () => {
	const found = rates(
		{commands_per_parse_batch_sum: 100, commands_per_parse_batch_cnt: 100},
		{commands_per_parse_batch_sum: 160, commands_per_parse_batch_cnt: 120},
	);
	assert.equal(found?.commandsPerRead, 3);
	const still = rates({commands_per_parse_batch_cnt: 5}, {commands_per_parse_batch_cnt: 5});
	assert.equal(still?.commandsPerRead, undefined);
});

test('a server that counts none of them has nothing kept', () => {
	assert.equal(rates({total_commands_processed: 1}, {total_commands_processed: 2}), undefined);
});
