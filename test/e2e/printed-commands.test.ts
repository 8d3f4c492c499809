// First: it records what the rules say in the tests that follow.
import {recordedFirings} from '../harness/recorded-firings.js';
import '../rules/access.test.js';
import '../rules/acl-drift.test.js';
import '../rules/after-steps.test.js';
import '../rules/aof.test.js';
import '../rules/awaited-resync.test.js';
import '../rules/backup.test.js';
import '../rules/busiest-shard.test.js';
import '../rules/certificate.test.js';
import '../rules/client-buffers.test.js';
import '../rules/client-kills.test.js';
import '../rules/client-leak.test.js';
import '../rules/client-limits.test.js';
import '../rules/client-traffic.test.js';
import '../rules/client-use.test.js';
import '../rules/cluster-alone.test.js';
import '../rules/cluster-merged.test.js';
import '../rules/cluster-migrations.test.js';
import '../rules/cluster-nodes.test.js';
import '../rules/cluster-replicas.test.js';
import '../rules/cluster-roles.test.js';
import '../rules/cluster-same-id.test.js';
import '../rules/cluster-slots.test.js';
import '../rules/cluster-state.test.js';
import '../rules/cluster-without-slots.test.js';
import '../rules/command-surge.test.js';
import '../rules/connection-storm.test.js';
import '../rules/connectivity.test.js';
import '../rules/cpu-network.test.js';
import '../rules/departed-replica.test.js';
import '../rules/distance.test.js';
import '../rules/emptied-data.test.js';
import '../rules/empty-database.test.js';
import '../rules/end-steps.test.js';
import '../rules/engine.test.js';
import '../rules/error-explanations.test.js';
import '../rules/errors-modules.test.js';
import '../rules/explanations.test.js';
import '../rules/failed-over.test.js';
import '../rules/failing-clients.test.js';
import '../rules/field-expiry.test.js';
import '../rules/flush.test.js';
import '../rules/fork-and-disk.test.js';
import '../rules/fork-limits.test.js';
import '../rules/full-disk.test.js';
import '../rules/fullest-slot.test.js';
import '../rules/host-waits.test.js';
import '../rules/host.test.js';
import '../rules/idle-consumers.test.js';
import '../rules/idle-timeout.test.js';
import '../rules/intrusion.test.js';
import '../rules/key-deletions.test.js';
import '../rules/key-use.test.js';
import '../rules/keyspace.test.js';
import '../rules/killed-save.test.js';
import '../rules/latency.test.js';
import '../rules/linear-commands.test.js';
import '../rules/loading-primary.test.js';
import '../rules/long-senders.test.js';
import '../rules/lost-ttl.test.js';
import '../rules/lowered-limit.test.js';
import '../rules/made-replica.test.js';
import '../rules/main-thread.test.js';
import '../rules/measured-errors.test.js';
import '../rules/memory-buffers.test.js';
import '../rules/memory-eviction.test.js';
import '../rules/memory-host.test.js';
import '../rules/memory-limit.test.js';
import '../rules/memory-overhead.test.js';
import '../rules/missing-replicas.test.js';
import '../rules/moved-keys.test.js';
import '../rules/new-clients.test.js';
import '../rules/next-steps.test.js';
import '../rules/no-failover-steps.test.js';
import '../rules/observability.test.js';
import '../rules/one-element-commands.test.js';
import '../rules/packet-loss.test.js';
import '../rules/packet-size.test.js';
import '../rules/plain-errors.test.js';
import '../rules/plain-port.test.js';
import '../rules/promoted.test.js';
import '../rules/promotion-by-hand.test.js';
import '../rules/pubsub.test.js';
import '../rules/query-buffer.test.js';
import '../rules/raft-bus.test.js';
import '../rules/rdb.test.js';
import '../rules/refused-peers.test.js';
import '../rules/remedy-nodes.test.js';
import '../rules/repeated-failovers.test.js';
import '../rules/replica-buffer-limit.test.js';
import '../rules/replication-lag.test.js';
import '../rules/replication-link.test.js';
import '../rules/replication-loop.test.js';
import '../rules/replication-loss.test.js';
import '../rules/replication-resyncs.test.js';
import '../rules/replication-setup.test.js';
import '../rules/replication-timeout.test.js';
import '../rules/resync-load.test.js';
import '../rules/resync-traffic.test.js';
import '../rules/running-failover.test.js';
import '../rules/same-files.test.js';
import '../rules/save-often.test.js';
import '../rules/security-fixes.test.js';
import '../rules/security.test.js';
import '../rules/sentinel.test.js';
import '../rules/server-busy.test.js';
import '../rules/server.test.js';
import '../rules/settings-drift.test.js';
import '../rules/several-servers.test.js';
import '../rules/silence-cause.test.js';
import '../rules/slow-commands.test.js';
import '../rules/stopped-consumers.test.js';
import '../rules/taken-over.test.js';
import '../rules/tls-handshakes.test.js';
import '../rules/undrained.test.js';
import '../rules/unknown-commands.test.js';
import '../rules/unloaded-data.test.js';
import '../rules/unlogged-commands.test.js';
import '../rules/user-rights.test.js';
import '../rules/wait.test.js';
import '../rules/waiting-sentinels.test.js';
import '../rules/watched-keys.test.js';
import '../rules/write-refusal.test.js';
import '../rules/writers.test.js';
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {clusterFor} from '../harness/cluster.js';
import type {TestServer} from '../harness/servers.js';
import {type ServerVersion, serverFor, serverVersions} from './monitor.js';

