import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {parseDiskTime, parseNetworkCounters, parseProcessorWait} from '../../source/parse/kernel-counters.js';

test('network counters are read by group and name, and a value that is no counter is unknown', () => {
	const text = [
		'TcpExt: SyncookiesSent ListenOverflows ListenDrops',
		'TcpExt: 0 17 18',
		'IpExt: InNoRoutes',
		'IpExt: 4',
		'Tcp: RtoAlgorithm OutSegs RetransSegs MaxConn',
		'Tcp: 1 9000 45 -1',
		'',
	].join('\n');
	const counters = parseNetworkCounters(text);
	assert.deepEqual(
		['TcpExt ListenDrops', 'Tcp OutSegs', 'Tcp RetransSegs', 'Tcp MaxConn', 'Udp OutSegs'].map(name =>
			counters.get(name),
		),
		[18, 9000, 45, undefined, undefined],
	);
	assert.equal(parseNetworkCounters('TcpExt: ListenDrops').size, 0);
	assert.equal(parseNetworkCounters('').size, 0);
});

test('the wait for a processor is the second number', () => {
	assert.equal(parseProcessorWait('881662 77 1\n'), 77);
	for (const none of ['', '1 2', 'a b c', '1 -2 3', '1 99999999999999999999 3']) {
		assert.equal(parseProcessorWait(none), undefined, none);
	}
});

test('the line of a disk is found by its numbers', () => {
	const text = [
		'   7       0 loop0 182 0 6340 61 410 411 1678 754 0 688 1292 0 0 0 0 257 476',
		' 259       1 nvme0n1p1 1000 5 8000 300 2000 9 16000 700 3 950 1000',
	].join('\n');
	assert.deepEqual(parseDiskTime(text, '259:1'), {name: 'nvme0n1p1', busyMs: 950, requests: 3000, requestsMs: 1000});
	assert.equal(parseDiskTime(text, '0:42'), undefined);
	assert.equal(parseDiskTime('259 1 x 1 2', '259:1'), undefined);
	assert.equal(parseDiskTime('', '8:1'), undefined);
});

test('no text of the kernel makes the parsers throw', () => {
	fc.assert(
		fc.property(fc.string({unit: 'grapheme'}), text => {
			parseNetworkCounters(text);
			parseProcessorWait(text);
			parseDiskTime(text, '8:1');
		}),
	);
});
