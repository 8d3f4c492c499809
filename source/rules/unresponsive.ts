import type {NodeRecord} from '../derive/node-record.js';
import {losesSmallPackets, mayBeLostPacket, packetsLost} from '../derive/pending-reply.js';
import {hasThePort, isAddress, silentHolder} from '../derive/port-holder.js';
import {standstillOf} from '../derive/suspended-process.js';
import type {NextStep} from '../domain/finding.js';
import type {LocalEvidence, ProcessEvidence} from '../domain/host-evidence.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {seconds} from '../text/units.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {diagnose, hint, onHost} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {lossSteps} from './packet-loss.js';
import {largeRepliesMeaning, packetSizeSteps} from './packet-size.js';
import {promotionByHand} from './promotion-by-hand.js';
import {stepsForKeptWrites} from './replica-buffer-limit.js';
import {resyncLoadOf} from './resync-load.js';
import {clear, fires, rule} from './rule.js';
import {diskSteps} from './stalled-disk.js';
import {hungPrimarySteps} from './waiting-sentinels.js';

export const connUnresponsive = rule({
	id: 'conn.unresponsive',
	scope: 'node',
	docs: {
		looksAt: 'The node accepts connections, and a reply has been pending for more than a second.',
		since: 'any',
		falsePositives: [
			'One long command looks the same while it runs. The finding is only a warning within the first five seconds.',
			'If a small request is answered meanwhile on another connection, large packets are lost on the way, and the finding says so.',
			'A lost packet delays a reply by a second or more. While PINGs are answered meanwhile, the finding waits for three seconds.',
			'redis-top sends nothing more on that connection while the reply is pending. The evidence is from an earlier poll or from this machine.',
		],
	},
	thresholds: {
		warning: {value: 1, unit: 'seconds', source: 'one default interval without a reply'},
		critical: {
			value: 5,
			unit: 'seconds',
			source: 'busy-reply-threshold: after 5 s even a running script makes the server answer BUSY',
		},
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts, limits) {
		const {failure, pendingSinceMs, host} = facts.record;
		const pendingSeconds = (facts.nowMs - (pendingSinceMs ?? facts.nowMs)) / 1000;
		const isLost = mayBeLostPacket(facts.record, facts.nowMs);
		if (failure?.code !== 'TIMEOUT' || pendingSeconds < limits.warning || isLost) {
			return clear;
		}

		const isLong = pendingSeconds >= limits.critical;
		if (failure.kind === 'LARGE_REPLIES' && losesSmallPackets(facts.record, facts.nowMs)) {
			return fires(isLong ? 'critical' : 'warning', {
				problem: 'is not responding',
				reason: packetsLost,
				effect: 'not-responding',
				evidence: [{name: 'reply pending for', value: seconds(pendingSeconds)}],
				meaning:
					'The server works: it answers a small request while a large reply stays away. Small packets are lost as well, so a large reply, which has many, takes long.',
				next: lossSteps(facts.record.endpoint),
			});
		}

		if (failure.kind === 'LARGE_REPLIES') {
			return fires(isLong ? 'critical' : 'warning', {
				problem: failure.problem,
				reason: failure.reason,
				effect: 'not-responding',
				evidence: [{name: 'large reply pending for', value: seconds(pendingSeconds)}],
				meaning: largeRepliesMeaning,
				next: packetSizeSteps(facts.record.endpoint),
			});
		}

		const isCurrent = host !== undefined && host.atMs >= (pendingSinceMs ?? facts.nowMs);
		const local = isCurrent && host.value.kind === 'here' ? host.value : undefined;
		const holder = silentHolder(local, facts.record.endpoint);
		if (holder !== undefined) {
			return fires(isLong ? 'critical' : 'warning', {
				problem: 'is not responding',
				reason: hasThePort(holder),
				effect: 'not-responding',
				evidence: [{name: 'reply pending for', value: seconds(pendingSeconds)}],
				meaning:
					'A process that is not known as a Redis or Valkey server takes the connections, and does not reply. The server itself may have found its port taken.',
				next: [
					hint('stop what holds the port, then start the server; or give the port of the server'),
					onHost(`ps -o pid,ppid,user,lstart,args -p ${holder.processId ?? '-'}`),
					hint('if it hands connections on (a proxy, a tunnel), look at the server behind it'),
				],
			});
		}

		const process = local?.process;
		const silence = silenceOf(local);
		const {isStopped, resume} = silence;
		const isOpen = silence.reason === undefined || silence.reason === waitsForOther;
		const likely = isOpen
			? (moveOf(facts, silence.reason === waitsForOther) ??
				lookupOfPrimary(facts) ??
				loggedLookup(local) ??
				resyncLoadOf(facts))
			: undefined;
		const reason = likely?.reason ?? silence.reason;
		// A move of a key, a save and a lookup end by themselves. An idle server is not what holds the reply.
		const isHung = likely === undefined && silence.next === undefined && reason !== waitsForOther && reason !== isIdle;
		const byHand = isLong && isHung ? hungPrimarySteps(facts.record, facts.nodes) : [];
		return fires(isLong || isStopped ? 'critical' : 'warning', {
			problem: 'is not responding',
			detail: reason === undefined ? 'no reply on an open connection' : undefined,
			reason,
			effect: 'not-responding',
			evidence: [
				{name: 'reply pending for', value: seconds(pendingSeconds)},
				...(process === undefined ? [] : [{name: 'process state', value: process.state}]),
				...(process?.waitsIn === undefined ? [] : [{name: 'waits in', value: process.waitsIn}]),
			],
			meaning: likely?.meaning ?? silence.meaning,
			next: [
				...(likely?.next ?? []),
				...(silence.next ?? []),
				...(local === undefined ? [] : diskSteps(local)),
				...(isStopped ? [] : byHand),
				...(silence.next === undefined ? searchSteps(facts, process, resume) : stepsForKeptWrites(facts)),
				...(isStopped ? byHand : []),
				...(isLong && isHung ? (promotionByHand(facts, 'if it stays hung, kill it first')?.next ?? []) : []),
			],
		});
	},
});

