import assert from 'node:assert/strict';
import test from 'node:test';
import {Neighbours, watchConnection} from '../../source/wire/neighbours.js';

const host = '192.0.2.7';
const complete = `${host} 0x1 0x2 02:fc:00:00:00:07 * eth0`;
const incomplete = `${host} 0x1 0x0 00:00:00:00:00:00 * eth0`;
const none = '192.0.2.1 0x1 0x2 02:fc:00:00:00:05 * eth0';
const connected = 'eth0 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0';

const settings: Readonly<Record<string, number>> = {
	base_reachable_time_ms: 30_000,
	delay_first_probe_time: 5,
	ucast_solicit: 3,
	app_solicit: 0,
	mcast_resolicit: 0,
	retrans_time_ms: 1000,
};

type Table = {
	/** The rows of the table. Default: the hardware address is known. */
	readonly arp?: string;
	readonly routes?: string;
	readonly isCloud?: boolean;
	readonly setting?: (name: string) => number;
};

/** A machine whose neighbour table a test sets, and whose time passes with attempts. */
function machine({routes = connected, isCloud = false, setting = name => settings[name] ?? Number.NaN}: Table = {}) {
	let rows = none;
	let nowMs = 0;
	let readings = 0;
	const neighbours = new Neighbours(
		{
			arp() {
				readings += 1;
				return `IP address\n${rows}\n`;
			},
			routes: () => `Iface\n${routes}\n`,
			setting: (_device, name) => setting(name),
			isAnsweredByNetwork: () => isCloud,
		},
		{elapsed: () => nowMs},
	);
	const explained = (arp: string, forMs = 2000, code = 'ETIMEDOUT') => {
		const before = neighbours.look();
		nowMs += forMs;
		rows = arp;
		return neighbours.explain({code, message: 'connect'}, host, before).message;
	};
	return {
		neighbours,
		/** A connection fails after a while; the table has these rows then. */
		fails: explained,
		/** The table had these rows for long. */
		has(arp: string) {
			rows = arp;
		},
		/** Connections fail for so long, one after the other. Returns what the last of them shows. */
		failsFor(seconds: number, arp = complete) {
			let shown = '';
			for (const endMs = nowMs + seconds * 1000; nowMs < endMs; nowMs += 1000) {
				shown = explained(arp);
			}

			return shown;
		},
		readings: () => readings,
	};
}

test('an entry that was not there before the connection shows that the host answers', () => {
	const {fails} = machine();
	assert.equal(fails(complete), 'connect; arp: answers');
	assert.equal(fails(complete), 'connect; arp: answers', 'the next connection as well');
	assert.equal(fails(incomplete, 1000), 'connect', 'until the kernel finds it no more');
	assert.equal(fails(incomplete), 'connect; arp: silent');
	assert.equal(fails(complete), 'connect; arp: answers', 'it is back');
});

test('an old entry shows nothing: the host may have ended since', () => {
	const {has, failsFor} = machine();
	has(complete);
	assert.equal(failsFor(45), 'connect');
});

test("an entry that outlasts the kernel's own probes shows that the host answers", () => {
	const {has, failsFor} = machine();
	has(complete);
	assert.equal(failsFor(45), 'connect');
	assert.equal(failsFor(15), 'connect; arp: answers');
});

test('an entry outlasts probes only under connections that go on', () => {
	const {neighbours, has, failsFor, fails} = machine();
	has(complete);
	assert.equal(failsFor(40), 'connect');
	neighbours.connected(host);
	assert.equal(failsFor(30), 'connect', 'one connection stood in between');
	assert.equal(fails(complete, 60_000), 'connect', 'the next connection begins only now');
});

test('where the patience of the kernel is set higher or unknown, the entry shows nothing for longer', () => {
	for (const setting of [
		(name: string) => (name === 'base_reachable_time_ms' ? 3_600_000 : (settings[name] ?? 0)),
		() => Number.NaN,
	]) {
		const {has, failsFor} = machine({setting});
		has(complete);
		assert.equal(failsFor(600), 'connect');
	}
});

test('a host is silent once it left two requests of ARP unanswered', () => {
	const {fails} = machine();
	assert.equal(fails(incomplete, 1000), 'connect');
	assert.equal(fails(incomplete, 1000), 'connect; arp: silent');
	assert.equal(machine().fails(incomplete, 1000, 'EHOSTUNREACH'), 'connect; arp: silent', 'the kernel gave up');
});

test('an unreachable host with a hardware address was called so by a packet', () => {
	const {has, fails} = machine();
	has(complete);
	assert.equal(fails(complete, 1, 'EHOSTUNREACH'), 'connect; arp: answers');
});

test('behind a gateway, in a cloud and without an entry, nothing is said', () => {
	for (const [what, table, arp] of [
		['a gateway', {routes: 'eth0 00000000 010200C0 0003 0 0 0 00000000 0 0 0'}, complete],
		['another device', {routes: connected.replace('eth0', 'eth1')}, complete],
		['a cloud', {isCloud: true}, complete],
		['no entry', {}, none],
		['an entry set by hand', {}, complete.replace('0x2', '0x6')],
	] as const) {
		const {fails} = machine(table);
		assert.equal(fails(arp), 'connect', what);
		assert.equal(fails(arp, 2000, 'EHOSTUNREACH'), 'connect', what);
	}
});

test('other errors stay as they are, and end a row of failed connections', () => {
	const {fails} = machine();
	assert.equal(fails(complete, 2000, 'ECONNREFUSED'), 'connect');
	assert.equal(fails(complete), 'connect', 'the entry was there before this one');
});

test('connections at one time share one reading', () => {
	const {neighbours, readings} = machine();
	for (let count = 0; count < 100; count += 1) {
		neighbours.look();
	}

	assert.equal(readings(), 1);
});

test('a connection to this machine is not watched', () => {
	const error = {code: 'ETIMEDOUT', message: 'connect'};
	for (const endpoint of [
		{kind: 'unix', path: '/run/redis.sock'},
		{kind: 'tcp', host: '127.0.0.1', port: 6379},
	] as const) {
		assert.deepEqual(watchConnection(endpoint, () => assert.fail('it has no neighbour')).explain(error), error);
	}
});
