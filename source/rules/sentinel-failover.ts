import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {joinMessages, type Message, message, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {SentinelPeer} from '../domain/sentinel.js';
import {seconds} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {hint, onHost, redisCli} from './next-steps.js';
import {answersNow} from './replication-link.js';
import {obstacleSinceLink} from './replication-obstacles.js';
import {type FleetFacts, fires, rule} from './rule.js';
import {groupName, type MonitoredGroup, monitoredGroups, sentinelsReporting} from './sentinel-groups.js';
import {senIdle} from './sentinel-idle.js';
import {quotedFlags, wasNeverLinked} from './sentinel-links.js';
import {isFlaggedDown, neverReached, promotionObstacle, refusesSentinels, unfitSteps} from './sentinel-promotion.js';
import {senQuorum} from './sentinel-quorum.js';

export const senFailing = rule({
	id: 'sen.failing',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule reads the flag `failover_in_progress` of SENTINEL MASTERS, and how long it lasts. The finding is critical after the `failover-timeout` of the sentinel that leads the failover.',
		since: '2.8',
		falsePositives: ['A failover takes some seconds. The finding is info until its timeout.'],
	},
	thresholds: {
		seconds: {
			value: 180,
			unit: 'seconds',
			source: 'the default of failover-timeout, for sentinels that do not tell theirs',
		},
	},
	raiseAfter: 1,
	evaluate: (fleet, limits, heldMs) =>
		monitoredGroups(fleet).flatMap(group => {
			const {first, sentinels} = sentinelsReporting(group, ({flags}) => flags.has('failover_in_progress'));
			if (first === undefined) {
				return [];
			}

			const limitMs = first.primary.failoverTimeoutMs ?? limits(first.sentinel.address).seconds * 1000;
			const isStuck = heldMs(undefined, group.name) > limitMs;
			const firing = fires(isStuck ? 'critical' : 'info', {
				problem: message`${groupName(group)} is ${isStuck ? 'still ' : ''}being failed over`,
				detail: isStuck ? `for longer than its timeout (${seconds(limitMs / 1000)})` : undefined,
				effect: isStuck ? 'writes-refused' : undefined,
				nodes: [first.primary.address, ...sentinels],
				evidence: [
					{name: 'flags', value: quotedFlags(first)},
					{name: 'failover-timeout', value: limitMs, unit: 'milliseconds'},
				],
				meaning: 'The new primary is being set up; clients learn of it when the sentinels have agreed.',
				next: [redisCli(first.sentinel, `SENTINEL MASTER ${group.name}`)],
			});
			return [{...firing, subject: group.name}];
		}),
});

/** The replica if it answers redis-top now, so that only the sentinels do not reach it. */
function answeringReplica({nodes}: FleetFacts, address: NodeAddress): NodeRecord | undefined {
	const records = new Map([...nodes].map(([each, {record}]) => [each, record]));
	const record = records.get(nodeFinder(records)(address));
	return record?.role === 'replica' && answersNow(record) ? record : undefined;
}

/**
Why a replica without a link lost its primary, by its log on this machine: ` (its disk is full)`. Empty if the log shows no
reason.
*/
function oldDataCause({nodes}: FleetFacts, {address, linkStatus}: SentinelPeer): Message {
	const records = new Map([...nodes].map(([each, {record}]) => [each, record]));
	const facts = linkStatus === 'err' ? nodes.get(nodeFinder(records)(address)) : undefined;
	const obstacle = facts && obstacleSinceLink(facts);
	return obstacle === undefined ? '' : message` (${obstacle.reason})`;
}

/** The steps for a replica that sentinels do not reach. */
const reachSteps = (replica: NodeRecord | undefined): readonly NextStep[] => [
	...(replica?.endpoint.kind === 'tcp'
		? [onHost(message`nc -vz ${nameOf('host', replica.endpoint.host)} ${replica.endpoint.port}`)]
		: []),
	hint(
		'on the host of each sentinel; no connection: open the port of the replica for the sentinels (firewall, security group)',
	),
	hint('a connection: compare sentinel auth-pass and auth-user with the password of the replica'),
];

/** The steps for replicas that answer the PINGs of their Sentinels with errors. */
const refusedSteps: readonly NextStep[] = [
	hint(
		'give the replica the password of its primary (requirepass, or the user of auth-user): Sentinels have one auth-pass for both',
	),
	hint(
		'the user of auth-user needs PING, INFO, PUBLISH, SUBSCRIBE and what a failover takes: the Sentinel documentation lists it',
	),
];

