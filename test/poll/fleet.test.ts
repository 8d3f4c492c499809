import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import test from 'node:test';
import {Fleet} from '../../source/poll/fleet.js';
import type {FleetEvent, FleetOptions} from '../../source/poll/fleet-options.js';
import type {ConnectionSettings} from '../../source/wire/connection.js';
import {type Reply, WireFailure} from '../../source/wire/redis-port.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at, FakeServer, fakeNetwork, refusal, settingsOf} from '../harness/fake-port.js';
import type {Sections} from '../harness/records.js';

/** A server whose run id is made of a name; servers of one name are one process. */
const server = (process: string, sections: Sections = {}) =>
	serverWith(createHash('sha1').update(process).digest('hex'), sections);

const serverWith = (runId: string, sections: Sections = {}) =>
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
	const {clock = new FakeClock()} = options as {readonly clock?: FakeClock};
	const end = new AbortController();
	const reports: FleetEvent[] = [];
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
	const gone = () =>
		reports.flatMap(report => (report.kind === 'node-gone' ? [`${report.address} ${report.isGone}`] : []));
	return {clock, end, fleet, reports, found, sampled, failed, gone};
}

test('a discovered node has the profile of its target, and a target has its own', async () => {
	const servers = {
		'10.0.1.11:6379': server('p', primaryOf(line('10.0.1.12'), line('10.0.1.13'))),
		'10.0.1.12:6379': server('r1', replicaOf('10.0.1.11', 6379)),
		'10.0.1.13:6379': server('r2', replicaOf('10.0.1.11', 6379)),
	};
	const {clock, end, fleet, sampled} = fleetOf(servers, [], {
		targets: [
			{...settingsOf('10.0.1.11:6379'), profile: 'one'},
			{...settingsOf('10.0.1.13:6379'), profile: 'two'},
		],
	});
	await clock.advance(3000);
	assert.equal(sampled().size, 3);
	assert.deepEqual(
		['10.0.1.11:6379', '10.0.1.12:6379', '10.0.1.13:6379'].map(address => fleet.settingsOf(at(address))?.profile),
		['one', 'one', 'two'],
	);
	end.abort();
});

