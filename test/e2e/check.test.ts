import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {addressOf, at, folderFor, runProgram, serverFor, serverVersions, startProgram} from './monitor.js';
import {checked} from './scenario.js';

for (const {name, program, product} of await serverVersions()) {
	test(`${name}: check finds memory over its limit, and not with other rules chosen`, async t => {
		const server = await serverFor(t, {server: program});
		await server.command('SETRANGE', 'big', 4 << 20, 'end');
		await server.command('CONFIG', 'SET', 'maxmemory', '3mb');
		const found = await checked(t, at(server));
		assert.deepEqual([found.status, found.deployment.kind], ['critical', 'standalone']);
		assert.deepEqual(
			found.nodes.map(node => [node.address, node.role, node.state, `${node.product} ${node.version}`]),
			[[addressOf(server), 'primary', 'up', product]],
		);
		assert.ok(found.findings.some(({rule, severity}) => rule === 'mem.max' && severity === 'critical'));
		const text = await runProgram(t, ['check', ...at(server), '--only', 'mem.max']);
		assert.equal(text.code, 2);
		assert.match(
			text.stdout,
			new RegExp(
				`^CRITICAL: 1 critical on 1 node: ${addressOf(server)} memory at \\d+%[^|]* \\| mem=\\d+%;80;90 [^|]*$`,
			),
		);
		assert.equal(
			(await checked(t, [...at(server), '--skip', 'mem'])).findings.some(({rule}) => rule === 'mem.max'),
			false,
		);
	});
}

test('a cluster that answers CLUSTERDOWN to everything is critical, and what check cannot evaluate is named', async t => {
	const server = await serverFor(t, {args: ['--cluster-enabled', 'yes']});
	await server.command('CLUSTER', 'ADDSLOTS', ...Array.from({length: 10_000}, (_, slot) => String(slot)));
	const text = await runProgram(t, ['check', ...at(server), '--only', 'clu']);
	assert.equal(text.code, 2);
	assert.match(text.stdout, /^CRITICAL: \d critical.* on 1 node: the 1 node that answers refuses commands/);
	assert.match(text.stdout, /critical {2}clu\.coverage/);
	assert.match(text.stdout, /\nnot evaluated: .*clu\.replica_unfit/);
});

