import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {makeCertificates} from '../harness/certificates.js';
import {freePort} from '../harness/free-port.js';
import {programCommand} from '../harness/program.js';
import {at, cleanEnvironment, folderFor, openMonitor, runProgram, serverFor} from './monitor.js';

type Report = {
	readonly schema: string;
	readonly status: string;
	readonly exitCode: number;
	readonly targets: ReadonlyArray<{
		readonly target: string;
		readonly verdict: string;
		readonly step: string | null;
		readonly code: string | null;
		readonly steps: ReadonlyArray<{readonly step: string; readonly status: string; readonly code: string | null}>;
		readonly certificate: {readonly names: readonly string[]} | null;
	}>;
};

async function diagnose(t: TestContext, ...args: readonly string[]): Promise<Report> {
	const {code, stdout, stderr} = await runProgram(t, ['diagnose', '--json', ...args]);
	assert.equal(stderr, '');
	assert.doesNotMatch(stdout, /\u{1b}/u);
	const report = JSON.parse(stdout) as Report;
	assert.equal(report.schema, 'redis-top/diagnose@1');
	assert.equal(report.exitCode, code);
	return report;
}

test('a healthy server is ok with exit code 0, and JSON has one object for each step', async t => {
	const server = await serverFor(t);
	const report = await diagnose(t, ...at(server));
	assert.equal(report.exitCode, 0);
	assert.deepEqual(
		report.targets[0]?.steps.map(({step}) => step),
		['name', 'tcp', 'greeting', 'tls', 'auth', 'ping', 'state', 'rights'],
	);
});

test('a port where nothing listens is critical with exit code 2, in JSON and as text', async t => {
	const port = String(await freePort());
	const report = await diagnose(t, '-p', port);
	assert.equal(report.exitCode, 2);
	assert.equal(report.targets[0]?.code, 'ECONNREFUSED');
	const {code, stdout} = await runProgram(t, ['diagnose', '-p', port]);
	assert.equal(code, 2);
	assert.match(stdout, /^critical: 127\.0\.0\.1:\d+ refuses connections: nothing listens on the port/);
	assert.match(stdout, /^do +start it/m);
});

test('the worst of several targets decides the exit code', async t => {
	const server = await serverFor(t);
	const report = await diagnose(t, `127.0.0.1:${server.port}`, `127.0.0.1:${await freePort()}`);
	assert.equal(report.status, 'critical');
	assert.deepEqual(
		report.targets.map(({code}) => code),
		[null, 'ECONNREFUSED'],
	);
});

test('a frozen process is named with the command that continues it', {skip: process.platform !== 'linux'}, async t => {
	const server = await serverFor(t);
	process.kill(server.pid, 'SIGSTOP');
	const report = await diagnose(t, ...at(server), '--timeout', '500ms');
	assert.equal(report.targets[0]?.code, 'TIMEOUT');
	assert.match(report.targets[0]?.verdict ?? '', /is stopped, by a signal/);
	assert.equal(report.exitCode, 2);
});

test('each mistake with TLS is named', async t => {
	const certificates = makeCertificates(2);
	if (certificates === undefined) {
		t.skip('no openssl');
		return;
	}

	t.after(() => certificates.remove());
	const port = await freePort();
	await serverFor(t, {args: certificates.serverArgs(port)});
	const plain = await diagnose(t, '-p', String(port));
	assert.equal(plain.targets[0]?.code, 'PLAIN_TO_TLS');
	assert.deepEqual(plain.targets[0]?.certificate?.names, ['127.0.0.1', 'db.example']);
	const strange = await diagnose(t, '-p', String(port), '--tls');
	assert.equal(strange.targets[0]?.step, 'tls');
	const trusted = await diagnose(t, '-p', String(port), '--tls', '--cacert', `${certificates.dir}/ca.crt`);
	assert.equal(trusted.targets[0]?.code, 'CERT_ENDS_SOON');
	assert.equal(trusted.exitCode, 1);
});

/**
The report of `diagnose` in a network of its own, which has only what `setup` creates. Undefined where that is not
permitted, or where `setup` lacks a tool.
*/
async function inNetwork(t: TestContext, setup: string, target: string): Promise<Report | undefined> {
	const {file, args} = await programCommand();
	const script = `set -e\n${setup}\nexec "$@"`;
	const words = ['-r', '-n', '-m', 'sh', '-c', script, 'sh', file, ...args, 'diagnose', '--json', '--timeout', '600ms'];
	const home = folderFor(t);
	const result = spawnSync('unshare', [...words, target], {
		encoding: 'utf8',
		env: {...process.env, ...cleanEnvironment(home)},
		timeout: 60_000,
	});
	return result.stdout?.startsWith('{') ? (JSON.parse(result.stdout) as Report) : undefined;
}

const networks: ReadonlyArray<readonly [name: string, setup: string, target: string, code: string]> = [
	['no route to the network', '', '192.0.2.1:6379', 'ENETUNREACH'],
	[
		'no route to the host',
		'ip link set lo up && ip route add unreachable 192.0.2.0/24',
		'192.0.2.1:6379',
		'EHOSTUNREACH',
	],
	[
		'a filtered port',
		'ip link set lo up && iptables -A INPUT -p tcp --dport 6379 -j DROP',
		'127.0.0.1:6379',
		'ETIMEDOUT',
	],
	[
		'a dead name server',
		'echo "nameserver 192.0.2.53" > "$HOME/resolv.conf" && mount --bind "$HOME/resolv.conf" /etc/resolv.conf',
		'db.example.org:6379',
		'EAI_AGAIN',
	],
];

for (const [name, setup, target, code] of networks) {
	test(name, {skip: process.platform !== 'linux'}, async t => {
		const report = await inNetwork(t, setup, target);
		if (report === undefined) {
			t.skip('no network of its own can be made here');
			return;
		}

		assert.equal(report.targets[0]?.code, code, report.targets[0]?.verdict);
		assert.equal(report.exitCode, 2);
	});
}

test('without a server the screen shows the ladder step by step, at 80x24 and 40x10, until the server is there', async t => {
	const port = await freePort();
	const [wide, small] = await Promise.all([
		openMonitor(t, ['-p', String(port), '-i', '500ms']),
		openMonitor(t, ['-p', String(port), '-i', '500ms'], {cols: 40, rows: 10}),
	]);
	await wide.waitFor(/!! tcp .*refuses connections[\s\S]*means [\s\S]*do +start it/);
	await small.waitFor(/!! tcp[\s\S]*do +start it/);
	const server = await serverFor(t, {port});
	await wide.waitFor(lines => /used +\d/.test(lines.join('\n')) && !/!! tcp/.test(lines.join('\n')), {
		what: 'figures in the place of the way',
	});
	process.kill(server.pid, 'SIGKILL');
	await server.exited;
	await wide.waitFor(/!! tcp .*refuses connections/);
	wide.press('2');
	await wide.waitFor(/! stale \S+: the data below is from/);
});
