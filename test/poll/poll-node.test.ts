import assert from 'node:assert/strict';
import test from 'node:test';
import type {PollOutcome} from '../../source/domain/sample.js';
import type {PollDemand} from '../../source/poll/poll-demand.js';
import {NodeRefusal, pollNode} from '../../source/poll/poll-node.js';
import {defaultSlowlogCount, mostSlowlogEntries, newPollState, type PollState} from '../../source/poll/poll-state.js';
import type {Reply} from '../../source/wire/redis-port.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at, FakeServer, fakeNetwork, refusal, settingsOf} from '../harness/fake-port.js';

const address = '10.0.1.11:6379';
const interests = new Set(['clients', 'histograms', 'slowlog', 'cluster'] as const);

const sections = (runId = 'run-1', version = '7.2.4') => ({
	Server: {redis_version: version, run_id: runId},
	Clients: {connected_clients: 3},
	Commandstats: {cmdstat_get: 'calls=10,usec=100,usec_per_call=10.00'},
});

/** A node that is polled whenever `poll` is called. */
async function polled(server: FakeServer, more: Partial<PollDemand> = {}) {
	const clock = new FakeClock();
	const port = fakeNetwork(clock, {[address]: server})(settingsOf(address));
	await port.open();
	const state = newPollState();
	const poll = async (afterMs = 0): Promise<Extract<PollOutcome, {kind: 'sampled'}>> => {
		await clock.advance(afterMs);
		const demand = {isFocused: true, interests, isByHand: false, ...more};
		const outcome = pollNode({address: at(address), port, state, demand, clock, timeoutMs: 1000});
		outcome.catch(() => undefined);
		await clock.advance(10);
		const done = await outcome;
		assert.equal(done.kind, 'sampled');
		return done as Extract<PollOutcome, {kind: 'sampled'}>;
	};

	return {clock, state, poll};
}

const replyTo =
	(replies: Readonly<Record<string, Reply>>) =>
	(command: readonly string[]): Reply | undefined =>
		Object.entries(replies).find(([start]) => command.join(' ').startsWith(start))?.[1];

test('the first poll reads the version, and the second asks for everything', async () => {
	const server = new FakeServer(sections());
	const {poll} = await polled(server);
	const first = await poll();
	assert.equal(first.sample.runId, 'run-1');
	assert.equal(first.sample.roundTripMs, 1);
	assert.deepEqual(first.extras, {});
	await poll(1000);
	assert.deepEqual(
		server.asked[1]?.map(([name]) => name),
		['INFO', 'SLOWLOG', 'CLIENT', 'LATENCY', 'CONFIG'],
	);
	assert.equal(server.commands().at(-2), 'LATENCY HISTOGRAM get');
});

test('the cost of a poll is what that poll sent and read', async () => {
	const {poll} = await polled(new FakeServer(sections()));
	await poll();
	assert.deepEqual((await poll(1000)).cost, {commands: 5, bytesOut: 50, bytesIn: 500});
});

test('a default user whose ACL DRYRUN is denied does not count as one with all rights', async () => {
	for (const [reply, expected, isBlind] of [
		['OK', true, false],
		["User default has no permissions to run the 'shutdown' command", false, false],
		[refusal("NOPERM User default has no permissions to run the 'acl|dryrun' command"), false, false],
		[refusal("ERR unknown command 'ACL'"), undefined, true],
	] as const) {
		const server = new FakeServer(sections());
		server.answer = replyTo({'ACL DRYRUN': reply});
		const {poll} = await polled(server, {isAnonymous: true});
		await poll();
		const {extras, blind} = await poll(1000);
		assert.equal(extras.defaultUserCanShutdown, expected);
		assert.equal(
			blind.some(({command}) => command === 'ACL DRYRUN'),
			isBlind,
		);
	}
});

