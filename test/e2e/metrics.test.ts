import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import net from 'node:net';
import {test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {namesOf, seriesOf} from '../harness/metrics-text.js';
import {outsideProgram, startOutside} from '../harness/outside-program.js';
import {addressOf, at, fullResyncOver, runProgram, serverFor, serverVersions, startProgram} from './monitor.js';

const pageAt = async (port: number): Promise<string | undefined> => {
	const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
	return response?.ok ? response.text() : undefined;
};

/** What promtool's linter says of a page; empty when it finds nothing. */
const lintOf = (promtool: string, page: string): Promise<string> =>
	new Promise(resolve => {
		const child = execFile(promtool, ['check', 'metrics'], (_, stdout, stderr) => resolve(stdout + stderr));
		child.stdin?.end(page);
	});

/**
What redis_exporter 1.45 serves and redis-top does not: its own cost, databases without keys, percentiles since the start
of the server, and names that promtool's linter refuses.
*/
const exporterAlone =
	/^redis_(?:exporter_|target_scrape_|last_key_groups_|latency_percentiles_usec|slowlog_length$|config_io_threads$|db_keys_cached$|db\d+_distrib_|.*_(?:sec|ms)$)/;

/** Figures that each of the two readers changes itself, or that change by themselves between two reads. */
const changing =
	/^redis_(?:allocator_|mem_|memory_(?!max)|cpu_|net_|total_(?:reads|writes)_|commands_(?:processed|total|duration)|connect|uptime|db_avg_ttl|io_threaded|client_|eventloop|latest|number_of_cached|slowlog|last_slow|start_time|master_repl_offset|repl_backlog_history|instance_info)/;

for (const {name, program} of await serverVersions()) {
	test(`${name}: the metrics have redis_exporter's names and values, and promtool's linter finds nothing`, async t => {
		const exporter = await outsideProgram(t, 'prometheus-redis-exporter');
		const promtool = await outsideProgram(t, 'promtool');
		if (exporter === undefined || promtool === undefined) {
			return;
		}

		const server = await serverFor(t, {server: program, args: ['--databases', '1', '--maxmemory', '64mb']});
		const replica = await serverFor(t, {server: program, args: ['--replicaof', '127.0.0.1', String(server.port)]});
		await server.command('SET', 'a', '1');
		await server.command('SET', 'b', '1', 'EX', '1000');
		await server.command('GET', 'a');
		await server.command('LPUSH', 'a', '1');
		await fullResyncOver(server);
		const [ours, theirs] = [await freePort(), await freePort()];
		startOutside(t, exporter, [
			'-redis.addr',
			`redis://${addressOf(server)}`,
			'-web.listen-address',
			`127.0.0.1:${theirs}`,
		]);
		const watch = await startProgram(t, ['watch', ...at(server), '-i', '200ms', '--metrics', `127.0.0.1:${ours}`]);
		const page = await eventually('both nodes and the histogram are served', async () => {
			const text = await pageAt(ours);
			const isWhole =
				text?.includes('redis_commands_latencies_usec_bucket') && text.includes(`replica="${addressOf(replica)}"`);
			return isWhole ? text : undefined;
		});
		assert.equal(await lintOf(promtool, page), '');
		const exporterPage = seriesOf(
			(await eventually('the exporter serves', async () => pageAt(theirs))).replaceAll(/^(?!redis_).*$/gm, ''),
		);
		const own = new Map(
			[...seriesOf((await pageAt(ours)) ?? '')].flatMap(([key, value]) =>
				key.includes(`instance="${addressOf(server)}"`)
					? [[key.replace(/instance="[^"]*",?/, '').replace(',}', '}'), value] as const]
					: [],
			),
		);
		const missing = [...namesOf(exporterPage)].filter(each => !namesOf(own).has(each) && !exporterAlone.test(each));
		assert.deepEqual(missing, []);
		const differing = [...exporterPage].filter(
			([key, value]) => own.has(key) && !changing.test(key) && own.get(key) !== value,
		);
		assert.deepEqual(differing, []);
		const compared = [...exporterPage.keys()].filter(key => own.has(key) && !changing.test(key));
		assert.ok(compared.length > 60, `${compared.length} series were compared`);
		const unlike = [...exporterPage.keys()].filter(
			key => namesOf(own).has(key.replace(/\{.*/, '')) && !own.has(key) && !/cmd="|slave_state|instance_info/.test(key),
		);
		assert.deepEqual(unlike, []);
		assert.equal(watch.stderr(), '');
	});
}

test('a node that stops has redis_up 0 and a finding, and both are back to normal after its start', async t => {
	const server = await serverFor(t);
	const port = await freePort();
	await startProgram(t, ['watch', ...at(server), '-i', '200ms', '--metrics', `127.0.0.1:${port}`]);
	const figureOf = async (start: string) => {
		const page = await pageAt(port);
		return page === undefined ? undefined : [...seriesOf(page)].find(([key]) => key.startsWith(start))?.[1];
	};
	const up = `redis_up{instance="${addressOf(server)}"}`;
	await eventually('it is up', async () => ((await figureOf(up)) === 1 ? true : undefined));
	await server.stop();
	await eventually('it is down', async () => ((await figureOf(up)) === 0 ? true : undefined));
	await eventually('a finding is served', async () => {
		const page = await pageAt(port);
		return page !== undefined && /^redis_top_finding\{.*severity="critical"/m.test(page) ? true : undefined;
	});
	assert.equal(await figureOf('redis_memory_used_bytes'), undefined);
	await serverFor(t, {port: server.port});
	await eventually('it is up again', async () => ((await figureOf(up)) === 1 ? true : undefined));
	assert.ok(((await figureOf('redis_memory_used_bytes')) ?? 0) > 0);
});

test('a port in use and addresses that are none are one line, before anything is polled', async t => {
	const server = await serverFor(t);
	const taken = net.createServer();
	const port = await freePort();
	await new Promise<void>(resolve => taken.listen(port, '127.0.0.1', resolve));
	t.after(() => void taken.close());
	const cases = [
		[
			`127.0.0.1:${port}`,
			69,
			`redis-top: --metrics 127.0.0.1:${port}: another program listens there; choose another port\n`,
		],
		['192.0.2.1:9124', 64, 'redis-top: --metrics 192.0.2.1:9124: this machine has no such address\n'],
		...['9124', ':9124', '127.0.0.1:0', '127.0.0.1:70000', '::1:9124', 'a b:1'].map(
			text =>
				[
					text,
					64,
					`redis-top: --metrics ${text}: is no address to listen on; write 127.0.0.1:9124, or [::1]:9124\n`,
				] as const,
		),
	] as const;
	for (const [text, code, line] of cases) {
		const run = await runProgram(t, ['watch', ...at(server), '--metrics', text]);
		assert.deepEqual([run.code, run.stderr, run.stdout], [code, line, ''], text);
	}
});

test('check --format prometheus prints a page for the textfile collector, with its usual exit code', async t => {
	const promtool = await outsideProgram(t, 'promtool');
	if (promtool === undefined) {
		return;
	}

	const server = await serverFor(t);
	await server.command('SETRANGE', 'big', 4 << 20, 'end');
	await server.command('CONFIG', 'SET', 'maxmemory', '3mb');
	const run = await runProgram(t, ['check', ...at(server), '--format', 'prometheus', '--only', 'mem.max']);
	assert.equal(run.code, 2);
	assert.equal(await lintOf(promtool, run.stdout), '');
	const findings = [...seriesOf(run.stdout).keys()].filter(key => key.startsWith('redis_top_finding'));
	assert.equal(findings.length, 1);
	assert.match(findings[0] ?? '', /rule="mem\.max",severity="critical"/);
});