/** What finds the reason of a silence, or ends it, and what not to do meanwhile. */
const searchSteps = (
	facts: NodeFacts,
	process: ProcessEvidence | undefined,
	resume: readonly NextStep[],
): readonly NextStep[] => [
	...(process === undefined
		? [diagnose(facts.record)]
		: resume.length > 0
			? resume
			: [onHost(`grep -e State -e VmSwap /proc/${process.processId}/status`)]),
	...stepsForKeptWrites(facts),
	hint('wait: nothing sent now is answered; a restart loses what was not saved'),
	hint('when it answers again: SLOWLOG GET 10 and LATENCY LATEST name what held it'),
];

/**
Why a replica may be silent whose primary has a name that cannot be resolved here either. Servers look the name up on their
main thread each time they connect, for ten seconds or more if no name server answers. Source: replication.c,
connectWithMaster.
*/
function lookupOfPrimary(facts: NodeFacts): LikelyCause | undefined {
	const {endpoint, failure} = primaryByName(facts) ?? {};
	const isKnown = facts.record.sample !== undefined;
	if (endpoint?.kind !== 'tcp' || failure?.layer !== 'dns') {
		return undefined;
	}

	const name = nameOf('host', endpoint.host);
	const {earlierAddress} = failure;
	return {
		reason: message`${isKnown ? 'likely' : 'perhaps'} it looks up ${name}, which cannot be resolved`,
		meaning: meaningOfLookup,
		next: [
			hint('repair DNS: look at /etc/resolv.conf here and on its host'),
			...(earlierAddress === undefined
				? []
				: [
						hint(
							message`or, when it answers for a moment: REPLICAOF ${nameOf('host', earlierAddress)} ${endpoint.port}, the address that ${name} had before`,
						),
					]),
		],
	};
}

/** The last line of a replica's log while it looks up the name of its primary. Source: replication.c, replicationCron. */
const connecting = /[*] Connecting to (?:MASTER|PRIMARY) (\S+):(\d+)$/;

/**
The lookup in which a silent replica may be, according to its log on this machine. It shows the name of the primary of a
replica that has told nothing yet.
*/
function loggedLookup(local: LocalEvidence | undefined): LikelyCause | undefined {
	const [, host] = connecting.exec(local?.log?.lines.at(-1) ?? '') ?? [];
	const {state, waitsIn} = local?.process ?? {};
	if (host === undefined || isAddress(host) || state !== 'sleeping') {
		return undefined;
	}

	const name = nameOf('host', host);
	return {
		reason: message`${waitsIn === undefined ? 'perhaps' : 'likely'} it looks up ${name}, the name of its primary`,
		meaning: `Its log ends where it connects to its primary. ${meaningOfLookup}`,
		next: [
			onHost(message`getent hosts ${quotedName('host', host)}   # within a second, if DNS works`),
			hint('repair DNS: look at /etc/resolv.conf on its host'),
		],
	};
}