test('a server that is busy with a function is asked which one; a server busy with a script is not asked', async () => {
	const running = [
		'running_script',
		['name', 'endless', 'command', ['FCALL', 'endless', '0'], 'duration_ms', 900],
		'engines',
		[],
	];
	for (const [kill, stats, expected] of [
		['FUNCTION KILL', running, {name: 'endless', durationMs: 900}],
		['FUNCTION KILL', ['running_script', null, 'engines', []], undefined],
		['FUNCTION KILL', refusal('NOPERM no permissions'), undefined],
		['SCRIPT KILL', running, undefined],
	] as const) {
		const server = new FakeServer(sections());
		const busy = refusal(`BUSY Redis is busy running a script. You can only call ${kill} or SHUTDOWN NOSAVE.`);
		server.answer = replyTo({INFO: busy, 'FUNCTION STATS': stats as Reply});
		const {poll} = await polled(server);
		const error = await poll().then(
			() => undefined,
			(thrown: unknown) => thrown,
		);
		assert.ok(error instanceof NodeRefusal);
		assert.deepEqual([error.failure.state, error.failure.running], ['busy', expected]);
		assert.equal(server.commands().includes('FUNCTION STATS'), kill === 'FUNCTION KILL');
	}
});

test('a denied command is a blind spot with its grant, and is not sent again for ten minutes', async () => {
	const server = new FakeServer(sections());
	server.answer = replyTo({
		'SLOWLOG GET': refusal("NOPERM User m has no permissions to run the 'slowlog|get' command"),
	});
	const {poll} = await polled(server);
	await poll();
	const expected = [
		{
			command: 'SLOWLOG GET',
			kind: 'denied',
			why: "NOPERM User m has no permissions to run the 'slowlog|get' command",
			grant: '+slowlog|get',
		},
	];
	assert.deepEqual((await poll(1000)).blind, expected);
	const slowlogs = () => server.commands().filter(command => command.startsWith('SLOWLOG')).length;
	assert.deepEqual((await poll(300_000)).blind, expected);
	assert.equal(slowlogs(), 1);

	server.answer = () => undefined;
	assert.deepEqual((await poll(300_000)).blind, []);
	assert.equal(slowlogs(), 2);
});

test('an absent command is a blind spot without a grant, and a command that failed once is not a blind spot', async () => {
	const server = new FakeServer(sections());
	server.answer = replyTo({
		CONFIG: refusal("ERR unknown command 'CONFIG', with args beginning with: 'GET' "),
		CLIENT: refusal('LOADING Redis is loading the dataset in memory'),
	});
	const {poll} = await polled(server);
	await poll();
	const {blind} = await poll(1000);
	assert.deepEqual(
		blind.map(({command, kind, grant}) => [command, kind, grant]),
		[['CONFIG GET', 'absent', undefined]],
	);
});

test('a refused INFO makes the poll fail with the reason of the refusal', async () => {
	const server = new FakeServer(sections());
	server.answer = replyTo({INFO: refusal('NOAUTH Authentication required.')});
	const {poll} = await polled(server);
	await assert.rejects(poll(), error => error instanceof NodeRefusal && error.failure.layer === 'auth');
});

test('a new process is asked again for what the old one denied', async () => {
	const server = new FakeServer(sections());
	server.answer = replyTo({CLIENT: refusal('NOPERM no')});
	const {poll, state} = await polled(server);
	await poll();
	await poll(1000);
	assert.equal(state.blind.size, 1);
	server.sections = sections('run-2', '6.2.0');
	server.answer = () => undefined;
	await poll(1000);
	assert.equal(state.blind.size, 0);
	assert.deepEqual(state.version, [6, 2]);
	await poll(1000);
	assert.ok(server.asked.at(-1)?.some(command => command.join(' ') === 'CLIENT LIST'));
	assert.ok(server.asked.at(-1)?.some(command => command.join(' ') === 'INFO commandstats'));
});

