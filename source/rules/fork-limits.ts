import type {NextStep} from '../domain/finding.js';
import type {LocalEvidence} from '../domain/host-evidence.js';
import {message, nodeName} from '../domain/message.js';
import {count, seconds} from '../text/units.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {hint, onHost, processIdFor, programFor, redisCli} from './next-steps.js';
import {connectionArguments, type NodeFacts, quotedName} from './node-facts.js';

/** What keeps a server from forking, and the steps that end it. */
export type ForkLimit = {readonly reason: string; readonly next: readonly NextStep[]};

/** A limit of processes that suits any server: a save needs one process more. */
const roomyLimit = 4096;

const hereOf = ({record}: NodeFacts): LocalEvidence | undefined =>
	record.host?.value.kind === 'here' ? record.host.value : undefined;

/** The command that raises the limit of processes of a control group, by what manages the group. */
function raiseGroup({supervisor}: LocalEvidence, file: string): readonly NextStep[] {
	if (supervisor?.kind === 'systemd') {
		return [
			onHost(message`sudo systemctl set-property ${quotedName('service', supervisor.unit)} TasksMax=${roomyLimit}`),
		];
	}

	if (supervisor?.kind === 'container' && (supervisor.engine === 'docker' || supervisor.engine === 'podman')) {
		const name = quotedName('service', supervisor.name ?? supervisor.id);
		return [onHost(message`${supervisor.engine} update --pids-limit ${roomyLimit} ${name}`)];
	}

	return supervisor?.kind === 'container'
		? [hint('raise podPidsLimit of the kubelet, or the pids limit of the container')]
		: [onHost(message`echo ${roomyLimit} | sudo tee ${quotedName('path', file)}`)];
}

/** Which limit of processes refused a fork (EAGAIN), as far as this machine shows. */
function processLimit(facts: NodeFacts): ForkLimit {
	const here = hereOf(facts);
	const group = here?.cgroup?.processes;
	if (here !== undefined && group !== undefined && group.used >= group.limit) {
		return {
			reason: `its control group is at its limit of ${count(group.limit)} processes and threads (pids.max)`,
			next: [hint('raise pids.max of its unit or container'), ...raiseGroup(here, group.file)],
		};
	}

	const ofUser = here?.process?.processLimit;
	// Root may start more processes than the limit allows. Source: setrlimit(2), RLIMIT_NPROC.
	if (ofUser !== undefined && Number.isFinite(ofUser) && here?.process?.userId !== 0) {
		return {
			reason: `its user is at its limit of ${count(ofUser)} processes and threads (ulimit -u)`,
			next: [
				hint('raise nproc of its user (RLIMIT_NPROC)'),
				onHost(`sudo prlimit --pid ${processIdFor(facts)} --nproc=${roomyLimit}`),
				hint('so that a restart keeps it: LimitNPROC= of its unit, or nproc in /etc/security/limits.conf'),
			],
		};
	}

	return {
		reason: 'no more processes are allowed',
		next: [
			onHost(`grep -i processes /proc/${processIdFor(facts)}/limits; sysctl kernel.pid_max kernel.threads-max`),
			hint('raise what is reached: TasksMax of its unit, the pids limit of its container, nproc of its user'),
		],
	};
}

/** Why the kernel had no memory for a fork (ENOMEM), as far as this machine shows. */
function memoryLimit(facts: NodeFacts): ForkLimit {
	const mode = hereOf(facts)?.kernel.overcommitMemory;
	return mode === 1
		? {
				reason: 'the machine has no memory left',
				next: [hint('free memory of the machine: the kernel refuses even an empty copy'), onHost('free -m')],
			}
		: {
				reason: mode === undefined ? 'no memory for it' : `no memory for it, as vm.overcommit_memory is ${mode}`,
				next: [
					hint('set vm.overcommit_memory to 1: a fork hardly uses the memory that it asks for'),
					onHost('sudo sysctl vm.overcommit_memory=1'),
					hint('so that a restart keeps it: vm.overcommit_memory = 1 in /etc/sysctl.d'),
				],
			};
}

/**
The limit that refused the fork of a save, by the id of the log line.

@param id `fork-refused` (EAGAIN) or `fork-failed` (ENOMEM); any other id gives undefined.
*/
export function forkLimit(facts: NodeFacts, id: string | undefined): ForkLimit | undefined {
	switch (id) {
		case 'fork-refused':
			return processLimit(facts);
		case 'fork-failed':
			return memoryLimit(facts);
		default:
			return undefined;
	}
}

/** Bytes of data that a server writes to a usual disk in a second, to estimate a save that blocks. */
const savedPerSecond = 100 * 1024 * 1024;

/**
The ways to have the data on a disk while the server cannot fork: a replica saves in its place, and SAVE needs no fork but
blocks all clients.
*/
export function saveWithoutFork(facts: NodeFacts): readonly NextStep[] {
	const replica = [...facts.nodes.values()].find(
		other =>
			other.failure === undefined &&
			other.sample?.info.text('replication', 'master_link_status') === 'up' &&
			primaryNamedBy(other) === facts.address,
	);
	const used = facts.number('memory', 'used_memory') ?? 0;
	return [
		...(replica === undefined
			? []
			: [
					hint(message`meanwhile its replica ${nodeName(replica.address)} has the data too: save there`),
					redisCliAt(facts, replica),
				]),
		hint(
			`SAVE needs no fork: it blocks all clients, here for about ${seconds(Math.max(1, used / savedPerSecond))}, and then writes are accepted again`,
		),
		redisCli(facts, 'SAVE'),
	];
}

const redisCliAt = ({settings}: NodeFacts, record: NodeFacts['record']): NextStep => ({
	kind: 'command',
	text: message`${programFor(record)} ${connectionArguments(record.endpoint, settings)} BGSAVE`,
});
