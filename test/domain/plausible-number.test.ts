import assert from 'node:assert/strict';
import test from 'node:test';
import {infoOf} from '../harness/records.js';

const uptime = 12;

for (const [section, field, value, expected] of [
	['replication', 'master_last_io_seconds_ago', '18446744073', undefined],
	['replication', 'master_last_io_seconds_ago', '-1', -1],
	['replication', 'master_last_io_seconds_ago', '12', 12],
	['replication', 'master_link_down_since_seconds', '1795884798', -1],
	['replication', 'master_link_down_since_seconds', '18446744073709551615', -1],
	['replication', 'master_link_down_since_seconds', '5', 5],
	['replication', 'second_repl_offset', '-1', -1],
	['memory', 'rss_overhead_bytes', '18446744073701150720', undefined],
	['memory', 'rss_overhead_bytes', '-40960', -40960],
	['memory', 'allocator_frag_bytes', '18446744073701150720', undefined],
	['memory', 'used_memory', '-5', undefined],
	['memory', 'used_memory_rss', '0', undefined],
	['memory', 'mem_fragmentation_ratio', '0.00', undefined],
	['memory', 'maxmemory', '0', 0],
	['clients', 'connected_clients', '-3', undefined],
	['clients', 'connected_clients', '18446744073709551613', undefined],
	['stats', 'total_net_output_bytes', '1125899906842624', 2 ** 50],
] as const) {
	test(`${field}:${value} after ${uptime} s of uptime is ${expected ?? 'not said'}`, () => {
		const info = infoOf({server: {uptime_in_seconds: uptime}, [section]: {[field]: value}});
		assert.equal(info.number(section, field), expected);
	});
}

test('an age is taken as it is where the server does not say its uptime', () => {
	const info = infoOf({replication: {master_last_io_seconds_ago: 40}});
	assert.equal(info.number('replication', 'master_last_io_seconds_ago'), 40);
});