test('before 7.0 the replies of several INFO calls make one sample', async () => {
	const server = new FakeServer({Server: {redis_version: '6.2.0', run_id: 'r'}});
	server.answer = command => {
		if (command.join(' ') === 'INFO commandstats') {
			return '# Commandstats\r\ncmdstat_get:calls=1,usec=2,usec_per_call=2.00\r\n';
		}

		return command[0] === 'CONFIG' ? [command[2] ?? '', `the ${command[2]}`] : undefined;
	};
	const {poll} = await polled(server);
	await poll();
	const {sample, extras} = await poll(1000);
	assert.equal(sample.info.text('commandstats', 'cmdstat_get'), 'calls=1,usec=2,usec_per_call=2.00');
	assert.equal(sample.runId, 'r');
	assert.equal(extras.config?.get('maxmemory'), 'the maxmemory');
	assert.equal(extras.config?.get('save'), 'the save');
});

const line = (id: string) => `id=${id} addr=10.0.0.9:5000 fd=10 name=app age=60 idle=3 flags=N db=0 cmd=get`;

for (const [what, command, reply, read, why] of [
	[
		'all entries',
		'SLOWLOG GET',
		[[553, 'x', 26_000, ['zadd']]],
		undefined,
		'its answer has a form that redis-top does not know',
	],
	[
		'one entry of two',
		'SLOWLOG GET',
		[
			[554, 1_764_000_000, 26_000, ['zadd']],
			[553, 'x', 26_000, ['zadd']],
		],
		1,
		'1 of 2 entries have a form that redis-top does not know',
	],
	['no client of an array', 'CLIENT LIST', [], undefined, 'its answer has a form that redis-top does not know'],
	[
		'a client without a usable id',
		'CLIENT LIST',
		`${line('3')}\n${line('18446744073709551615')}\n`,
		1,
		'1 of 2 entries have a form that redis-top does not know',
	],
	['every client', 'CLIENT LIST', `${line('3')}\n${line('4')}\n`, 2, undefined],
] as const) {
	test(`${command}: ${what}: an unreadable entry is reported`, async () => {
		const server = new FakeServer(sections());
		server.answer = words => (words.join(' ').startsWith(command) ? (reply as Reply) : undefined);
		const {poll} = await polled(server);
		await poll();
		const {extras, blind} = await poll(1000);
		const entries = command === 'SLOWLOG GET' ? extras.slowlog : extras.clients;
		assert.equal(entries?.length, read);
		assert.equal(blind.find(spot => spot.command === command)?.why, why);
	});
}

/** A ring as SLOWLOG GET shows it: the newest ids first, as many as asked for and kept. */
class Ring {
	newestId = -1;

	constructor(readonly length: number) {}

	readonly answer = (command: readonly string[]): Reply | undefined => {
		if (command[0] !== 'SLOWLOG') {
			return undefined;
		}

		const kept = Math.min(this.length, this.newestId + 1, Number(command[2]));
		return Array.from({length: kept}, (_, index) => [
			this.newestId - index,
			1_700_000_000,
			20_000,
			['GET', 'k'],
			'',
			'',
		]);
	};
}

const slowlogCounts = (server: FakeServer) =>
	server
		.commands()
		.filter(command => command.startsWith('SLOWLOG'))
		.map(command => Number(command.split(' ')[2]));

async function withRing(length: number) {
	const ring = new Ring(length);
	ring.newestId = 20;
	const server = new FakeServer(sections());
	server.answer = ring.answer;
	const {poll, state} = await polled(server);
	await poll();
	assert.equal((await poll(1000)).extras.slowlog?.length, defaultSlowlogCount);
	return {ring, server, poll, state};
}

const idsOf = (outcome: Extract<PollOutcome, {kind: 'sampled'}>) => outcome.extras.slowlog?.map(({id}) => id);

test('a log with entries missing is read again at once with a larger count, until nothing is missing', async () => {
	const {ring, server, poll} = await withRing(128);
	ring.newestId = 60;
	assert.equal(idsOf(await poll(5000)), undefined);
	assert.deepEqual(idsOf(await poll(1000))?.slice(-1), [0]);
	assert.equal(idsOf(await poll(1000)), undefined);
	assert.deepEqual(slowlogCounts(server), [16, 16, 64]);
	await poll(5000);
	assert.equal(slowlogCounts(server).at(-1), defaultSlowlogCount);
});