/**
The steps for servers that came back at other addresses, as containers do: no server that the sentinels name answers
redis-top. Empty while one answers.
*/
function movedSteps(group: MonitoredGroup, {nodes}: FleetFacts): readonly NextStep[] {
	const records = new Map([...nodes].map(([each, {record}]) => [each, record]));
	const sameNode = nodeFinder(records);
	const named = group.reports.flatMap(({primary}) => [
		primary.address,
		...(primary.replicas ?? []).map(({address}) => address),
	]);
	const [first] = group.reports;
	const isGone = named.every(address => {
		const record = records.get(sameNode(address));
		return record === undefined || record.failure !== undefined;
	});
	return !isGone || first === undefined
		? []
		: [
				hint('or did they come back at other addresses, as pods do? Then tell each sentinel the new primary:'),
				redisCli(first.sentinel, `SENTINEL REMOVE ${group.name}`),
				redisCli(first.sentinel, `SENTINEL MONITOR ${group.name} NEW-HOST PORT ${first.primary.quorum ?? 'QUORUM'}`),
				hint(
					'SENTINEL SET auth-pass and the times again: REMOVE forgets them; announce lasting names (replica-announce-ip)',
				),
			];
}

/**
Why sentinels would promote none of the replicas. Undefined if they would promote one, if a failover of a primary that
answers is under way, or if they do not list replicas.
*/
export function unfitReplicas(group: MonitoredGroup, fleet: FleetFacts) {
	const told = group.reports.filter(({primary}) => primary.replicas !== undefined);
	const [first] = told;
	const obstacles = told.map(report =>
		(report.primary.replicas ?? []).map(replica => ({replica, why: promotionObstacle(replica, report.primary)})),
	);
	const hasGood = obstacles.some(replicas => replicas.some(({why}) => why === undefined));
	// During the failover of a primary that answers, good replicas lose their links, so they are not reported then. A
	// failover of a primary that is down does not matter here: Sentinels repeat it although no replica is good.
	const isChanging = told.some(
		report => report.primary.flags.has('failover_in_progress') && !isFlaggedDown(report.primary),
	);
	if (first === undefined || hasGood || isChanging) {
		return undefined;
	}

	const listed = obstacles[0] ?? [];
	const cut = listed.flatMap(({replica, why}) =>
		why === 'is down' || why === neverReached || why === 'is not connected' || why === refusesSentinels
			? (answeringReplica(fleet, replica.address) ?? [])
			: [],
	);
	const isCut = cut.length > 0 && cut.length === listed.length;
	const isRefusal = listed.length > 0 && listed.every(({why}) => why === refusesSentinels);
	const reason: Message = isRefusal
		? message`${joinMessages(
				listed.map(({replica}) => nodeName(replica.address)),
				', ',
			)} ${listed.length === 1 ? 'refuses' : 'refuse'} its sentinels (auth-pass)`
		: isCut
			? message`its sentinels cannot reach ${joinMessages(
					cut.map(({address}) => nodeName(address)),
					', ',
				)}, which answers here`
			: listed.length > 0
				? joinMessages(
						listed.map(
							({replica, why}) => message`${nodeName(replica.address)} ${why ?? '-'}${oldDataCause(fleet, replica)}`,
						),
						', ',
					)
				: told.every(({primary}) => wasNeverLinked(primary))
					? 'its sentinels have never seen them'
					: 'it has none';
	const unfit = isCut ? undefined : unfitSteps(first.primary);
	const isUnreached = listed.length > 0 && listed.every(({why}) => why === neverReached);
	const steps = unfit && (isUnreached ? [...unfit, ...movedSteps(group, fleet)] : unfit);
	return {
		first,
		listed,
		reason,
		remedies:
			steps ??
			(isRefusal
				? refusedSteps
				: isCut
					? reachSteps(cut[0])
					: [hint('bring a replica back: its log says why it is away'), ...movedSteps(group, fleet)]),
	};
}

export const senNoReplica = rule({
	id: 'sen.no_replica',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule reads the flags, `slave-priority` and `master-link-status` in SENTINEL REPLICAS. It fires where no replica could be promoted: a failover would end with `-NOGOODSLAVE`.',
		since: '2.8',
		falsePositives: ['The links of all replicas change during a failover. The rule is not evaluated then.'],
	},
	raiseAfter: 3,
	evaluate: fleet =>
		monitoredGroups(fleet).flatMap(group => {
			const unfit = unfitReplicas(group, fleet);
			if (unfit === undefined) {
				return [];
			}

			const {first, listed, reason} = unfit;
			const firing = fires('warning', {
				problem: message`${groupName(group)} has no replica that sentinels would promote`,
				reason,
				effect: 'failover-impossible',
				nodes: [first.primary.address, ...listed.map(({replica}) => replica.address)],
				evidence: [{name: 'num-slaves', value: first.primary.replicaCount ?? listed.length}],
				meaning: 'A failover would end with NOGOODSLAVE: when the primary stops, no other takes its place.',
				next: [redisCli(first.sentinel, `SENTINEL REPLICAS ${group.name}`), ...unfit.remedies],
			});
			return [{...firing, subject: group.name}];
		}),
});

export const sentinelFailoverRules = [senFailing, senIdle, senNoReplica, senQuorum] as const;
