import assert from 'node:assert/strict';
import test from 'node:test';
import {deviceTo, hasHardwareAddress, neighbourIn} from '../../source/parse/neighbour-table.js';

const arp = `IP address       HW type     Flags       HW address            Mask     Device
192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0
192.0.2.7        0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.17       0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.8        0x1         0x6         02:fc:00:00:00:08     *        eth0
192.0.2.9        0x1         0x2         12:34:56:78:9a:bc     *        eth0
192.0.2.10       0x1         0x2         12:34:56:78:9a:bc     *        eth0
192.0.2.11       0x1         0x2         02:fc:00:00:00:11     *        eth0
192.0.2.11       0x1         0x2         02:fc:00:00:00:12     *        eth1
`;

test('an entry of the neighbour table tells whether the kernel has the hardware address', () => {
	assert.deepEqual(neighbourIn(arp, '192.0.2.1'), {isComplete: true, device: 'eth0'});
	assert.deepEqual(neighbourIn(arp, '192.0.2.7'), {isComplete: false, device: 'eth0'});
});

test('an entry that shows no answer of the host is none', () => {
	for (const [what, address] of [
		['no entry', '192.0.2.2'],
		['set by hand', '192.0.2.8'],
		['one hardware address for several', '192.0.2.9'],
		['on two networks', '192.0.2.11'],
		['a name', 'redis.example'],
	] as const) {
		assert.equal(neighbourIn(arp, address), undefined, what);
	}

	assert.equal(neighbourIn('', '192.0.2.1'), undefined);
	assert.equal(neighbourIn('IP address\n192.0.2.1 0x1', '192.0.2.1'), undefined);
});

test('an address has a hardware address, whoever set it', () => {
	assert.deepEqual(
		['192.0.2.1', '192.0.2.8', '192.0.2.9', '192.0.2.7', '192.0.2.2'].map(address => hasHardwareAddress(arp, address)),
		[true, true, true, false, false],
	);
});

const routes = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
eth1	000200C0	00000000	0001	0	0	50	00FFFFFF	0	0	0
eth0	400200C0	010200C0	0003	0	0	0	C0FFFFFF	0	0	0
*	800200C0	00000000	0201	0	0	0	F0FFFFFF	0	0	0
eth2	0000C8C8	00000000	0001	0	0	0	0000FFFF	0	0	0
`;

test('the device to an address is that of a network without a gateway', () => {
	assert.equal(deviceTo(routes, '192.0.2.7'), 'eth1', 'the lower metric');
	assert.equal(deviceTo(routes, '200.200.255.1'), 'eth2', 'an address above 2^31');
	assert.equal(deviceTo(routes, '192.0.2.65'), undefined, 'a longer prefix has a gateway');
	assert.equal(deviceTo(routes, '192.0.2.130'), undefined, 'a route that rejects');
	assert.equal(deviceTo(routes, '198.51.100.1'), undefined, 'the default gateway');
	assert.equal(deviceTo(routes, '2001:db8::1'), undefined, 'IPv6');
	assert.equal(deviceTo('', '192.0.2.7'), undefined, 'no file');
});