/*
Each command that a finding of the rules' cases prints is run once on real servers of each version. The node is another
one than in the case: only `-h`, `-p` and the credentials are replaced, and nothing is filled in. A reply that speaks of the
state of the server is fine (`ERR Unknown node`). A reply that speaks of the form of the command is not.
*/

/** What a server or redis-cli says of a command that can never be right. Source: Redis src/server.c, src/redis-cli.c. */
const formFault =
	/unknown (?:sub)?command|unknown option|syntax error|wrong number of arg|unrecognized option|bad number of args|Unknown option or number of arguments|Unsupported CONFIG|Invalid option/i;

/** Commands of modules: no server here has one. */
const ofModules = /^FT\./i;

/** Modes of redis-cli that go on until they are ended. */
const endless = /^--(?:latency|stat)/;

/** Commands that some of the versions lack, with the versions that have them. The rule fires on no others. */
const onlyIn: ReadonlyArray<readonly [start: RegExp, versions: RegExp]> = [
	[/^COMMANDLOG /i, /^valkey-(?:8\.1|9)/],
	[/^CLUSTER GETSLOTMIGRATIONS/i, /^valkey-9/],
	[/^HOTKEYS /i, /^(?:redis-8\.(?:[6-9]|1\d)|valkey-9\.[2-9])/],
	[/^CLUSTER MIGRATION /i, /^redis-8\.(?:[4-9]|1\d)/],
	[/^BACKUP /i, /^redis-8\.1\d/],
];

