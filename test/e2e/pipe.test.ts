import assert from 'node:assert/strict';
import {test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {fakePrometheus} from '../harness/fake-prometheus.js';
import {freePort} from '../harness/free-port.js';
import {addressOf, at, infoOf, openMonitor, runProgram, serverFor, serverVersions, startProgram} from './monitor.js';

/** Fails unless every line is whole and printable. */
function assertPlain(text: string): void {
	assert.doesNotMatch(text, /[^\P{Cc}\n]/u, 'a control character');
	assert.ok(text === '' || text.endsWith('\n'), 'the last line is cut off');
}

for (const [signal, code] of [
	['SIGTERM', 143],
	['SIGINT', 130],
	['SIGHUP', 129],
] as const) {
	test(`a pipe gets text samples until ${signal}`, async t => {
		const server = await serverFor(t);
		const program = await startProgram(t, [...at(server), '-i', '200ms']);
		const lines = () => program.stdout().split('\n').slice(0, -1);
		await eventually('three samples', () => (lines().length >= 3 ? true : undefined));
		program.kill(signal);
		assert.equal(await program.exited, code);
		assertPlain(program.stdout());
		assert.equal(program.stderr(), '');
		for (const line of lines()) {
			assert.match(line, new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:]+Z +${addressOf(server)} +primary +up +ops=`));
		}

		assert.match(lines().at(-1) ?? '', /ops=[\d.]+\/s .*mem=\S+ /);
	});
}

test('a reader that closes the pipe ends the samples without an error', async t => {
	const server = await serverFor(t);
	const program = await startProgram(t, [...at(server), '-i', '200ms']);
	await eventually('a sample', () => (program.stdout() === '' ? undefined : true));
	program.closeOutput();
	assert.equal(await program.exited, 0);
	assert.equal(program.stderr(), '');
});

for (const [way, ...command] of [
	['closeOutput', 'snapshot'],
	['closeOutput', 'check'],
	['closeOutput', 'diagnose'],
	['closeOutput', 'acl'],
	['closeErrors', 'acl'],
	['closeOutput', 'rules'],
	['closeOutput', '--help'],
	['closeOutput', '--print-config'],
	['closeErrors', '--no-such-flag'],
	['closeOutput'],
] as const) {
	test(`redis-top ${command.join(' ')} ends without a message when nobody reads: ${way}`, async t => {
		const server = await serverFor(t);
		const program = await startProgram(t, [...command, ...(command[0] === 'rules' ? [] : at(server))]);
		program[way]();
		assert.ok([0, 141].includes((await program.exited) ?? -1), String(await program.exited));
		assert.equal(way === 'closeOutput' ? program.stderr().replaceAll(/^#.*\n/gm, '') : program.stdout(), '');
	});
}

test('without a server, samples and a snapshot exit with 69 and say why', async t => {
	const port = String(await freePort());
	const samples = await runProgram(t, ['-p', port, '-i', '200ms']);
	assert.equal(samples.code, 69);
	assertPlain(samples.stdout);
	assert.match(samples.stdout, /down.*refuses connections/);
	const snapshot = await runProgram(t, ['snapshot', '-p', port, '-i', '200ms']);
	assert.equal(snapshot.code, 69);
	assert.match(JSON.stringify(JSON.parse(snapshot.stdout)), /refuses connections/);
});

test('a fleet without a server exits with 69 and says why', async t => {
	const prometheus = await fakePrometheus(t);
	prometheus.answer = () => [];
	const none = await runProgram(t, ['fleet', '--prometheus', prometheus.url]);
	assert.deepEqual([none.code, none.stdout], [69, '']);
	assert.match(
		none.stderr,
		/^redis-top: no series redis_up in Prometheus 127\.0\.0\.1:\d+: does it scrape redis_exporter\?\n$/,
	);
	const unmatched = await runProgram(t, ['fleet', '--prometheus', prometheus.url, '--match', '{env="prod"}']);
	assert.deepEqual([unmatched.code, unmatched.stdout], [69, '']);
	assert.match(
		unmatched.stderr,
		/^redis-top: no series redis_up\{env="prod"\} in Prometheus \S+: is --match right\?\n$/,
	);
	await prometheus.kill();
	const gone = await runProgram(t, ['fleet', '--prometheus', prometheus.url]);
	assert.equal(gone.code, 69);
	assert.match(gone.stderr, /^redis-top: Prometheus 127\.0\.0\.1:\d+ refuses connections/);
});

test('a server that stops stays in the samples and is back after its start', async t => {
	const server = await serverFor(t);
	const program = await startProgram(t, [...at(server), '-i', '200ms']);
	await eventually('a sample', () => (/ up /.test(program.stdout()) ? true : undefined));
	await server.stop();
	await eventually('it is down', () => (/ down .*# refuses connections/.test(program.stdout()) ? true : undefined));
	await serverFor(t, {port: server.port});
	await eventually('it is up again', () => (/ down .*\n(?:.*\n)*.* up /.test(program.stdout()) ? true : undefined));
	program.kill('SIGTERM');
	assert.equal(await program.exited, 143);
	assertPlain(program.stdout());
});

type NodeSnapshot = {
	readonly address: string;
	readonly role: string;
	readonly state: string;
	readonly product: string;
	readonly version: string;
	readonly rates: {readonly operationsPerSecond: number | null};
	readonly memory: {readonly usedBytes: number};
	readonly keyspace: {readonly keys: number};
};

for (const {name, program, product} of await serverVersions()) {
	test(`a snapshot finds every node from a replica's address: ${name}`, async t => {
		const primary = await serverFor(t, {server: program});
		const replicaArgs = ['--replicaof', '127.0.0.1', String(primary.port)];
		const replicas = await Promise.all([1, 2].map(() => serverFor(t, {server: program, args: replicaArgs})));
		await primary.command('MSET', 'a', '1', 'b', '2');
		const [first] = replicas;
		assert.ok(first);
		for (const replica of replicas) {
			await eventually('the replica', async () =>
				(await infoOf(replica, 'replication')).get('master_link_status') === 'up' &&
				(await replica.command('DBSIZE')) === 2
					? true
					: undefined,
			);
		}

		const {code, stdout, stderr} = await runProgram(t, ['snapshot', '--json', ...at(first), '-i', '200ms']);
		assert.equal(code, 0, stderr);
		assert.equal(stderr, '');
		assertPlain(stdout);
		const {nodes} = JSON.parse(stdout) as {readonly nodes: readonly NodeSnapshot[]};
		assert.deepEqual(nodes.map(({address}) => address).sort(), [primary, ...replicas].map(addressOf).sort());
		for (const node of nodes) {
			assert.equal(node.role, node.address === addressOf(primary) ? 'primary' : 'replica');
			assert.equal(node.state, 'up');
			assert.equal(`${node.product} ${node.version}`, product);
			assert.ok(typeof node.rates.operationsPerSecond === 'number' && node.rates.operationsPerSecond > 0);
			assert.ok(node.memory.usedBytes > 100_000);
			assert.equal(node.keyspace.keys, 2);
		}

		const text = await runProgram(t, ['snapshot', '--format', 'text', ...at(first), '-i', '200ms']);
		assert.equal(text.code, 0);
		assertPlain(text.stdout);
		assert.ok([primary, ...replicas].every(server => text.stdout.includes(addressOf(server))));
	});
}

test('a dumb terminal gets text samples too', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '200ms'], {cols: 200, env: {TERM: 'dumb'}});

	await screen.waitFor(/primary +up +ops=[\d.]+\/s/);
	screen.kill('SIGTERM');
	assert.equal((await screen.exited).code, 143);
	assert.ok(!screen.rawOutput().includes('\u{1B}'));
});

test('--help and --version go into a pipe without escapes', async t => {
	for (const flag of ['--help', '--version', '-h']) {
		const {code, stdout, stderr} = await runProgram(t, [flag]);
		assert.deepEqual([code, stderr], [0, '']);
		assertPlain(stdout);
		assert.ok(stdout.split('\n').every(line => line.length <= 80));
	}
});
