import assert from 'node:assert/strict';
import test from 'node:test';
import {Fleet, type FleetOptions, type FleetReport} from '../../source/poll/fleet.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at, FakeServer, fakeNetwork, refusal, settingsOf} from '../harness/fake-port.js';
import type {Sections} from '../harness/records.js';

const server = (runId: string, sections: Sections = {}) =>
	new FakeServer({Server: {redis_version: '7.2.4', run_id: runId}, ...sections});

const primaryOf = (...lines: readonly string[]): Sections => ({
	Replication: {role: 'master', ...Object.fromEntries(lines.map((line, index) => [`slave${index}`, line]))},
});
const replicaOf = (host: string, port: number): Sections => ({
	Replication: {role: 'slave', master_host: host, master_port: port, master_link_status: 'up'},
});
const line = (host: string, port = 6379) => `ip=${host},port=${port},state=online,offset=1,lag=0`;

function fleetOf(
	servers: Readonly<Record<string, FakeServer>>,
	targets: readonly string[],
	options: Partial<FleetOptions> = {},
) {
	const clock = new FakeClock();
	const end = new AbortController();
	const reports: FleetReport[] = [];
	const fleet = new Fleet({
		targets: targets.map(target => settingsOf(target)),
		openPort: fakeNetwork(clock, servers),
		clock,
		signal: end.signal,
		intervalMs: 1000,
		report: report => reports.push(report),
		...options,
	});
	fleet.start();
	const found = () =>
		reports.flatMap(report => (report.kind === 'node-found' ? [`${report.origin} ${report.address}`] : []));
	const sampled = () =>
		new Set(
			reports.flatMap(report =>
				report.kind === 'outcome' && report.outcome.kind === 'sampled' ? [report.outcome.address] : [],
			),
		);
	const failed = () =>
		reports.flatMap(report =>
			report.kind === 'outcome' && report.outcome.kind === 'failed'
				? [`${report.outcome.address} ${report.outcome.failure.code}`]
				: [],
		);
	return {clock, end, fleet, reports, found, sampled, failed};
}

test('from a replica the primary and the other replicas are found, each on a connection of its own', async () => {
	const servers = {
		'10.0.1.11:6379': server('p', primaryOf(line('10.0.1.12'), line('10.0.1.13'))),
		'10.0.1.12:6379': server('r1', replicaOf('10.0.1.11', 6379)),
		'10.0.1.13:6379': server('r2', replicaOf('10.0.1.11', 6379)),
	};
	const {clock, found, sampled} = fleetOf(servers, ['10.0.1.12:6379']);
	await clock.advance(5000);
	assert.deepEqual(found(), ['target 10.0.1.12:6379', 'replication 10.0.1.11:6379', 'replication 10.0.1.13:6379']);
	assert.equal(sampled().size, 3);
	for (const {opened, mostInFlight} of Object.values(servers)) {
		assert.deepEqual([opened, mostInFlight], [1, 1]);
	}
});

test('another name of a process we have is dropped: never reported, polled no more', async () => {
	const only = server('p', primaryOf(line('10.0.1.12')));
	const replica = server('r', replicaOf('db-1', 6379));
	const servers = {'10.0.1.11:6379': only, 'db-1:6379': only, '10.0.1.12:6379': replica};
	const {clock, found, fleet} = fleetOf(servers, ['10.0.1.11:6379']);
	await clock.advance(5000);
	assert.deepEqual(found(), ['target 10.0.1.11:6379', 'replication 10.0.1.12:6379']);
	assert.deepEqual([...fleet.addresses()], ['10.0.1.11:6379', '10.0.1.12:6379']);
	assert.equal(only.opened, 2, 'it was tried under its other name');
	assert.equal(only.ports.size, 1);
	const opened = only.opened;
	await clock.advance(10_000);
	assert.equal(only.opened, opened);
});

test('what a remote node calls 127.0.0.1 is on its machine', async () => {
	const servers = {
		'10.0.1.11:6379': server('p', primaryOf(line('127.0.0.1', 6380))),
		'10.0.1.11:6380': server('r', replicaOf('127.0.0.1', 6379)),
	};
	const {clock, found} = fleetOf(servers, ['10.0.1.11:6379']);
	await clock.advance(3000);
	assert.deepEqual(found(), ['target 10.0.1.11:6379', 'replication 10.0.1.11:6380']);
});

test('a node that was named and can’t be reached is shown, and one that dies is polled on', async () => {
	const dying = server('p', primaryOf(line('10.0.1.12')));
	const {clock, found, failed, fleet} = fleetOf({'10.0.1.11:6379': dying}, ['10.0.1.11:6379']);
	await clock.advance(3000);
	assert.deepEqual(found(), ['target 10.0.1.11:6379', 'replication 10.0.1.12:6379']);
	dying.kill();
	await clock.advance(10_000);
	assert.deepEqual(new Set(failed()), new Set(['10.0.1.12:6379 ECONNREFUSED', '10.0.1.11:6379 ECONNREFUSED']));
	assert.equal(fleet.addresses().length, 2);
});