test('two profiles: each target, and the replica found from it, is evaluated with its own thresholds', async t => {
	const [strict, lax] = [await serverFor(t), await serverFor(t)];
	const replica = await serverFor(t, {args: ['--replicaof', '127.0.0.1', String(strict.port)]});
	for (const server of [strict, lax, replica]) {
		await server.command('CONFIG', 'SET', 'maxmemory', '64mb');
	}

	const file = path.join(folderFor(t), 'two.toml');
	const profile = (name: string, server: typeof strict, warning: number) =>
		`[profiles.${name}]\ntarget = "${addressOf(server)}"\nthresholds = {mem.max.warning = ${warning}, mem.max.critical = 2}\n`;
	await writeFile(file, `${profile('strict', strict, 0.001)}${profile('lax', lax, 0.95)}`);
	const args = ['--config', file, '--only', 'mem.max'];
	const inOrder = (addresses: ReadonlyArray<string | null | undefined>) => [...addresses].sort();
	for (const profiles of [
		['strict', 'lax'],
		['lax', 'strict'],
	]) {
		const found = await eventually('the replica is there', async () => {
			const check = await checked(t, [...profiles, ...args]);
			return check.nodes.length === 3 && check.nodes.every(({role}) => role !== 'unknown') ? check : undefined;
		});
		assert.deepEqual(
			inOrder(found.findings.map(({node}) => node)),
			inOrder([addressOf(strict), addressOf(replica)]),
			JSON.stringify(found.findings),
		);
	}

	const printed = await runProgram(t, ['strict', 'lax', '--config', file, '--print-config']);
	assert.match(printed.stdout, /^\[profiles\."strict"\.thresholds\]\nmem\.max\.warning = 0\.001 +# .*two\.toml:3: /m);
	assert.match(printed.stdout, /^\[profiles\."lax"\.thresholds\]\nmem\.max\.warning = 0\.95 +# .*two\.toml:6: /m);
	assert.match(printed.stdout, /^mem\.max\.warning = 0\.8 +# default/m);
});

test('check is not ok when nothing listens, and exits with 64 for an unknown rule', async t => {
	const port = String(await freePort());
	const {exitCode, verdict} = await checked(t, ['-p', port]);
	assert.ok(exitCode >= 2, String(exitCode));
	assert.match(verdict, /refuses connections/);
	const wrong = await runProgram(t, ['check', '-p', port, '--only', 'mem.maxx']);
	assert.equal(wrong.code, 64);
	assert.match(wrong.stderr, /^redis-top: --only mem\.maxx: is no rule; there is mem\./);
});

test('commands that the user may not run are listed with the grant', async t => {
	const server = await serverFor(t);
	await server.command('ACL', 'SETUSER', 'least', 'on', '>pw', '-@all', '+ping', '+info');
	const {blind} = await checked(t, [...at(server), '--user', 'least'], {REDISCLI_AUTH: 'pw'});
	const spot = blind.find(({what}) => what === 'CONFIG GET');
	assert.deepEqual([spot?.node, spot?.fix], [addressOf(server), 'ACL SETUSER least +config|get']);
	assert.match(spot?.why ?? '', /NOPERM/);
});

test('watch prints findings that open and close, runs the command, outlives the server and ends by a signal', async t => {
	const server = await serverFor(t);
	const got = path.join(folderFor(t), 'got');
	const watch = await startProgram(t, [
		...['watch', ...at(server), '-i', '200ms', '--json', '--only', 'mem.max', '--on-finding'],
		`sh -c 'cat >> "${got}"'`,
	]);
	const events = () =>
		watch
			.stdout()
			.split('\n')
			.filter(line => line !== '')
			.map(line => JSON.parse(line) as {event: string; finding: {rule: string; node: string}})
			.map(({event, finding}) => `${event} ${finding.rule} ${finding.node}`);
	await server.command('SETRANGE', 'big', 4 << 20, 'end');
	await server.command('CONFIG', 'SET', 'maxmemory', '3mb');
	await eventually('it opened', () => (events().length === 1 ? true : undefined));
	await server.command('CONFIG', 'SET', 'maxmemory', '0');
	await eventually('it closed', () => (events().length === 2 ? true : undefined));
	const address = addressOf(server);
	assert.deepEqual(events(), [`opened mem.max ${address}`, `closed mem.max ${address}`]);
	await server.stop();
	const again = await serverFor(t, {port: server.port});
	await again.command('SETRANGE', 'big', 4 << 20, 'end');
	await again.command('CONFIG', 'SET', 'maxmemory', '3mb');
	await eventually('it opened again', () => (events().length === 3 ? true : undefined));
	await eventually('the command has all', () => {
		const text = readFileSync(got, {encoding: 'utf8', flag: 'a+'});
		return text === watch.stdout() ? true : undefined;
	});
	watch.kill('SIGTERM');
	assert.equal(await watch.exited, 143);
	assert.equal(watch.stderr(), '');
	assert.ok(watch.stdout().endsWith('\n'));
});

test('watch ends without a message when its reader is gone', async t => {
	const server = await serverFor(t);
	const watch = await startProgram(t, ['watch', ...at(server), '-i', '200ms', '--only', 'mem.max']);
	watch.closeOutput();
	await server.command('SETRANGE', 'big', 4 << 20, 'end');
	await server.command('CONFIG', 'SET', 'maxmemory', '3mb');
	assert.equal(await watch.exited, 0);
	assert.equal(watch.stderr(), '');
});

test('rules prints the named rules without a server; an unknown rule or format exits with 64', async t => {
	const {code, stdout} = await runProgram(t, ['rules', 'mem.max']);
	assert.equal(code, 0);
	assert.match(stdout, /^mem\.max {2}\(each node, since 3\.2/);
	const all = await runProgram(t, ['rules', '--json']);
	assert.ok(JSON.parse(all.stdout).rules.length > 100);
	for (const [words, line] of [
		[['rules', 'mem.maxx'], /^redis-top: redis-top rules mem\.maxx: is no rule; there is mem\./],
		[['rules', '-h', 'localhost'], /^redis-top: redis-top rules asks no server: leave out --host\n$/],
		[['rules', '--format', 'csv'], /^redis-top: --format csv: rules prints text or json\n$/],
		[['check', '--format', 'csv'], /^redis-top: --format csv: check prints text or json or prometheus\n$/],
	] as const) {
		const wrong = await runProgram(t, [...words]);
		assert.equal(wrong.code, 64, words.join(' '));
		assert.match(wrong.stderr, line);
	}
});