test('entries that the server has dropped do not cause endless requests', async () => {
	const {ring, server, poll} = await withRing(128);
	ring.newestId = 5000;
	await poll(5000);
	await poll(1000);
	const ids = idsOf(await poll(1000));
	assert.deepEqual([ids?.length, ids?.at(-1)], [128, 4873]);
	await poll(1000);
	assert.deepEqual(slowlogCounts(server), [16, 16, 64, 256]);
});

test('a log longer than the largest count is read up to that count', async () => {
	const {ring, server, poll, state} = await withRing(100_000);
	ring.newestId = 50_000;
	await poll(5000);
	await poll(1000);
	await poll(1000);
	assert.equal(idsOf(await poll(1000))?.length, mostSlowlogEntries);
	await poll(1000);
	assert.deepEqual(slowlogCounts(server), [16, 16, 64, 256, 1024]);
	assert.deepEqual(counts(state), {slowlogCount: 16, slowlogLastId: 50_000});
});

const counts = ({slowlogCount, slowlogLastId}: PollState) => ({slowlogCount, slowlogLastId});

test('slot migrations stay a gap where the command is refused, absent or replies in an unknown form', async () => {
	const status = 'CLUSTER MIGRATION';
	const clustered = (migrations: Reply) => {
		const server = new FakeServer({...sections('run-1', '8.4.0'), Cluster: {cluster_enabled: 1}});
		server.answer = replyTo({[status]: migrations});
		return server;
	};
	const cases: ReadonlyArray<readonly [reply: Reply, spot: readonly [string, RegExp] | undefined]> = [
		[[], undefined],
		[[['id', 'a', 'state', 'migrating', 'slots', '0-5']], undefined],
		[refusal("NOPERM User x has no permissions to run the 'cluster|migration' command"), ['denied', /NOPERM/]],
		[refusal("ERR unknown subcommand 'MIGRATION'"), ['absent', /unknown subcommand/]],
		[[['task', 'a', 'phase', 'copying']], ['absent', /form that redis-top does not know/]],
		['nothing moves', ['absent', /form that redis-top does not know/]],
	];
	for (const [reply, expected] of cases) {
		const {poll} = await polled(clustered(reply));
		await poll();
		const {blind, extras} = await poll(1000);
		const spot = blind.find(({command}) => command === status);
		assert.equal(spot?.kind, expected?.[0], JSON.stringify(reply));
		if (expected !== undefined) {
			assert.match(spot?.why ?? '', expected[1]);
			assert.equal(extras.slotMigrations?.length ?? 0, 0);
		}
	}
});

for (const [message, isFallback] of [
	['ERR syntax error', true],
	['ERR Invalid section THREADS. Try INFO HELP', true],
	["ERR wrong number of arguments for 'info' command", true],
	['LOADING Redis is loading the dataset in memory', false],
	['NOAUTH Authentication required.', false],
	["NOPERM this user has no permissions to run the 'info' command", false],
] as const) {
	test(`after ${message} to INFO with sections, ${isFallback ? 'INFO is sent without any' : 'the poll is refused'}`, async () => {
		const server = new FakeServer(sections());
		server.answer = command => (command[0] === 'INFO' && command.length > 2 ? refusal(message) : undefined);
		const {poll} = await polled(server);
		await poll();
		if (!isFallback) {
			await assert.rejects(poll(1000), NodeRefusal);
			return;
		}

		assert.equal((await poll(1000)).sample.runId, 'run-1');
		const before = server.asked.length;
		const {sample, blind} = await poll(1000);
		assert.equal(sample.runId, 'run-1');
		assert.equal(sample.info.text('commandstats', 'cmdstat_get')?.startsWith('calls=10'), true);
		assert.deepEqual(
			server.asked
				.slice(before)
				.flat()
				.filter(([name]) => name === 'INFO'),
			[['INFO'], ['INFO', 'commandstats']],
		);
		assert.deepEqual(blind, []);
	});
}