const place =
	/^(?: -h (?:'[^']*'|\S+) -p \d+| -s (?:'[^']*'|\S+))?(?: --tls)?(?: --user (?:'[^']*'|\S+))?(?: --askpass)?(?: --insecure)?/;

type Printed = {readonly rules: ReadonlySet<string>; readonly product: 'redis' | 'valkey'; readonly words: string};

/** `redis-cli -h 10.0.1.11 -p 6379 MEMORY DOCTOR` without its node; each once. */
function printedCommands(): readonly Printed[] {
	const found = new Map<string, Printed>();
	for (const {rule, firing} of recordedFirings) {
		for (const {kind, text} of firing.next) {
			const [, product, rest = ''] = /^(redis|valkey)-cli(.*)$/s.exec(messageText(text)) ?? [];
			if (kind === 'command' && (product === 'redis' || product === 'valkey')) {
				const words = rest.replace(place, '').trim();
				const key = `${product} ${words}`;
				found.set(key, {product, words, rules: new Set([...(found.get(key)?.rules ?? []), rule])});
			}
		}
	}

	return [...found.values()];
}

type Target = Pick<TestServer, 'port'>;

/** Runs a printed command line in a shell, with the program of this version; what it wrote, both streams. */
const ran = (version: ServerVersion, words: string, target: Target): Promise<string> => {
	const cli = path.join(path.dirname(version.program), version.name.startsWith('valkey') ? 'valkey-cli' : 'redis-cli');
	const node = /--cluster /.test(words) ? '' : `-h 127.0.0.1 -p ${target.port}`;
	const line = words.replace(/(--cluster \w+ )\S+/, `$1127.0.0.1:${target.port}`);
	return new Promise(resolve => {
		const child = execFile(
			'sh',
			['-c', `${cli} ${node} ${line}`],
			{timeout: endless.test(words) ? 1000 : 20_000},
			(_, stdout, stderr) => resolve(`${stdout}${stderr}`),
		);
		// A program that asks nothing may have ended by now.
		child.stdin?.on('error', () => undefined).end('no\n');
	});
};

type Targets = {
	readonly data: readonly Target[];
	readonly cluster: readonly Target[];
	readonly sentinel: readonly Target[];
};

/** The servers that a command is for. */
function targetsFor(words: string, {data, cluster, sentinel}: Targets): readonly Target[] {
	if (/^SENTINEL /i.test(words)) {
		return sentinel;
	}

	return /^CLUSTER |--cluster /i.test(words) ? cluster : data;
}

async function startTargets(t: TestContext, {program}: ServerVersion): Promise<Targets> {
	const start = (...args: readonly string[]) => serverFor(t, {server: program, args});
	const primary = await start();
	const replica = await start('--replicaof', '127.0.0.1', String(primary.port));
	const sentinel = await serverFor(t, {
		server: program,
		sentinel: [`sentinel monitor main 127.0.0.1 ${primary.port} 1`],
	});
	const {primaries, replicas} = await clusterFor(t, {server: program});
	// Each of a kind that answers differently.
	const members = [primaries[0], replicas[0]].filter(member => member !== undefined);
	return {data: [primary, replica], cluster: members, sentinel: [sentinel]};
}

test('the cases of all rules are among those whose commands are run', () => {
	const own = readFileSync('test/e2e/printed-commands.test.ts', 'utf8');
	const missing = globSync('test/rules/*.test.ts')
		.map(file => path.basename(file, '.ts'))
		.filter(name => name !== 'rule-coverage.test' && !own.includes(`'../rules/${name}.js'`));
	assert.deepEqual(missing, []);
	assert.ok(printedCommands().length > 40, String(printedCommands().length));
});

test('no printed command has a gap that the reader must fill, and each is one that a shell can parse', async () => {
	const texts = new Map<string, string>();
	for (const {rule, firing} of recordedFirings) {
		for (const {kind, text} of firing.next) {
			if (kind !== 'words') {
				texts.set(messageText(text), rule);
			}
		}
	}

	const gaps = [...texts].filter(([text]) =>
		/\b(?:PID|NAME|HOST|PORT|ID|KEY|USERNAME)\b(?! )|<[a-z-]+>|…|undefined/.test(text),
	);
	assert.deepEqual(gaps, []);
	const faults: string[] = [];
	for (const [text, rule] of texts) {
		await new Promise<void>(resolve => {
			execFile('sh', ['-n', '-c', text], (_, __, stderr) => {
				if (stderr !== '') {
					faults.push(`${rule}: ${text}: ${stderr}`);
				}

				resolve();
			});
		});
	}

	assert.deepEqual(faults, []);
});

test('no step names a service manager that was not seen, and none sends a command to a server that gives no reply', () => {
	const faults = recordedFirings.flatMap(({rule, firing, facts}) => {
		if (facts === undefined) {
			return [];
		}

		const evidence = facts.record.host?.value;
		const supervisor = evidence?.kind === 'here' ? evidence.supervisor?.kind : undefined;
		const isSilent = facts.record.failure?.code === 'TIMEOUT';
		return firing.next
			.map(({text}) => messageText(text))
			.filter(
				text =>
					(/systemctl|journalctl (?!-k)/.test(text) && supervisor !== 'systemd') ||
					(/^(?:docker|podman|kubectl) /.test(text) && supervisor !== 'container') ||
					(/^(?:redis|valkey)-cli/.test(text) && isSilent),
			)
			.map(text => `${rule}: ${text}`);
	});
	assert.deepEqual(faults, []);
});

for (const version of await serverVersions()) {
	test(`no printed command is refused for its form: ${version.name}`, async t => {
		const targets = await startTargets(t, version);
		const faults: string[] = [];
		for (const {words, rules, product} of printedCommands()) {
			const has = onlyIn.find(([start]) => start.test(words))?.[1];
			const isOfAnother = product === 'valkey' && !version.name.startsWith('valkey');
			if (ofModules.test(words) || (has === undefined ? isOfAnother : !has.test(version.name))) {
				continue;
			}

			for (const target of targetsFor(words, targets)) {
				const reply = await ran(version, words, target);
				if (formFault.test(reply)) {
					faults.push(`${[...rules].join()}: ${words}: ${reply.trim().slice(0, 200)}`);
				}
			}
		}

		assert.deepEqual(faults, []);
	});
}
