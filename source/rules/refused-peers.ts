import type {NextStep} from '../domain/finding.js';
import {joinMessages, type Message, message, type Name, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {commandStats} from '../parse/info-fields.js';
import {count} from '../text/units.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {hasJustRefusedLogins, mostRefused, refusalsLately} from './access-refusals.js';
import {namedClients, otherClients} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {forkLimit} from './fork-limits.js';
import {loggedMissing, missingByLog} from './logged-replica.js';
import {answerMissing, type Need} from './needs.js';
import {hint, logSteps, onHost, redisCli, redisCliAsAdministrator} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Name of the evidence of rep.refused that the server cannot start the child process of a full resync. */
export const forkOfResync = 'fork';

/** Calls of commands between two samples. */
type Calls = {
	readonly calls: number;
	/** Calls that the server refused to run: the client has not logged in, or lacks a right. */
	readonly rejected: number;
	/** Calls that ran and ended in an error. */
	readonly failed: number;
};

/** The calls of a command since the sample before; undefined before Redis 6.2, or without a comparable earlier sample. */
function callsOf({sample, earlier}: NodeFacts, command: string): Calls | undefined {
	const later = sample && commandStats(sample.info).get(command);
	const before = earlier && commandStats(earlier.info).get(command);
	if (later?.rejectedCalls === undefined || later.failedCalls === undefined) {
		return undefined;
	}

	const [calls, rejected, failed] = [
		later.calls - (before?.calls ?? 0),
		later.rejectedCalls - (before?.rejectedCalls ?? 0),
		later.failedCalls - (before?.failedCalls ?? 0),
	];
	return Math.min(calls, rejected, failed) < 0 ? undefined : {calls, rejected, failed};
}

const hasCommands = ({sample, earlier}: NodeFacts): true | undefined =>
	sample?.info.sections.has('commandstats') && earlier?.info.sections.has('commandstats') ? true : undefined;

const counted: Need<true> = {read: hasCommands, missing: answerMissing('INFO commandstats')};

/** Milliseconds after which a log line no longer explains a failed full resync. A replica tries again at least each second. */
const recentLineMs = 60_000;

/** Why the fork for a full resync failed, by the server's log on this machine: `Cannot allocate memory`. */
function forkError({record: {host}, nowMs}: NodeFacts): string | undefined {
	const remarks = host?.value.kind === 'here' ? (host.value.log?.remarks ?? []) : [];
	const line = remarks.find(
		({id, atMs}) => id.startsWith('fork-') && atMs !== undefined && nowMs - atMs < recentLineMs,
	);
	return /fork: (?<error>.+)$/.exec(line?.line ?? '')?.groups?.error;
}

const processSteps = ({sample}: NodeFacts): readonly NextStep[] => [
	onHost(`grep -i processes /proc/${sample?.info.text('server', 'process_id') ?? 'PID'}/limits`),
	hint('raise the limit of processes: TasksMax of the unit, pids limit of the container, nproc of its user'),
];

const memorySteps: readonly NextStep[] = [
	onHost('sysctl vm.overcommit_memory; free -m'),
	hint('vm.overcommit_memory=1 lets a large server fork; it takes effect at once'),
];

type Refusal = {
	readonly problem: (who: Message) => Message;
	readonly reason: Message;
	readonly next: readonly NextStep[];
	readonly fork?: string;
};

/** Failed logins from which their number is compared with that of the PINGs before them. */
const leastLogins = 5;

/** The same where the log names a replica that left the host of these logins lately: it then most likely comes back. */
const leastLoginsOfLost = 2;

/** Milliseconds after which a loss of a replica no longer explains logins that fail. */
const recentLossMs = 600_000;

/**
Whether a replica fails to log in now. A replica sends PING before AUTH, and tries again each second. So a server with a
password rejects a PING for each failed AUTH, and one for each PSYNC before which the replica logged in. A Sentinel sends
many PINGs for an AUTH, an application sends AUTH first. Source: Redis, src/replication.c, `syncWithMaster`.
*/
function isReplicaLoggingIn(facts: NodeFacts): boolean {
	const stats = facts.sample && commandStats(facts.sample.info);
	const pings = stats?.get('ping')?.rejectedCalls ?? 0;
	const logins = stats?.get('auth')?.failedCalls ?? 0;
	const resyncs = Math.min(stats?.get('psync')?.calls ?? 0, logins);
	const [ping, auth] = [callsOf(facts, 'ping')?.rejected ?? 0, callsOf(facts, 'auth')?.failed ?? 0];
	const isNow = (ping > 0 && auth > 0) || (ping === 0 && auth === 0 && hasJustRefusedLogins(facts));
	const least = refusedReplica(facts) === undefined ? leastLogins : leastLoginsOfLost;
	return isNow && logins >= least && pings >= 0.8 * logins && pings <= 1.25 * logins + resyncs;
}

/**
The replica that the log on this machine names as lost lately, if logins from its host fail. Undefined where the log names
several replicas of that host: one may be stopped, and another one refused.
*/
function refusedReplica(facts: NodeFacts): NodeAddress | undefined {
	const loss = loggedMissing(facts);
	const host = refusedHost(facts)?.name;
	if (loss === undefined || loss.agoSeconds * 1000 >= recentLossMs || hostOf(loss.replica) !== host) {
		return undefined;
	}

	const others = missingByLog(facts).filter(address => address !== loss.replica && hostOf(address) === host);
	return others.length === 0 ? loss.replica : undefined;
}

const hostOf = (address: NodeAddress): string => address.slice(0, address.lastIndexOf(':'));

/** The host whose logins the server refused most often in the last minute, by ACL LOG. */
function refusedHost(facts: NodeFacts): Name | undefined {
	const address = mostRefused(refusalsLately(facts, ({lack}) => lack === 'auth'))?.clientAddress;
	const host = address?.slice(0, address.lastIndexOf(':'));
	return host === undefined || host === '' ? undefined : nameOf('host', host);
}

/** Why a replica cannot log in: its user is off, or its password is wrong. */
function refusedLogin(facts: NodeFacts): Refusal {
	const most = mostRefused(refusalsLately(facts, ({lack}) => lack === 'auth'));
	const user = facts.record.aclUsers?.value.find(each => each.user === most?.user);
	return user?.isOn === false
		? {
				problem: who => message`refuses ${who}: user ${nameOf('user', user.user)} is off`,
				reason: 'its masteruser was switched off here',
				next: [
					redisCliAsAdministrator(facts, message`ACL SETUSER ${quotedName('user', user.user)} on`),
					redisCli(facts, 'ACL LOG 10   # client-info has the address of the replica'),
				],
			}
		: {
				problem: who => message`refuses ${who}: wrong password (WRONGPASS)`,
				reason: 'masterauth or masteruser there is old',
				next: [
					hint('CONFIG SET masterauth on the replica, with the password of this node; then CONFIG REWRITE'),
					redisCli(facts, 'ACL LOG 10   # client-info has the address of the replica'),
				],
			};
}

/**
Least share of failed PSYNC calls, 0–1, for a server that cannot begin a full resync. Over two channels (Redis 8.0) an
attempt has two calls, of which one fails.
*/
const leastFailedShare = 0.4;

/** Why the server refuses PSYNC now; undefined if it refuses none, or if another rule reports the reason. */
function refusalOfResyncs(facts: NodeFacts): Refusal | undefined {
	// A Sentinel with a wrong password sends as many PINGs as AUTHs, too, but also INFO and PUBLISH.
	if (isReplicaLoggingIn(facts) && refusedSentinelPings(facts) === undefined) {
		return refusedLogin(facts);
	}

	const {calls = 0, rejected = 0, failed = 0} = callsOf(facts, 'psync') ?? {};
	const rises = (code: string): boolean => (facts.errorIncrease(code) ?? 0) > 0;
	if (rejected > 0 && rises('NOAUTH')) {
		return {
			problem: who => message`refuses ${who}: not logged in (NOAUTH)`,
			reason: 'masterauth is missing there',
			next: [hint('CONFIG SET masterauth on the replica, with the password of this node; then CONFIG REWRITE')],
		};
	}

	if (rejected > 0 && rises('NOPERM')) {
		return {
			problem: who => message`refuses ${who}: its user lacks a right (NOPERM)`,
			reason: 'PSYNC is not allowed to the masteruser',
			next: [
				redisCliAsAdministrator(facts, 'ACL LOG 10'),
				hint('its user needs PSYNC, REPLCONF and PING: ACL SETUSER NAME +psync +replconf +ping'),
			],
		};
	}

	// A node that has no link to its own primary answers NOMASTERLINK, and a failover answers INPROG.
	if (failed === 0 || failed < leastFailedShare * calls || rises('NOMASTERLINK') || rises('INPROG')) {
		return undefined;
	}

	const error = forkError(facts);
	const isOfProcesses = error?.includes('temporarily unavailable') === true;
	return {
		problem: who => message`${error === undefined ? '' : 'cannot fork and '}gives ${who} no data`,
		reason:
			error === undefined ? 'it cannot start the save that a full resync needs' : message`${nameOf('quote', error)}`,
		next: [
			...(error === undefined ? [] : (forkLimit(facts, isOfProcesses ? 'fork-refused' : 'fork-failed')?.next ?? [])),
			...logSteps(facts),
			...(error === undefined ? [...memorySteps, ...processSteps(facts)] : []),
			hint('until then REPLICAOF NO ONE on a replica that tries without a pause: each attempt costs processor time'),
		],
		fork: error ?? 'fails',
	};
}

/**
Whether the full resyncs of this server could not begin, so that `sync_full` counts attempts: rep.refused fires now, or
most PSYNC calls since the server's start failed.
*/
export function isRefusingResyncs(facts: NodeFacts): boolean {
	const psync = facts.sample && commandStats(facts.sample.info).get('psync');
	const resyncs = facts.number('stats', 'sync_full') ?? 0;
	return (
		refusalOfResyncs(facts) !== undefined ||
		(resyncs > 0 && (psync?.failedCalls ?? 0) >= leastFailedShare * Math.max(resyncs, psync?.calls ?? 0))
	);
}

/** The replicas of this node whose link is down. */
function unlinkedReplicas({nodes, address}: NodeFacts): readonly NodeAddress[] {
	const sameNode = nodeFinder(nodes);
	return [...nodes.values()].flatMap(record => {
		const named = primaryNamedBy(record);
		const isDown = record.sample?.info.text('replication', 'master_link_status') === 'down';
		return isDown && named !== undefined && sameNode(named) === address ? [record.address] : [];
	});
}

export const repRefused = rule({
	id: 'rep.refused',
	scope: 'node',
	docs: {
		looksAt:
			'The server refuses PSYNC, so a replica gets no data: `rejected_calls` and `failed_calls` of PSYNC in INFO commandstats, for the node in focus. The rising code of INFO errorstats tells a missing login (NOAUTH) or right (NOPERM). A replica with a wrong password sends a PING and an AUTH in each attempt, and both fail. Otherwise the server cannot start the save of a full resync, and its log on this machine says why the fork fails.',
		since: '6.2',
		falsePositives: [
			'A server that loads answers LOADING, a node without a link to its own primary answers NOMASTERLINK, a failover answers INPROG. Other rules report them, and this rule is clear.',
			'`sync_full` also counts full resyncs that could not begin. rep.fullsync_storm does not fire on those.',
		],
	},
	raiseAfter: 1,
	needs: {counted},
	evaluate(_, facts) {
		const refusal = refusalOfResyncs(facts);
		if (refusal === undefined) {
			return clear;
		}

		const unlinked = unlinkedReplicas(facts);
		const logged = unlinked.length === 0 ? refusedReplica(facts) : undefined;
		const replicas = logged === undefined ? unlinked : [logged];
		const isServed = facts.record.replicas.some(({state}) => state === 'online');
		const names = joinMessages(
			replicas.slice(0, 2).map(address => nodeName(address)),
			', ',
		);
		const host = refusedHost(facts);
		const who: Message =
			replicas.length === 0
				? host === undefined
					? 'a replica'
					: message`a replica on ${host}`
				: message`${replicas.length === 1 ? 'replica' : 'replicas'} ${names}${replicas.length > 2 ? ` and ${count(replicas.length - 2)} more` : ''}`;
		const {calls = 0, rejected = 0, failed = 0} = callsOf(facts, 'psync') ?? {};
		return fires(isServed ? 'warning' : 'critical', {
			problem: refusal.problem(who),
			reason: refusal.reason,
			effect: 'failover-impossible',
			nodes: [facts.address, ...replicas],
			evidence: [
				{name: 'PSYNC calls since the sample before', value: calls + rejected, unit: 'count'},
				{name: 'refused', value: rejected + failed, unit: 'count'},
				...(refusal.fork === undefined ? [] : [{name: forkOfResync, value: message`${nameOf('quote', refusal.fork)}`}]),
				...infoEvidence(facts, ['replication', 'connected_slaves', 'count'], ['stats', 'sync_full', 'count']),
			],
			meaning: 'The replica has no data, or old data, and cannot take the place of this node.',
			next: refusal.next,
		});
	},
});

/** The commands that a Sentinel sends to a server that it watches. */
const sentinelCommands: ReadonlySet<string> = new Set([
	'ping',
	'info',
	'publish',
	'subscribe',
	'client|setname',
	'auth',
]);

/**
How many PINGs of Sentinels that have not logged in the server has refused since the sample before; undefined if it refuses
no Sentinel. A Sentinel sends PING, INFO and PUBLISH, and no other client sends all three.
*/
export function refusedSentinelPings(facts: NodeFacts): number | undefined {
	const stats = facts.sample === undefined ? undefined : commandStats(facts.sample.info);
	const isLike = ['ping', 'info', 'publish'].every(command => (stats?.get(command)?.rejectedCalls ?? 0) > 0);
	const pings = callsOf(facts, 'ping')?.rejected ?? 0;
	return isLike && pings > 0 && (facts.errorIncrease('NOAUTH') ?? 0) > 0 ? pings : undefined;
}

export const senRefused = rule({
	id: 'sen.refused',
	scope: 'node',
	docs: {
		looksAt:
			'Sentinels have not logged in at the server: PING, INFO and PUBLISH are rejected (`rejected_calls` in INFO commandstats, for the node in focus) while NOAUTH errors rise. A Sentinel sends these three commands and no other client does.',
		since: '6.2',
		falsePositives: [
			'A health check without a password sends PING alone. The rule needs rejected INFO and PUBLISH commands, too.',
			'Sentinels whose password was set since are accepted. The rule needs NOAUTH errors now.',
		],
	},
	needs: {counted},
	evaluate(_, facts) {
		const pings = refusedSentinelPings(facts);
		if (pings === undefined) {
			return clear;
		}

		const stats = facts.sample === undefined ? undefined : commandStats(facts.sample.info);
		const clients = otherClients(facts).filter(
			({name, command}) => name === '' && sentinelCommands.has(command.toLowerCase()),
		);
		const [first] = namedClients(clients);
		return fires('warning', {
			problem: 'refuses its Sentinels: not logged in (NOAUTH)',
			detail: first === undefined ? undefined : message`one connects from ${first.name}`,
			reason: 'their auth-pass for this primary is missing or wrong',
			effect: 'failover-impossible',
			culprit: first === undefined ? undefined : {client: first.name},
			evidence: [
				{name: 'PINGs rejected since the sample before', value: pings, unit: 'count'},
				...['info', 'publish'].map(command => ({
					name: `${command.toUpperCase()} rejected since its start`,
					value: stats?.get(command)?.rejectedCalls ?? 0,
					unit: 'count' as const,
				})),
			],
			meaning: 'They hold this node for down, and cannot fail it over when it stops.',
			next: [
				hint(
					'set auth-pass on each Sentinel: SENTINEL SET NAME auth-pass PASSWORD (auth-user, too, for a user of the ACL)',
				),
				hint('NAME is the name of the primary in its config: SENTINEL MASTERS lists it'),
			],
		});
	},
});

export const refusedPeerRules = [repRefused, senRefused] as const;
