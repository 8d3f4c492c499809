import assert from 'node:assert/strict';
import test from 'node:test';
import type {LocalEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import type {LogRemark} from '../../source/domain/log-lines.js';
import {messageText} from '../../source/domain/message.js';
import {perAofRewrite} from '../../source/rules/aof.js';
import {perRdbFail} from '../../source/rules/rdb.js';
import type {NodeRule} from '../../source/rules/rule.js';
import {perMisconf} from '../../source/rules/write-refusal.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom} from '../harness/records.js';
import {emptyKernel, type FactsParts, factsOf} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const refused = ['fork-refused', 'fork: Resource temporarily unavailable'] as const;
const noMemory = ['fork-failed', 'fork: Cannot allocate memory'] as const;

/** A server whose last save and rewrite failed because its fork did, a few seconds ago. */
const failedFork = ([id, error]: readonly [string, string], host: Partial<LocalEvidence>): FactsParts => ({
	info: {
		persistence: {rdb_last_bgsave_status: 'err', aof_last_bgrewrite_status: 'err'},
		memory: {used_memory: 500 * 1024 * 1024},
	},
	config: {save: '60 1', 'stop-writes-on-bgsave-error': 'yes', dir: '/data'},
	host: {
		...host,
		log: {
			source: '/var/log/redis.log',
			lines: [],
			remarks: [
				{
					id,
					severity: 'critical',
					rules: ['per.rdb_fail', 'per.aof_rewrite'],
					meaning: '',
					line: `7:M # Can't save in background: ${error}`,
					atMs: nowMs - 3000,
					count: 1,
				} satisfies LogRemark,
			],
		},
	},
});

const processOf = (parts: Partial<ProcessEvidence>): Partial<LocalEvidence> => ({
	process: {processId: 4711, userId: 999, ...parts} as ProcessEvidence,
});
const group = (used: number, limit: number): Partial<LocalEvidence> => ({
	cgroup: {
		limitBytes: undefined,
		usedBytes: undefined,
		oomKills: undefined,
		processes: {limit, used, file: '/sys/fs/cgroup/redis/pids.max'},
	},
});

const stepsOf = (rule: NodeRule, parts: FactsParts): string =>
	firingOf(rule, parts)
		.next.map(({text}) => messageText(text))
		.join('\n');
const reasonOf = (rule: NodeRule, parts: FactsParts): string => messageText(firingOf(rule, parts).reason ?? '');

const cases: ReadonlyArray<readonly [name: string, parts: FactsParts, reason: RegExp, step: RegExp]> = [
	[
		'the limit of its user',
		failedFork(refused, processOf({processLimit: 200})),
		/its user is at its limit of 200 processes and threads \(ulimit -u\)$/,
		/^sudo prlimit --pid 4711 --nproc=4096$/m,
	],
	[
		'the limit of its control group, without a manager',
		failedFork(refused, {...processOf({processLimit: 200}), ...group(5, 5)}),
		/its control group is at its limit of 5 processes and threads \(pids\.max\)$/,
		/^echo 4096 \| sudo tee \/sys\/fs\/cgroup\/redis\/pids\.max$/m,
	],
	[
		'the limit of its unit',
		failedFork(refused, {
			...group(5, 5),
			supervisor: {kind: 'systemd', unit: 'redis.service', state: undefined, lastExit: undefined, restarts: undefined},
		}),
		/\(pids\.max\)$/,
		/^sudo systemctl set-property redis\.service TasksMax=4096$/m,
	],
	[
		'the limit of its container',
		failedFork(refused, {
			...group(5, 5),
			supervisor: {
				kind: 'container',
				engine: 'docker',
				id: 'abc',
				name: 'cache',
				state: undefined,
				lastExit: undefined,
				restarts: undefined,
			},
		}),
		/\(pids\.max\)$/,
		/^docker update --pids-limit 4096 cache$/m,
	],
	[
		'a limit that cannot be seen',
		failedFork(refused, {...processOf({processLimit: 200, userId: 0}), ...group(3, 500)}),
		/no more processes are allowed$/,
		/^grep -i processes \/proc\/4711\/limits/m,
	],
	[
		'strict overcommit',
		failedFork(noMemory, {kernel: {...emptyKernel, overcommitMemory: 2}}),
		/no memory for it, as vm\.overcommit_memory is 2$/,
		/^sudo sysctl vm\.overcommit_memory=1$/m,
	],
	[
		'no memory at all',
		failedFork(noMemory, {kernel: {...emptyKernel, overcommitMemory: 1}}),
		/the machine has no memory left$/,
		/^free -m$/m,
	],
];

for (const [name, parts, reason, step] of cases) {
	test(`a fork that ${name} refused is told with what raises the limit`, () => {
		for (const rule of [perRdbFail, perAofRewrite]) {
			assert.match(reasonOf(rule, parts), reason, rule.id);
			assert.match(stepsOf(rule, parts), step, rule.id);
			assert.equal(firingOf(rule, parts).action, undefined, `${rule.id}: a child process would fail again`);
		}

		assert.match(stepsOf(perMisconf, parts), step);
		assert.equal(firingOf(perMisconf, parts).action, undefined);
	});
}

test('without a fork, SAVE blocks for a time that is estimated, and a replica that has the data saves at once', () => {
	const parts = failedFork(refused, group(5, 5));
	assert.match(stepsOf(perRdbFail, parts), /SAVE needs no fork: it blocks all clients, here for about 5s.*\n.* SAVE$/m);
	assert.doesNotMatch(stepsOf(perRdbFail, parts), /its replica/);
	const replica = recordFrom({
		address: '10.0.1.12:6379',
		role: 'replica',
		info: {replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379, master_link_status: 'up'}},
	});
	assert.match(
		stepsOf(perRdbFail, {...parts, nodes: [replica]}),
		/its replica 10\.0\.1\.12:6379 has the data too: save there\nredis-cli -h 10\.0\.1\.12 -p 6379 BGSAVE/,
	);
});

test('a save that failed for another reason is tried again by BGSAVE', () => {
	const parts = failedFork(['save-failed', 'Background saving error'], {});
	assert.equal(firingOf(perRdbFail, parts).action, 'bgsave');
	assert.doesNotMatch(stepsOf(perRdbFail, parts), /SAVE needs no fork/);
});