test('the primary and the other replicas are found from a replica, each with its own connection', async () => {
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

test('the next port is asked of a target that answers no connection, and of no announced node', async () => {
	const silent = new FakeServer({});
	silent.refusal = new WireFailure('connect ETIMEDOUT', 'ETIMEDOUT', false);
	const servers = {
		'10.0.1.11:6379': server('p', primaryOf(line('10.0.1.12'))),
		'10.0.1.12:6379': silent,
		'10.0.1.13:6379': silent,
	};
	const asked: string[] = [];
	const {clock, failed} = fleetOf(servers, ['10.0.1.11:6379', '10.0.1.13:6379'], {
		answeringPort: async ({host}) => {
			asked.push(host);
			return undefined;
		},
	});
	await clock.advance(5000);
	assert.deepEqual(new Set(failed()), new Set(['10.0.1.12:6379 ETIMEDOUT', '10.0.1.13:6379 ETIMEDOUT']));
	assert.deepEqual(asked, ['10.0.1.13']);
});

test('a second address of a known process is never reported and no longer polled', async () => {
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

test("127.0.0.1 in the reply of a remote node means that node's machine", async () => {
	const servers = {
		'10.0.1.11:6379': server('p', primaryOf(line('127.0.0.1', 6380))),
		'10.0.1.11:6380': server('r', replicaOf('127.0.0.1', 6379)),
	};
	const {clock, found} = fleetOf(servers, ['10.0.1.11:6379']);
	await clock.advance(3000);
	assert.deepEqual(found(), ['target 10.0.1.11:6379', 'replication 10.0.1.11:6380']);
});

test('an unreachable target is shown, and a node that dies is still polled', async () => {
	const dying = server('p', primaryOf(line('10.0.1.12')));
	const {clock, found, failed, fleet} = fleetOf({'10.0.1.11:6379': dying}, ['10.0.1.11:6379']);
	await clock.advance(3000);
	assert.deepEqual(found(), ['target 10.0.1.11:6379', 'replication 10.0.1.12:6379']);
	dying.kill();
	await clock.advance(10_000);
	assert.deepEqual(new Set(failed()), new Set(['10.0.1.12:6379 ECONNREFUSED', '10.0.1.11:6379 ECONNREFUSED']));
	assert.equal(fleet.addresses().length, 2);
});

test('cluster nodes are found, but not those without an address, in handshake or the asked node itself', async () => {
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

const sentinelOf = (primary: string, replicas: readonly string[], sentinels: readonly string[]) => {
	const place = (address: string) => ['ip', address.split(':')[0] ?? '', 'port', address.split(':')[1] ?? ''];
	const one = server(`sentinel of ${primary} ${sentinels.join()}`, {});
	one.sections = {Server: {...one.sections.Server, redis_mode: 'sentinel'}};
	one.answer = command => {
		switch (command.slice(0, 2).join(' ')) {
			case 'SENTINEL MASTERS':
				return [['name', 'main', ...place(primary), 'flags', 'master']];
			case 'SENTINEL REPLICAS':
				return replicas.map(address => ['name', address, ...place(address), 'flags', 'slave']);
			case 'SENTINEL SENTINELS':
				return sentinels.map(address => ['name', address, ...place(address), 'flags', 'sentinel']);
			case 'SENTINEL CKQUORUM':
				return refusal('NOQUORUM 1 usable Sentinels. Not enough available Sentinels to reach the majority');
			default:
				return undefined;
		}
	};
	return one;
};

test('primary, replicas and other sentinels are found from a sentinel, data nodes with their own password', async () => {
	const servers = {
		'10.0.1.1:26379': sentinelOf('10.0.1.11:6379', ['10.0.1.12:6379'], ['10.0.1.2:26379']),
		'10.0.1.2:26379': sentinelOf('10.0.1.11:6379', ['10.0.1.12:6379'], ['10.0.1.1:26379']),
		'10.0.1.11:6379': server('p', primaryOf(line('10.0.1.12'))),
		'10.0.1.12:6379': server('r', replicaOf('10.0.1.11', 6379)),
	};
	const {endpoint: _, ...dataAccess} = settingsOf('a:1', {password: 'data'});
	const {clock, found, sampled, fleet, reports} = fleetOf(servers, ['10.0.1.1:26379'], {
		dataAccess,
		primaryName: 'main',
	});
	await clock.advance(8000);
	assert.deepEqual(found().toSorted(), [
		'replication 10.0.1.12:6379',
		'sentinel 10.0.1.11:6379',
		'sentinel 10.0.1.2:26379',
		'target 10.0.1.1:26379',
	]);
	assert.equal(sampled().size, 4);
	assert.equal(fleet.settingsOf(at('10.0.1.11:6379'))?.password, 'data');
	assert.equal(fleet.settingsOf(at('10.0.1.2:26379'))?.password, undefined);
	const views = reports.flatMap(report =>
		report.kind === 'outcome' && report.outcome.kind === 'sampled' ? [report.outcome.extras.sentinel] : [],
	);
	const last = views.findLast(view => view !== undefined)?.primaries[0];
	assert.deepEqual([last?.quorumCheck?.isReached, last?.replicas?.length], [false, 1]);
	assert.ok((last?.quorumCheck?.failures ?? 0) > 1);
	const forbidden = servers['10.0.1.1:26379'].commands().filter(command => !/^(INFO|SENTINEL)/.test(command));
	assert.deepEqual(forbidden, [], 'a sentinel knows no other commands');
});

test("a sentinel's primary other than the named one is not followed", async () => {
	const servers = {'10.0.1.1:26379': sentinelOf('10.0.1.11:6379', [], [])};
	const {clock, found} = fleetOf(servers, ['10.0.1.1:26379'], {primaryName: 'other'});
	await clock.advance(5000);
	assert.deepEqual(found(), ['target 10.0.1.1:26379']);
});

test('announced addresses are mapped, and a node is known by both addresses', async () => {
	const servers = {
		'localhost:7001': server('p', primaryOf(line('172.18.0.3'), line('172.18.0.4', 6390))),
		'localhost:7002': server('r', replicaOf('172.18.0.2', 6379)),
		'gate:6390': server('r2', replicaOf('172.18.0.2', 6379)),
	};
	const natMap = new Map([
		['172.18.0.2:6379', {kind: 'tcp', host: 'localhost', port: 7001}],
		['172.18.0.3:6379', {kind: 'tcp', host: 'localhost', port: 7002}],
		['172.18.0.4', {host: 'gate'}],
	] as const);
	const {clock, found, reports} = fleetOf(servers, ['localhost:7001'], {natMap});
	await clock.advance(4000);
	assert.deepEqual(found(), ['target localhost:7001', 'replication localhost:7002', 'replication gate:6390']);
	const aliases = new Set(
		reports.flatMap(report => (report.kind === 'node-alias' ? [`${report.alias} is ${report.address}`] : [])),
	);
	assert.ok(aliases.has('172.18.0.2:6379 is localhost:7001') && aliases.has('172.18.0.4:6390 is gate:6390'));
});

/** A fleet of one primary, which visits the address of a replica that it lost. Returns what became of the visit. */
async function visited(lost: FakeServer, options: Partial<FleetOptions> = {}, named = '10.0.1.12:6379') {
	const primary = server('p', {Replication: {role: 'master', master_replid: 'a'.repeat(40)}});
	const servers = {'10.0.1.11:6379': primary, [named]: lost};
	const made = fleetOf(servers, ['10.0.1.11:6379'], options);
	const {clock, fleet, reports} = made;
	await clock.advance(1500);
	const sample = reports.findLast(({kind}) => kind === 'outcome');
	assert.ok(sample?.kind === 'outcome' && sample.outcome.kind === 'sampled');
	fleet.visit(at(named), at('10.0.1.11:6379'), sample.outcome.sample.info);
	assert.equal(fleet.visits.isAnyUnderWay, options.follow !== 'none');
	assert.deepEqual(fleet.addresses(), ['10.0.1.11:6379'], 'no command waits for an address that is only tried');
	await clock.advance(2500);
	return {...made, primary};
}

test('a replica that only a log names is shown once it answers as a replica of its primary', async () => {
	const both = ['target 10.0.1.11:6379', 'replication 10.0.1.12:6379'];
	const bySameAddress = await visited(server('r', replicaOf('10.0.1.11', 6379)));
	assert.deepEqual([bySameAddress.found(), bySameAddress.fleet.visits.isAnyUnderWay], [both, false]);
	bySameAddress.end.abort();
	const history = {Replication: {...replicaOf('db.local', 6379).Replication, master_replid: 'a'.repeat(40)}};
	const bySameHistory = await visited(server('r', history));
	assert.deepEqual(bySameHistory.found().slice(0, 2), both);
	bySameHistory.end.abort();
	const restarting = server('r', replicaOf('10.0.1.11', 6379));
	restarting.kill();
	const {clock, found, failed, end} = await visited(restarting);
	assert.deepEqual([found(), failed()], [['target 10.0.1.11:6379'], []]);
	restarting.start(restarting.sections);
	await clock.advance(6000);
	assert.deepEqual(found(), both);
	restarting.kill();
	await clock.advance(3000);
	assert.notDeepEqual(failed(), [], 'once it was seen, its failures are reported');
	end.abort();
});

test('an address that only a log names is left where its node moved, was promoted or shut down', async () => {
	const moved = {Replication: {...replicaOf('10.0.2.1', 6379).Replication, master_replid: 'b'.repeat(40)}};
	const promoted = {Replication: {role: 'master', master_replid: 'c'.repeat(40), master_replid2: 'a'.repeat(40)}};
	const empty = {Replication: {...replicaOf('10.0.2.1', 6379).Replication, master_replid: '0'.repeat(40)}};
	const down = server('r');
	down.kill();
	const refusing = server('r', replicaOf('10.0.1.11', 6379));
	refusing.answer = () => refusal('WRONGPASS invalid username-password pair');
	for (const lost of [server('r', moved), server('r', promoted), server('r', empty), down, refusing]) {
		const {clock, fleet, found, failed, end} = await visited(lost);
		await clock.advance(30_000);
		const {opened} = lost;
		await clock.advance(30_000);
		assert.deepEqual([found(), failed()], [['target 10.0.1.11:6379'], []]);
		assert.ok(lost === down || opened === 1, 'a node that answered is asked once');
		assert.deepEqual([lost.opened, fleet.visits.isAnyUnderWay], [opened, false], 'it is asked no longer');
		end.abort();
	}
});

test('an address that only a log names gets no credentials outside of the own networks', async () => {
	const targets = [{...settingsOf('10.0.1.11:6379'), password: 'secret'}];
	const outsider = server('r', replicaOf('10.0.1.11', 6379));
	const {fleet, end} = await visited(outsider, {targets}, '203.0.113.9:6379');
	assert.equal(fleet.settingsOf(at('203.0.113.9:6379'))?.password, undefined);
	end.abort();
	const own = await visited(server('r', replicaOf('10.0.1.11', 6379)), {targets});
	assert.equal(own.fleet.settingsOf(at('10.0.1.12:6379'))?.password, 'secret');
	own.end.abort();
	const alone = await visited(outsider, {follow: 'none'});
	assert.deepEqual(alone.found(), ['target 10.0.1.11:6379']);
	alone.end.abort();
});

test('a failing node is gone once no node names it; a dismissed node is not polled until it is found again', async () => {
	const primary = server('p', primaryOf(line('10.0.1.12')));
	const replica = server('r', replicaOf('10.0.1.11', 6379));
	const servers = {'10.0.1.11:6379': primary, '10.0.1.12:6379': replica};
	const {clock, found, fleet, gone} = fleetOf(servers, ['10.0.1.11:6379']);
	await clock.advance(3000);
	replica.kill();
	await clock.advance(90_000);
	assert.deepEqual(gone(), [], 'its primary still names it');
	primary.sections = {...primary.sections, Replication: {role: 'master'}};
	await clock.advance(8000);
	assert.deepEqual(gone(), ['10.0.1.12:6379 true']);
	replica.start(replica.sections);
	await clock.advance(8000);
	assert.deepEqual(gone(), ['10.0.1.12:6379 true', '10.0.1.12:6379 false']);
	replica.kill();
	await clock.advance(80_000);
	fleet.dismiss(at('10.0.1.12:6379'));
	const {opened} = replica;
	await clock.advance(20_000);
	assert.deepEqual([fleet.addresses(), replica.opened], [['10.0.1.11:6379'], opened]);
	replica.start(replica.sections);
	primary.sections = {...primary.sections, ...primaryOf(line('10.0.1.12'))};
	await clock.advance(5000);
	assert.equal(found().filter(line => line.endsWith('10.0.1.12:6379')).length, 2);
});

test('a node that its cluster removed is gone before the failed poll that would count as its failure', async () => {
	const id = (digit: string) => digit.repeat(40);
	const listing = (...others: readonly string[]) => [
		`${id('a')} 10.0.1.11:6379@16379 myself,master - 0 0 1 connected 0-16383`,
		...others,
	];
	const removed = `${id('b')} 10.0.1.12:6379@16379 slave ${id('a')} 0 0 1 connected`;
	let nodes = listing(removed);
	const first = server('a', {Cluster: {cluster_enabled: 1}});
	first.answer = command => (command.join(' ') === 'CLUSTER NODES' ? nodes.join('\n') : undefined);
	const second = server('b', {Cluster: {cluster_enabled: 1}});
	const {clock, reports, gone} = fleetOf({'10.0.1.11:6379': first, '10.0.1.12:6379': second}, ['10.0.1.11:6379']);
	await clock.advance(4000);
	second.kill();
	nodes = listing();
	await clock.advance(12_000);
	assert.deepEqual(gone(), ['10.0.1.12:6379 true']);
	const until = reports.findIndex(report => report.kind === 'node-gone');
	const failedAtMs = reports
		.slice(0, until)
		.flatMap(report =>
			report.kind === 'outcome' && report.outcome.kind === 'failed' ? [report.outcome.askedAtMs] : [],
		);
	const [firstMs = 0] = failedAtMs;
	assert.ok(failedAtMs.length > 1 && failedAtMs.every(atMs => atMs - firstMs < 10_000), failedAtMs.join());
});

test('a target that no other node ever named stays down and is never gone', async () => {
	const lonely = server('l');
	const {clock, gone} = fleetOf({'10.0.1.11:6379': server('p'), '10.0.2.1:6379': lonely}, [
		'10.0.1.11:6379',
		'10.0.2.1:6379',
	]);
	await clock.advance(3000);
	lonely.kill();
	await clock.advance(200_000);
	assert.deepEqual(gone(), []);
});

test('the nodes of an earlier session are polled only when no target answers', async () => {
	const servers = {'10.0.1.12:6379': server('r', replicaOf('10.0.1.11', 6379))};
	const remembered = [settingsOf('10.0.1.11:6379').endpoint, settingsOf('10.0.1.12:6379').endpoint];
	const dead = fleetOf(servers, ['10.0.1.11:6379'], {remembered});
	await dead.clock.advance(3000);
	assert.deepEqual(dead.found(), ['target 10.0.1.11:6379', 'remembered 10.0.1.12:6379']);
	assert.ok(dead.reports.some(report => report.kind === 'memory-used' && report.nodes === 1));
	assert.equal(dead.sampled().size, 1);
	const alive = fleetOf({'10.0.1.11:6379': server('p')}, ['10.0.1.11:6379'], {remembered});
	await alive.clock.advance(3000);
	assert.deepEqual(alive.found(), ['target 10.0.1.11:6379']);
});

test('refused credentials are reported as a failed poll', async () => {
	const guarded = server('p');
	guarded.refusal = refusal('WRONGPASS invalid username-password pair or user is disabled.');
	const {clock, failed} = fleetOf({'10.0.1.11:6379': guarded}, ['10.0.1.11:6379']);
	await clock.advance(1000);
	assert.deepEqual(failed(), ['10.0.1.11:6379 WRONGPASS']);
});

test('the node in focus gets more requests at once, and a connection for PING alone', async () => {
	const one = server('a');
	const other = server('b');
	const {clock, fleet, reports} = fleetOf({'10.0.1.11:6379': one, '10.0.1.12:6379': other}, [
		'10.0.1.11:6379',
		'10.0.1.12:6379',
	]);
	fleet.setInterests(new Set(['clients']));
	await clock.advance(3000);
	assert.ok(!one.commands().some(command => command.startsWith('CLIENT')));
	fleet.setFocus(at('10.0.1.11:6379'));
	await clock.advance(400);
	assert.ok(one.commands().some(command => command.startsWith('CLIENT')));
	assert.ok(!other.commands().some(command => command.startsWith('CLIENT')));
	assert.deepEqual(
		reports.filter(({kind}) => kind === 'ping'),
		[{kind: 'ping', address: '10.0.1.11:6379', roundTripMs: 1}],
	);
	await clock.advance(2000);
	assert.equal(one.ports.size, 2);

	fleet.setFocus(at('10.0.1.12:6379'));
	await clock.advance(2400);
	assert.deepEqual([one.ports.size, other.ports.size], [1, 2]);
});

test('a node gets a burst of PINGs when it is first in focus, and when a reply to PING is late', async () => {
	const one = server('a');
	const {clock, fleet, reports} = fleetOf({'10.0.1.11:6379': one}, ['10.0.1.11:6379']);
	const looks = () => reports.filter(({kind}) => kind === 'look').length;
	await clock.advance(1500);
	assert.equal(looks(), 0);
	fleet.setFocus(at('10.0.1.11:6379'));
	await clock.advance(3000);
	assert.equal(looks(), 1);
	await clock.advance(40_000);
	assert.equal(looks(), 1);
	one.roundTripMs = 260;
	await clock.advance(1500);
	one.roundTripMs = 1;
	await clock.advance(3000);
	assert.equal(looks(), 2);
});

test('a node out of focus gets a burst of PINGs once the reply to its poll was late', async () => {
	const [one, other] = [server('a'), server('b')];
	const {clock, fleet, reports} = fleetOf({'10.0.1.11:6379': one, '10.0.1.12:6379': other}, [
		'10.0.1.11:6379',
		'10.0.1.12:6379',
	]);
	const looked = () => reports.flatMap(report => (report.kind === 'look' ? [report.address] : []));
	fleet.setFocus(at('10.0.1.11:6379'));
	await clock.advance(8000);
	assert.deepEqual(looked(), ['10.0.1.11:6379']);
	other.roundTripMs = 260;
	await clock.advance(1500);
	other.roundTripMs = 1;
	await clock.advance(4000);
	assert.deepEqual(looked(), ['10.0.1.11:6379', '10.0.1.12:6379']);
});

test('a command that looks closely sends bursts to every node, without a focus', async () => {
	const servers = {'10.0.1.11:6379': server('a'), '10.0.1.12:6379': server('b')};
	const {clock, fleet, reports} = fleetOf(servers, Object.keys(servers), {looksClosely: true});
	await clock.advance(500);
	assert.ok(fleet.isLooking);
	await clock.advance(2000);
	assert.ok(!fleet.isLooking);
	assert.deepEqual(
		reports.flatMap(report => (report.kind === 'look' ? [report.address] : [])).toSorted(),
		Object.keys(servers),
	);
});

test('data that panels merge over nodes is asked of every node of a small fleet', async () => {
	const one = server('a');
	const other = server('b');
	const {clock, fleet} = fleetOf({'10.0.1.11:6379': one, '10.0.1.12:6379': other}, [
		'10.0.1.11:6379',
		'10.0.1.12:6379',
	]);
	fleet.setFocus(at('10.0.1.11:6379'));
	fleet.setInterests(new Set(['slowlog', 'clients']));
	await clock.advance(4000);
	assert.ok(other.commands().includes('SLOWLOG GET 16'));
	assert.ok(!other.commands().includes('CLIENT LIST'));
});

test('a new request is sent at once, and a new interval holds at once', async () => {
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

test('no more than fifty connections are opened at the same time', async () => {
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

test('every connection is closed when the fleet ends', async () => {
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

const helloOf = (host: string, index: number) => `${host},26379,${String(index).repeat(40)},0,main,10.0.1.11,6379,0`;
const subscribed =
	(listeners: number) =>
	([command, , channel = '']: readonly string[]): Reply | undefined =>
		command === 'PUBSUB' ? [channel, listeners] : undefined;

test("redis-top subscribes to sentinels' messages on a data node once, where subscribers exist", async () => {
	const data = server('p', primaryOf());
	data.answer = subscribed(2);
	data.hellos = [helloOf('10.0.2.11', 1), 'no hello', helloOf('10.0.2.12', 2)];
	const quiet = server('q', primaryOf());
	quiet.answer = subscribed(0);
	const servers = {
		'10.0.1.11:6379': data,
		'10.0.1.20:6379': quiet,
		'10.0.2.11:26379': server('s1'),
		'10.0.2.12:26379': server('s2'),
	};
	const {clock, found} = fleetOf(servers, ['10.0.1.11:6379', '10.0.1.20:6379']);
	await clock.advance(5000);
	assert.deepEqual(found().slice(2), ['hello 10.0.2.11:26379', 'hello 10.0.2.12:26379']);
	await clock.advance(300_000);
	assert.deepEqual([data.subscriptions, quiet.subscriptions], [1, 0]);
	const asked = data.commands().filter(command => command.startsWith('PUBSUB')).length;
	assert.ok(asked >= 4 && asked <= 7, `asked ${asked} times in five minutes`);
	data.answer = subscribed(3);
	data.hellos = [helloOf('10.0.2.13', 3)];
	await clock.advance(70_000);
	assert.equal(data.subscriptions, 2, 'one more listens');
});

test('a refused subscription is a blind spot, and is tried again ten minutes later', async () => {
	const data = server('p', primaryOf());
	data.answer = subscribed(1);
	data.hellos = refusal("NOPERM User x has no permissions to run the 'subscribe' command");
	const {clock, reports, found} = fleetOf({'10.0.1.11:6379': data}, ['10.0.1.11:6379']);
	await clock.advance(100_000);
	const last = reports.findLast(report => report.kind === 'outcome');
	assert.ok(last?.kind === 'outcome' && last.outcome.kind === 'sampled');
	assert.deepEqual(
		last.outcome.blind.map(({command, kind, grant}) => [command, kind, grant]),
		[['SUBSCRIBE __sentinel__:hello', 'denied', '+subscribe &__sentinel__:hello']],
	);
	assert.deepEqual([data.subscriptions, found()], [1, ['target 10.0.1.11:6379']]);
	await clock.advance(600_000);
	assert.equal(data.subscriptions, 2);
});

test('a cluster node is not asked for sentinels', async () => {
	const clustered = server('c', {Cluster: {cluster_enabled: 1}});
	const {clock} = fleetOf({'10.0.1.11:6379': clustered}, ['10.0.1.11:6379']);
	await clock.advance(5000);
	assert.ok(!clustered.commands().some(command => command.startsWith('PUBSUB')));
});

test('the slow logs of many nodes are read in turn, eight a second, while the panel shows them all', async () => {
	const lines = Array.from({length: 79}, (_, index) => line(`10.0.2.${index + 1}`));
	const servers = {
		'10.0.1.11:6379': server('p', primaryOf(...lines)),
		...Object.fromEntries(
			lines.map((_, index) => [`10.0.2.${index + 1}:6379`, server(`r${index}`, replicaOf('10.0.1.11', 6379))]),
		),
	};
	const readings = () =>
		Object.values(servers).map(each => each.commands().filter(command => command.startsWith('SLOWLOG')).length);
	const {clock, fleet, sampled} = fleetOf(servers, ['10.0.1.11:6379']);
	await clock.advance(5000);
	assert.equal(sampled().size, 80);
	fleet.setInterests(new Set(['slowlog'] as const));
	await clock.advance(5000);
	assert.equal(Math.max(...readings()), 0, 'nobody looks at all of them');
	fleet.setInterests(new Set(['slowlog', 'all-slowlogs'] as const));
	await clock.advance(5000);
	const soFar = readings().filter(count => count > 0).length;
	assert.ok(soFar >= 30 && soFar <= 50, `${soFar} within five seconds`);
	await clock.advance(8000);
	assert.deepEqual([Math.min(...readings()), Math.max(...readings())], [1, 2]);
});

/** Verified by the public authorities, which sign a name or an address for everybody who has it. */
const publicTls = {ca: undefined, cert: undefined, key: undefined, serverName: undefined, isVerified: true};

for (const [follow, visited, withPassword] of [
	['all', ['10.0.1.11', '10.0.1.12', '203.0.113.5', '169.254.169.254'], ['10.0.1.11', '10.0.1.12']],
	['any', ['10.0.1.11', '10.0.1.12', '203.0.113.5', '169.254.169.254'], ['10.0.1.11', '10.0.1.12', '203.0.113.5']],
	['none', ['10.0.1.11'], ['10.0.1.11']],
] as const) {
	for (const [over, tls] of [
		['', undefined],
		[' over TLS', publicTls],
	] as const) {
		test(`of the replicas that a lying server announces${over}, --follow ${follow} polls the allowed ones`, async () => {
			const servers = {
				'10.0.1.11:6379': server('p', primaryOf(line('10.0.1.12'), line('203.0.113.5'), line('169.254.169.254'))),
				'10.0.1.12:6379': server('r', replicaOf('10.0.1.11', 6379)),
				'203.0.113.5:6379': server('x'),
				'169.254.169.254:6379': server('y'),
			};
			for (const outsider of ['203.0.113.5:6379', '169.254.169.254:6379'] as const) {
				servers[outsider].answer = () => refusal('NOAUTH Authentication required.');
			}

			const opened: ConnectionSettings[] = [];
			const clock = new FakeClock();
			const network = fakeNetwork(clock, servers);
			const {end, reports} = fleetOf(servers, [], {
				clock,
				follow,
				targets: [settingsOf('10.0.1.11:6379', {username: 'monitor', password: 'secret', tls})],
				openPort: settings => {
					opened.push(settings);
					return network(settings);
				},
			});
			await clock.advance(4000);
			end.abort();
			const hosts = (settings: readonly ConnectionSettings[]) =>
				[...new Set(settings.map(({endpoint}) => (endpoint.kind === 'tcp' ? endpoint.host : '')))].sort();
			assert.deepEqual(hosts(opened), [...visited].sort());
			assert.deepEqual(hosts(opened.filter(({password}) => password !== undefined)), [...withPassword].sort());
			assert.deepEqual(hosts(opened.filter(({username}) => username !== undefined)), [...withPassword].sort());
			const reasons = reports.flatMap(report =>
				report.kind === 'outcome' && report.outcome.kind === 'failed' && report.outcome.address.startsWith('203')
					? [String(report.outcome.failure.reason)]
					: [],
			);
			assert.equal(reasons.length > 0, follow !== 'none');
			assert.equal(
				reasons.every(reason => reason.includes('--follow any')),
				follow !== 'any',
			);
		});
	}
}

/** A server that takes connections with this password alone. */
function guarded(process: string, sections: Sections, password: string) {
	const guardedServer = server(process, sections);
	const passwords: Array<string | undefined> = [];
	const open = (settings: ConnectionSettings) => {
		passwords.push(settings.password);
		const isRight = settings.password === password;
		const words = settings.password === undefined ? 'NOAUTH Authentication required.' : 'WRONGPASS invalid password.';
		guardedServer.answer = () => (isRight ? undefined : refusal(words));
	};

	return {server: guardedServer, passwords, open};
}

test('typed credentials are tried on the chosen node, then on the other nodes that refuse theirs', async () => {
	const parts = {
		'10.0.1.11:6379': guarded('p', primaryOf(line('10.0.1.12'), line('10.0.1.13'), line('203.0.113.5')), 'right'),
		'10.0.1.12:6379': guarded('r1', replicaOf('10.0.1.11', 6379), 'right'),
		'10.0.1.13:6379': guarded('r2', replicaOf('10.0.1.11', 6379), 'another'),
		'203.0.113.5:6379': guarded('r3', replicaOf('10.0.1.11', 6379), 'right'),
	};
	const servers = Object.fromEntries(Object.entries(parts).map(([address, part]) => [address, part.server]));
	const clock = new FakeClock();
	const network = fakeNetwork(clock, servers);
	const {end, fleet, sampled} = fleetOf(servers, Object.keys(parts), {
		clock,
		openPort: settings => {
			parts[`${settings.endpoint.kind === 'tcp' ? settings.endpoint.host : ''}:6379` as keyof typeof parts].open(
				settings,
			);
			return network(settings);
		},
	});
	await clock.advance(3000);
	assert.equal(sampled().size, 0);

	const wrong = fleet.tryCredentials(at('10.0.1.11:6379'), {username: undefined, password: 'wrong'});
	await clock.advance(100);
	assert.deepEqual(
		[(await wrong)?.failure?.code, (await wrong)?.alsoAccepted, (await wrong)?.alsoRefused],
		['WRONGPASS', 0, 0],
	);
	assert.equal(fleet.settingsOf(at('10.0.1.11:6379'))?.password, undefined, 'a refused password is not kept');
	assert.ok(
		!Object.entries(parts).some(
			([address, {passwords}]) => address !== '10.0.1.11:6379' && passwords.includes('wrong'),
		),
		'a wrong password is sent to the chosen node alone',
	);

	const right = fleet.tryCredentials(at('10.0.1.11:6379'), {username: 'monitor', password: 'right'});
	await clock.advance(5000);
	assert.deepEqual(
		[(await right)?.failure, (await right)?.alsoAccepted, (await right)?.alsoRefused],
		[undefined, 2, 1],
	);
	assert.deepEqual([...sampled()].sort(), ['10.0.1.11:6379', '10.0.1.12:6379', '203.0.113.5:6379']);
	assert.deepEqual(
		[fleet.settingsOf(at('10.0.1.12:6379'))?.username, fleet.settingsOf(at('10.0.1.13:6379'))?.password],
		['monitor', undefined],
	);
	assert.equal(await fleet.tryCredentials(at('10.0.9.9:6379'), {username: undefined, password: 'x'}), undefined);
	end.abort();
});

for (const runId of ['', '0'.repeat(40), 'unknown']) {
	test(`two servers with the run id “${runId}” are two nodes`, async () => {
		const servers = {
			'10.0.1.11:6379': serverWith(runId, primaryOf(line('10.0.1.12'))),
			'10.0.1.12:6379': serverWith(runId, replicaOf('10.0.1.11', 6379)),
		};
		const {clock, end, reports, sampled} = fleetOf(servers, ['10.0.1.11:6379']);
		await clock.advance(3000);
		assert.deepEqual([...sampled()].sort(), ['10.0.1.11:6379', '10.0.1.12:6379']);
		assert.ok(reports.every(({kind}) => kind !== 'node-alias'));
		end.abort();
	});
}