test('a server that accepts no INFO section is sent plain INFO, and missing sections are blind spots', async () => {
	const server = new FakeServer(sections());
	server.answer = command => (command[0] === 'INFO' && command.length > 1 ? refusal('ERR syntax error') : undefined);
	const {poll} = await polled(server);
	await poll();
	await poll(1000);
	const before = server.asked.length;
	const {sample, blind} = await poll(1000);
	assert.equal(sample.runId, 'run-1');
	assert.deepEqual(
		server.asked
			.slice(before)
			.flat()
			.filter(([name]) => name === 'INFO'),
		[['INFO']],
	);
	assert.deepEqual(
		blind.map(({command, kind}) => [command, kind]),
		[['INFO', 'absent']],
	);
});

test('CONFIG GET and LATENCY HISTOGRAM fall back from several names to one, until the process changes', async () => {
	const server = new FakeServer({
		...sections(),
		Commandstats: {cmdstat_get: 'calls=10,usec=100', cmdstat_set: 'calls=5,usec=50'},
	});
	const histogram = (name: string): Reply => [name, ['calls', 10, 'histogram_usec', [1, 10]]];
	server.answer = ([name = '', subcommand, ...rest]) => {
		if (name === 'INFO' || rest.length === 1) {
			const [only = ''] = rest;
			return name === 'CONFIG' ? [only, '7'] : name === 'LATENCY' ? histogram(only) : undefined;
		}

		return subcommand === 'GET' || subcommand === 'HISTOGRAM' ? refusal('ERR syntax error') : undefined;
	};
	const {poll, state} = await polled(server);
	await poll();
	await poll(1000);
	const {extras, blind} = await poll(1000);
	assert.equal(extras.config?.get('maxmemory'), '7');
	assert.deepEqual([...(extras.histograms?.keys() ?? [])].sort(), ['get', 'set']);
	assert.deepEqual(blind, []);
	assert.deepEqual([...state.oneArgumentKinds].sort(), ['config', 'histograms']);
	server.sections = sections('run-2');
	await poll(1000);
	assert.deepEqual([...state.oneArgumentKinds], []);
});

test('hashes of passwords are gone before the record or a recording sees ACL LIST', async () => {
	const hash = 'ab'.repeat(32);
	const server = new FakeServer(sections());
	server.answer = replyTo({'ACL LIST': [`user app on #${hash} ~* &* +@all`]});
	const {poll} = await polled(server);
	await poll();
	await poll(1000);
	const outcome = await poll(1000);
	assert.equal(outcome.extras.aclUsers?.[0]?.user, 'app');
	assert.match(JSON.stringify(outcome.exchanges), /user app on #[\da-f]{12} /);
	assert.doesNotMatch(JSON.stringify(outcome), new RegExp(hash.slice(0, 16)));
});

test('watched keys of another database are read between two SELECTs, and a denied SELECT is not sent again', async () => {
	for (const isDenied of [false, true]) {
		const server = new FakeServer({...sections(), Replication: {role: 'master'}});
		server.answer = replyTo({
			TYPE: 'list',
			LLEN: 5,
			'SELECT 3': isDenied ? refusal("NOPERM User m has no permissions to run the 'select' command") : 'OK',
			'SELECT 0': 'OK',
		});
		const {poll} = await polled(server, {watchedKeys: ['jobs', 'db3:jobs']});
		await poll();
		const first = await poll(1000);
		assert.deepEqual(
			[...(first.extras.watched ?? [])],
			[['jobs', {type: 'list'}], ...(isDenied ? [] : [['db3:jobs', {type: 'list'}]])],
		);
		assert.deepEqual(server.commands().slice(-4), ['TYPE jobs', 'SELECT 3', 'TYPE jobs', 'SELECT 0']);
		const second = await poll(1000);
		assert.equal(second.extras.watched?.get('jobs')?.length, 5);
		assert.equal(second.extras.watched?.get('db3:jobs')?.length, isDenied ? undefined : 5);
		assert.equal(server.commands().filter(command => command === 'SELECT 3').length, isDenied ? 1 : 2);
		assert.equal(
			second.blind.some(({command, grant}) => command === 'SELECT' && grant === '+select'),
			isDenied,
		);
	}
});
