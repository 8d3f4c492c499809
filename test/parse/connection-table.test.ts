import assert from 'node:assert/strict';
import test from 'node:test';
import {localPortUse, parseConnections, unconfirmedBytes} from '../../source/parse/connection-table.js';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1
   1: 0100007F:18EB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 101 1
   2: 0100007F:9C40 0100007F:18EB 01 00000000:00000000 00:00000000 00000000     0        0 102 1
   3: 0100007F:18EB 09000A0A:9C41 01 00000000:00000000 00:00000000 00000000     0        0 103 1
   4: 0100007F:18EB 0100007F:9C42 06 00000000:00000000 00:00000000 00000000     0        0 104 1
   5: 0100007F:0050 0100007F:9C43 01 00000000:00000000 00:00000000 00000000     0        0 105 1
   6: 0100007F:18EB broken 01 :18EB
`;

test('connections of a port: both sides within this machine, other machines, and nothing else', () => {
	assert.deepEqual(
		parseConnections(table, 0x18_eb).map(({local, localPort, remote, remotePort, inode}) => [
			`${local}:${localPort}`,
			`${remote}:${remotePort}`,
			inode,
		]),
		[
			['127.0.0.1:6379', '127.0.0.1:40000', '101'],
			['127.0.0.1:40000', '127.0.0.1:6379', '102'],
			['127.0.0.1:6379', '10.10.0.9:40001', '103'],
		],
	);
	assert.deepEqual(parseConnections('', 6379), []);
	assert.deepEqual(parseConnections(table, 1), []);
});

test('bytes that the other side has not confirmed are read of the one established connection', () => {
	const sent = table.replace(
		'2: 0100007F:9C40 0100007F:18EB 01 00000000',
		'2: 0100007F:9C40 0100007F:18EB 01 000001A4',
	);
	assert.equal(unconfirmedBytes(sent, 40_000, 6379), 420);
	assert.equal(unconfirmedBytes(table, 40_000, 6379), 0);
	assert.equal(unconfirmedBytes(sent, 6379, 40_000), 0);
	assert.equal(unconfirmedBytes(table, 6379, 40_002), undefined, 'it is not established any more');
	assert.equal(unconfirmedBytes('', 40_000, 6379), undefined);
});

test('the local ports of connections to one address are counted, those that wait after their end apart', () => {
	const line = (local: string, remote: string, state: string) =>
		` 473: ${local} ${remote} ${state} 00000000:00000000 03:00001765 00000000     0        0 0 3 00000000ee187257`;
	const mapped = (address: string) => `0000000000000000FFFF0000${address}`;
	const table = [
		line('140CE20A:9C40', '0A0CE20A:1A2B', '06'),
		line('140CE20A:9C41', '0A0CE20A:1A2B', '01'),
		line('140CE20A:9C42', '0B0CE20A:1A2B', '06'),
		line('140CE20A:9C43', '0A0CE20A:1A2C', '06'),
		line('140CE20A:1A2B', '0A0CE20A:9C44', '06'),
		line('140CE20A:0400', '0A0CE20A:1A2B', '06'),
	].join('\n');
	const table6 = line(`${mapped('140CE20A')}:9C45`, `${mapped('0A0CE20A')}:1A2B`, '06');
	const to = {host: '10.226.12.10', port: 0x1a2b};
	assert.deepEqual(localPortUse('40000\t40100\n', [table, table6], to), {ports: 101, held: 3, waiting: 2});
	assert.equal(localPortUse('', [table], to), undefined);
});