const meaningOfLookup =
	'A replica looks up the name of its primary on its main thread while it connects. If DNS does not answer, every client waits.';

/** Milliseconds for which a slow command of a second or more may explain a silence after it: it may run again. */
const recentMs = 60_000;

/**
The move of a large key in which a silent primary of a cluster may be: it had a slot open to another node. Undefined where
the slow log has a long command, which is told with its client.
*/
function moveOf({record, nowMs}: NodeFacts, isWaiting: boolean): LikelyCause | undefined {
	const self = record.clusterNodes?.value.find(({flags}) => flags.has('myself'));
	const open = self?.openSlots.find(({direction}) => direction === 'migrating');
	const isLogged = record.slowlog?.value.entries.some(
		({atMs, durationMicroseconds}) => durationMicroseconds >= 1_000_000 && atMs >= nowMs - recentMs,
	);
	return open === undefined || isLogged === true
		? undefined
		: {
				reason: `${isWaiting ? 'likely' : 'perhaps'} MIGRATE moves a large key of slot ${open.slot}`,
				meaning: 'MIGRATE blocks both servers until the key has arrived. A large key takes seconds or minutes.',
				next: [hint(`let it end, no failover meanwhile: what moves slot ${open.slot} goes on by itself`)],
			};
}

/**
The node whose name a silent server may look up: its primary. For a server that has told nothing yet, it is the only node
of its deployment whose name server does not answer.
*/
function primaryByName({record, nodes}: NodeFacts): NodeRecord | undefined {
	if (record.sample === undefined) {
		const unresolved = [...nodes.values()].filter(({failure}) => failure?.code === 'EAI_AGAIN');
		return unresolved.length === 1 ? unresolved[0] : undefined;
	}

	const named = primaryNamedBy(record);
	return named === undefined ? undefined : nodes.get(nodeFinder(nodes)(named));
}

type LikelyCause = {readonly reason: Message; readonly meaning: string; readonly next: readonly NextStep[]};

/** The kernel's functions in which an idle server waits for its sockets. Source: fs/eventpoll.c. */
const idleIn = /^(?:ep_poll|do_epoll_wait)/;

/**
The kernel's functions in which a server's thread waits for one other server: within MIGRATE, or in the resolver. Source:
fs/select.c; anet.c and ae.c (aeWait) of the server.
*/
const waitsForOtherIn = /^(?:do_sys_poll|do_poll|poll_schedule_timeout|do_select)/;

const isIdle = 'its process is idle';
const waitsForOther = 'its thread waits for another server: MIGRATE, or a name server';

type Silence = {
	readonly reason?: Message;
	readonly meaning: string;
	/** Whether the process is stopped until someone resumes it. */
	readonly isStopped: boolean;
	readonly resume: readonly NextStep[];
	readonly next?: readonly NextStep[] | undefined;
};

/** What this machine shows about a process while a reply is pending, and what remains unknown. */
function silenceOf(local: LocalEvidence | undefined): Silence {
	const standstill = local === undefined ? undefined : standstillOf(local);
	return standstill === undefined
		? {...workOf(local?.process), isStopped: false, resume: []}
		: {...standstill, isStopped: standstill.resume.length > 0};
}

/** What a process that can run does while a reply is pending. */
function workOf(process: ProcessEvidence | undefined): Pick<Silence, 'reason' | 'meaning'> {
	if (process?.state === 'running') {
		return {
			meaning: 'Its thread works while the reply is pending: a long command or script, or a fork. Every client waits.',
		};
	}

	if (process?.state === 'sleeping' && waitsForOtherIn.test(process.waitsIn ?? '')) {
		return {
			reason: waitsForOther,
			meaning:
				'It sends a key to another server (MIGRATE) or looks up a name, on its main thread. Every client waits until that ends.',
		};
	}

	return process?.state === 'sleeping' && idleIn.test(process.waitsIn ?? '')
		? {
				reason: isIdle,
				meaning:
					'It waits for work, so no command holds it. The network loses the reply, or CLIENT PAUSE holds commands back.',
			}
		: {meaning: openMeaning};
}

const openMeaning =
	'The server, the network or this machine may be the reason. The server: a long command or script, a fork, swap, a slow disk, CLIENT PAUSE, a stopped process.';