test('nodes of a cluster are found; those without an address, in handshake or ourselves are not', async () => {
	const id = (digit: string) => digit.repeat(40);
	const first = server('a', {Cluster: {cluster_enabled: 1}});
	first.answer = command =>
		command.join(' ') === 'CLUSTER NODES'
			? [
					`${id('a')} 10.0.1.11:6379@16379 myself,master - 0 0 1 connected 0-16383`,
					`${id('b')} 10.0.1.12:6379@16379 slave ${id('a')} 0 0 1 connected`,
					`${id('c')} :0@0 master,noaddr - 0 0 0 disconnected`,
					`${id('d')} 10.0.1.14:6379@16379 handshake - 0 0 0 disconnected`,
				].join('\n')
			: undefined;
	const second = server('b', {Cluster: {cluster_enabled: 1}});
	const {clock, found} = fleetOf({'10.0.1.11:6379': first, '10.0.1.12:6379': second}, ['10.0.1.11:6379']);
	await clock.advance(4000);
	assert.deepEqual(found(), ['target 10.0.1.11:6379', 'cluster 10.0.1.12:6379']);
});

test('refused credentials are reported', async () => {
	const guarded = server('p');
	guarded.refusal = refusal('WRONGPASS invalid username-password pair or user is disabled.');
	const {clock, failed} = fleetOf({'10.0.1.11:6379': guarded}, ['10.0.1.11:6379']);
	await clock.advance(1000);
	assert.deepEqual(failed(), ['10.0.1.11:6379 WRONGPASS']);
});

test('the node in focus is asked for more, at once, and gets a connection for PING alone', async () => {
	const one = server('a');
	const other = server('b');
	const {clock, fleet, reports} = fleetOf({'10.0.1.11:6379': one, '10.0.1.12:6379': other}, [
		'10.0.1.11:6379',
		'10.0.1.12:6379',
	]);
	fleet.setInterests(new Set(['slowlog']));
	await clock.advance(3000);
	assert.ok(!one.commands().some(command => command.startsWith('SLOWLOG')));
	fleet.setFocus(at('10.0.1.11:6379'));
	await clock.advance(400);
	assert.ok(one.commands().some(command => command.startsWith('SLOWLOG')));
	assert.ok(!other.commands().some(command => command.startsWith('SLOWLOG')));
	assert.equal(one.ports.size, 2);
	assert.deepEqual(
		reports.filter(({kind}) => kind === 'ping'),
		[{kind: 'ping', address: '10.0.1.11:6379', roundTripMs: 1}],
	);

	fleet.setFocus(at('10.0.1.12:6379'));
	await clock.advance(400);
	assert.deepEqual([one.ports.size, other.ports.size], [1, 2]);
});

test('a new interest is fetched at once, a new interval holds at once', async () => {
	const one = server('a');
	const {clock, fleet} = fleetOf({'10.0.1.11:6379': one}, ['10.0.1.11:6379'], {intervalMs: 10_000});
	fleet.setFocus(at('10.0.1.11:6379'));
	await clock.advance(21_000);
	fleet.setInterests(new Set(['slowlog']));
	await clock.advance(300);
	assert.ok(one.commands().includes('SLOWLOG GET 16'));
	const before = one.asked.length;
	fleet.setInterval(500);
	await clock.advance(3000);
	assert.ok(one.asked.length - before >= 6);
});

test('no more than fifty connections are made at the same time', async () => {
	const clock = new FakeClock();
	let connecting = 0;
	let most = 0;
	const targets = Array.from({length: 120}, (_, index) => `10.0.2.${index}:6379`);
	const servers = Object.fromEntries(targets.map(target => [target, server(target)]));
	const network = fakeNetwork(clock, servers);
	const {fleet, sampled} = fleetOf(servers, targets, {
		clock,
		openPort: settings => {
			const port = network(settings);
			const open = port.open.bind(port);
			port.open = async () => {
				connecting += 1;
				most = Math.max(most, connecting);
				await clock.sleep(100);
				connecting -= 1;
				await open();
			};
			return port;
		},
	});
	await clock.advance(2000);
	assert.equal(fleet.addresses().length, 120);
	assert.equal(sampled().size, 120);
	assert.ok(most <= 50 && most > 10, `${most} at once`);
});

test('when all ends, every connection is closed', async () => {
	const one = server('a');
	const {clock, end, fleet} = fleetOf({'10.0.1.11:6379': one}, ['10.0.1.11:6379']);
	fleet.setFocus(at('10.0.1.11:6379'));
	await clock.advance(2500);
	end.abort();
	await clock.advance(100);
	assert.equal(one.ports.size, 0);
	const asked = one.asked.length;
	await clock.advance(5000);
	assert.equal(one.asked.length, asked);
});
