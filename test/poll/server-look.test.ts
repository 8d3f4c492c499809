import assert from 'node:assert/strict';
import test from 'node:test';
import type {CloserLook} from '../../source/domain/closer-look.js';
import {CloserLooks} from '../../source/poll/closer-looks.js';
import type {Sampled} from '../../source/poll/discovery.js';
import {serversAt} from '../../source/poll/server-look.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at, FakeServer, fakeNetwork, settingsOf} from '../harness/fake-port.js';
import {infoOf, type Sections} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const address = '10.0.1.11:6379';
const first = `1${'a'.repeat(39)}`;
const second = `2${'b'.repeat(39)}`;
const third = `3${'c'.repeat(39)}`;

const sectionsOf = (runId: string, role = 'master', server: Sections[string] = {}): Sections => ({
	server: {run_id: runId, uptime_in_seconds: 8000, redis_mode: 'standalone', ...server},
	replication: {role, master_replid: 'd'.repeat(40)},
});

/** Opens connections that lead to these servers, one after the other; the last answers all further connections. */
function network(clock: FakeClock, runIds: readonly string[]) {
	const servers = runIds.map((runId, index) => new FakeServer(sectionsOf(runId, index % 2 === 0 ? 'master' : 'slave')));
	let opened = 0;
	const openPort = () => {
		const server = servers[Math.min(opened, servers.length - 1)] ?? new FakeServer({});
		opened += 1;
		return fakeNetwork(clock, {[address]: server})(settingsOf(address));
	};
	return {openPort, servers, opened: () => opened};
}

async function look(runIds: readonly string[], fewest = 3) {
	const clock = new FakeClock();
	const {openPort, opened, servers} = network(clock, runIds);
	const signal = new AbortController().signal;
	const done = serversAt({
		settings: settingsOf(address),
		openPort,
		clock,
		signal,
		polled: infoOf(sectionsOf(first)),
		fewest,
	});
	await clock.advance(10_000);
	return {seen: (await done).map(({runId}) => runId), opened: opened(), servers};
}

test('three connections to one server show that server, and are closed', async () => {
	const {seen, opened, servers} = await look([first]);
	assert.deepEqual(seen, [first, first, first]);
	assert.equal(opened, 3);
	assert.equal(servers[0]?.ports.size, 0);
	assert.deepEqual([...new Set(servers[0]?.commands())], ['INFO server']);
});

test('further connections show whether servers take turns', async () => {
	assert.deepEqual((await look([second, first, second])).seen, [second, first, second]);
	assert.deepEqual((await look([first, first, second, third, first])).seen, [first, first, second, third, first]);
});

test('after a failover behind the address only the new server answers, up to eight connections', async () => {
	assert.deepEqual((await look([first, first, second])).seen, [first, first, ...Array.from({length: 6}, () => second)]);
	assert.equal((await look([second])).opened, 8);
});

/** Looks at a name with these addresses, of which each leads to the server with its run id; undefined: to none. */
async function lookAtName(runIds: Readonly<Record<string, string | undefined>>) {
	const clock = new FakeClock();
	const nodes = Object.entries(runIds).map(([host, runId]) => {
		const server = new FakeServer(sectionsOf(runId ?? first));
		if (runId === undefined) {
			server.kill();
		}

		return [`${host}:6379`, server] as const;
	});
	const done = serversAt({
		settings: settingsOf('cache.example:6379'),
		openPort: fakeNetwork(clock, Object.fromEntries(nodes)),
		clock,
		signal: new AbortController().signal,
		polled: infoOf(sectionsOf(first)),
		fewest: 3,
		lookup: async () => Object.keys(runIds).map(address => ({address})),
	});
	await clock.advance(10_000);
	return (await done).map(({runId, host}) => [runId, host]);
}

test('each address of a name is asked, and the first one again', async () => {
	assert.deepEqual(await lookAtName({'10.0.1.11': first, '10.0.1.12': second}), [
		[first, '10.0.1.11'],
		[second, '10.0.1.12'],
		[first, '10.0.1.11'],
	]);
	const five = ['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4', '10.0.1.5'];
	assert.equal((await lookAtName(Object.fromEntries(five.map(host => [host, first])))).length, 5);
});

test('an address of a name that does not answer is left out', async () => {
	assert.deepEqual(await lookAtName({'10.0.1.11': undefined, '10.0.1.12': first}), [
		[first, '10.0.1.12'],
		[first, '10.0.1.12'],
		[first, '10.0.1.12'],
	]);
	assert.deepEqual(await lookAtName({'10.0.1.11': undefined, '10.0.1.12': undefined}), []);
});

test('a connection that fails ends the look, and a placeholder is no run id', async () => {
	assert.deepEqual((await look(['0'.repeat(40)])).seen, []);
	const clock = new FakeClock();
	const down = new FakeServer({});
	down.kill();
	const openPort = fakeNetwork(clock, {[address]: down});
	const signal = new AbortController().signal;
	assert.deepEqual(
		await serversAt({
			settings: settingsOf(address),
			openPort,
			clock,
			signal,
			polled: infoOf(sectionsOf(first)),
			fewest: 3,
		}),
		[],
	);
});

test('a target is asked at its first answer and each half minute; no other node, cluster node, Sentinel or full server is', async () => {
	const clock = new FakeClock();
	const {openPort, opened} = network(clock, [first]);
	const reports: CloserLook[] = [];
	const looks = new CloserLooks({
		openPort,
		clock,
		signal: new AbortController().signal,
		report: (_, found) => reports.push(found),
	});
	const answered = (sections: Sections, isTarget = true, node = '127.0.0.1:6379') =>
		looks.answered(
			{kind: 'sampled', address: at(node), sample: sampleOf(sections, 0)} as unknown as Sampled,
			settingsOf(node),
			isTarget,
		);
	answered(sectionsOf(first), false);
	answered({...sectionsOf(first), cluster: {cluster_enabled: 1}});
	answered(sectionsOf(first, 'master', {redis_mode: 'cluster'}));
	answered(sectionsOf(first, 'sentinel', {redis_mode: 'sentinel'}));
	answered({...sectionsOf(first), clients: {connected_clients: 90, maxclients: 100}});
	await clock.advance(1000);
	assert.equal(opened(), 0);
	answered(sectionsOf(first));
	await clock.advance(1000);
	answered(sectionsOf(first));
	await clock.advance(28_000);
	assert.deepEqual([reports.length, opened()], [1, 3]);
	await clock.advance(2000);
	answered(sectionsOf(first));
	await clock.advance(1000);
	assert.deepEqual([reports.length, opened()], [2, 5]);
});
