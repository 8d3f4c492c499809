import type {NodeRecord} from '../derive/node-record.js';
import {isAddress} from '../derive/port-holder.js';
import type {NextStep} from '../domain/finding.js';
import {message, type Name, nameOf, nodeName} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import type {NodeAddress} from '../domain/node.js';
import {commandStats} from '../parse/info-fields.js';
import {seconds} from '../text/units.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {awaitedResync, awaitingResync} from './awaited-resync.js';
import {infoEvidence} from './evidence.js';
import {infoNumber, infoText, pending} from './needs.js';
import {hint, logSteps, onHost, programFor, redisCli} from './next-steps.js';
import {connectionArguments, type NodeFacts, quotedName} from './node-facts.js';
import {unlinkedReplicaRemedy} from './replica-remedy.js';
import {repState} from './replica-state.js';
import {loggedObstacle, obstacleInLog, primaryInLog, storageInLog, versionSteps} from './replication-obstacles.js';
import {
	followSteps,
	hasReceivedData,
	noWay,
	noWayByName,
	replacementOf,
	resyncFails,
	stepsForTls,
	wayBetween,
} from './replication-way.js';
import {clear, fires, rule} from './rule.js';
import {repSameAddress} from './same-address.js';

/** How long some rules of replication wait after a change of role. */
export const roleGrace = {
	id: 'rep.grace',
	thresholds: {
		seconds: {
			value: 30,
			unit: 'seconds',
			source: 'after a change of role offsets start over and links reconnect',
		},
	},
} as const;

/** Whether the node's role changed a moment ago. As in every failover, links then reconnect and offsets start again. */
export function isSettling(facts: NodeFacts): boolean {
	const {roleChangedAtMs} = facts.memory;
	return roleChangedAtMs !== undefined && facts.nowMs - roleChangedAtMs < facts.limitsOf(roleGrace).seconds * 1000;
}

export const settling = pending('its role has just changed: links reconnect and offsets start over');

/** The address of a replica's primary, as the replica reports it; `?` where it reports none. */
export const primaryName = ({record}: NodeFacts): Name => nameOf('node', primaryNamedBy(record) ?? '?');

/**
The replica and its primary; undefined if redis-top does not know the primary, because the finding then concerns the
replica alone.
*/
export const withPrimary = ({address, primary}: NodeFacts): readonly NodeAddress[] | undefined =>
	primary === undefined ? undefined : [address, primary.address];

/** The step that shows whether the replica's machine reaches the primary. */
function pingPrimary(facts: NodeFacts): NextStep {
	const endpoint = facts.primary?.endpoint;
	return endpoint?.kind === 'tcp'
		? onHost(message`${programFor(facts.record)} ${connectionArguments(endpoint, facts.settings)} PING`)
		: hint(message`see whether ${primaryName(facts)} answers, from this replica's machine, too`);
}

/** The step that shows whether the replica's machine reaches the primary's port. It needs no program of the server. */
function reachPrimary(facts: NodeFacts): NextStep {
	const endpoint = facts.primary?.endpoint;
	return endpoint?.kind === 'tcp'
		? onHost(message`nc -vz ${quotedName('host', endpoint.host)} ${endpoint.port}`)
		: pingPrimary(facts);
}

/** The step that shows whether the replica's machine resolves the name of the primary. */
const resolveStep = (host: string): NextStep => onHost(message`getent hosts ${quotedName('host', host)}`);

/** The step that shows the room on the disk of the replica's folder. */
function diskSteps({record}: NodeFacts): readonly NextStep[] {
	const folder = record.host?.value.kind === 'here' ? record.host.value.folder : undefined;
	return folder === undefined ? [] : [onHost(message`df -h ${quotedName('path', folder.path)}`)];
}

/** Whether the replica has no keys: it restarted without data, or gave up its data for a resync that failed. */
const holdsNoKeys = ({sample}: NodeFacts): boolean => sample !== undefined && keyCount(sample.info) === 0;

/** Seconds of uptime after which a node has its links again, after it started. */
const linkedSeconds = 30;

/**
Whether the attempts of a replica to connect do not reach its primary: the primary answers redis-top and does not list the
replica. Not so after a start of one of the two, after a change of role, and during a full resync: links take a while then.
*/
function isTurnedAway(facts: NodeFacts): boolean {
	const {primary, address} = facts;
	const isOld = (record: NodeRecord): boolean =>
		(record.sample?.info.number('server', 'uptime_in_seconds') ?? 0) >= linkedSeconds;
	const isSteady = !isSettling(facts) && isOld(facts.record);
	return (
		isSteady &&
		answersNow(primary) &&
		isOld(primary) &&
		primary.role === 'primary' &&
		primary.replicas.every(replica => replica.address !== address && replica.state === 'online')
	);
}

/** Milliseconds after redis-top found a node in which it knows the link from before by the server's own counters alone. */
const firstLooksMs = 30_000;

/**
Whether a replica that never had a link has received data of its primary: a full resync failed. Before 7.0 a server does not
count these bytes.
*/
const hasFailedResync = (facts: NodeFacts): boolean =>
	!isSettling(facts) &&
	(facts.number('server', 'uptime_in_seconds') ?? 0) >= linkedSeconds &&
	(facts.number('stats', 'total_net_repl_input_bytes') ?? 0) > 0;

/**
Seconds since the start of a replica that has had no link since then; undefined if that is not known. INFO does not tell how
long a link is missing that never existed. redis-top has just found the replica, and nobody gave it another primary since
its start (REPLICAOF, FAILOVER). The primary does not list it, or a full resync has failed. A cluster gives its nodes other
primaries without a command.
*/
function unlinkedSinceStart(facts: NodeFacts): number | undefined {
	const calls = facts.sample && commandStats(facts.sample.info);
	const isFirst = facts.nowMs - facts.memory.foundAtMs < firstLooksMs;
	const isGiven =
		facts.number('cluster', 'cluster_enabled') === 1 ||
		['replicaof', 'slaveof', 'failover'].some(command => (calls?.get(command)?.calls ?? 0) > 0);
	return isFirst && !isGiven && calls !== undefined && calls.size > 0 && (isTurnedAway(facts) || hasFailedResync(facts))
		? facts.number('server', 'uptime_in_seconds')
		: undefined;
}

export const repLinkDown = rule({
	id: 'rep.link_down',
	scope: 'node',
	docs: {
		looksAt:
			"A replica has no link to its primary: `master_link_status:down`, for `master_link_down_since_seconds`. A link that never existed has no such field. The rule then measures the time itself; at redis-top's start, the time since the replica's start counts, if its primary does not list it and no REPLICAOF was sent since. The finding is critical at once where the replica's log names a lasting cause, such as a wrong password or data that it cannot load.",
		since: '2.4',
		falsePositives: [
			'The link is down during the whole first full resync. The rule is clear while `master_sync_in_progress:1`, unless the log tells an obstacle.',
			'A replica that its primary lists as `wait_bgsave` waits for the full resync: the primary delays it (`repl-diskless-sync-delay`), rewrites its AOF, or saves. The finding is info for two minutes, unless clients read from it for longer than a usual delay. A short loss of the link is only info. Where the primary answers and does not list the replica, three seconds are no short loss.',
			'After its primary froze, the link stays up for `repl-timeout`, a minute by default. rep.io_stale reports that minute.',
		],
	},
	thresholds: {
		warning: {value: 10, unit: 'seconds', source: 'repl-ping-replica-period: a reconnection takes less'},
		unlisted: {
			value: 3,
			unit: 'seconds',
			source: 'a replica tries to connect once a second, and a primary that it reaches lists it at once',
		},
		critical: {value: 60, unit: 'seconds', source: 'repl-timeout'},
	},
	roles: ['replica'],
	needs: {status: infoText('replication', 'master_link_status')},
	evaluate({status}, facts, limits, heldMs) {
		const obstacle = status === 'up' ? undefined : loggedObstacle(facts);
		const isSyncing = facts.number('replication', 'master_sync_in_progress') === 1 && obstacle === undefined;
		if (status === 'up' || isSyncing) {
			return clear;
		}

		const since = facts.number('replication', 'master_link_down_since_seconds') ?? -1;
		const wasNeverUp = since < 0;
		// Two samples show the same: a replica that has just loaded its data connects within a second.
		const sinceStart = wasNeverUp && heldMs > 0 ? unlinkedSinceStart(facts) : undefined;
		const downSeconds = wasNeverUp ? Math.max(heldMs / 1000, sinceStart ?? 0) : since;
		const awaited = obstacle === undefined ? awaitedResync(facts) : undefined;
		const refusesReads = facts.setting('replica-serve-stale-data') === 'no';
		if (awaited !== undefined && facts.primary !== undefined && !refusesReads) {
			return awaitingResync(facts, awaited, facts.primary, downSeconds, heldMs);
		}

		const isLong = downSeconds > limits.critical;
		const isShort = downSeconds <= limits.warning;
		const primary = primaryName(facts);
		// REPLICAOF makes a replica that its primary will serve wait from the beginning.
		const offered = awaited === undefined ? unlinkedReplicaRemedy(facts) : {};
		// REPLICAOF with the same primary discards the data and meets the obstacle of the log again.
		const isAgain = obstacle !== undefined && offered.action === 'replicaof' && offered.remedy === undefined;
		const remedy = isAgain ? {} : offered;
		const replacement = replacementOf(facts);
		const state = wasNeverUp
			? sinceStart === undefined
				? message`has no link to its primary ${primary} yet`
				: message`never linked to its primary ${primary}`
			: message`lost its primary ${primary} ${seconds(downSeconds)} ago`;
		const isLasting =
			!isShort ||
			facts.primary?.failure !== undefined ||
			(!wasNeverUp && downSeconds >= limits.unlisted && isTurnedAway(facts));
		const way = obstacle === undefined && isLasting ? wayBetween(facts, downSeconds) : undefined;
		const isNetwork = way === noWay;
		const host = facts.text('replication', 'master_host') ?? '';
		const isNamed = host !== '' && !isAddress(host);
		const isFailing =
			obstacle === undefined &&
			isLasting &&
			answersNow(facts.primary) &&
			(hasReceivedData(facts, downSeconds) || (sinceStart !== undefined && hasFailedResync(facts)));
		const isCritical = isLong || obstacle !== undefined || (refusesReads && isLasting);
		return fires(isCritical ? 'critical' : isLasting ? 'warning' : 'info', {
			...(obstacle !== undefined
				? {problem: message`${obstacle.problem} ${primary}`, detail: obstacle.detail, reason: obstacle.reason}
				: replacement !== undefined
					? {
							problem: message`still follows ${primary}, which is down`,
							reason: message`${nodeName(replacement.address)} was promoted in its place`,
						}
					: refusesReads && isLasting
						? {problem: 'refuses reads (MASTERDOWN)', reason: awaited?.reason ?? message`it ${state}`}
						: {
								problem: state,
								detail: sinceStart === undefined ? undefined : `${seconds(sinceStart)} since its start`,
								reason: isFailing ? resyncFails : isNetwork && isNamed ? noWayByName : way,
							}),
			effect: refusesReads ? 'reads-refused' : 'reads-stale',
			nodes: withPrimary(facts),
			evidence: infoEvidence(
				facts,
				['replication', 'master_link_status'],
				['replication', 'master_link_down_since_seconds', 'seconds'],
				['replication', 'master_host'],
				['replication', 'master_port'],
				['replication', 'master_sync_in_progress'],
			).concat(
				obstacle === undefined
					? []
					: [
							{
								name:
									obstacle.isOfDisk === true
										? storageInLog
										: obstacle.isOfPrimary === true
											? primaryInLog
											: obstacleInLog,
								value: message`${nameOf('quote', obstacle.line)}`,
							},
						],
			),
			meaning: refusesReads
				? 'It answers reads with MASTERDOWN. After a failover to it the newest writes would be missing.'
				: holdsNoKeys(facts)
					? 'It has no keys: it answers reads as if there were no data. After a failover to it all data would be missing.'
					: 'It serves the data of that moment. After a failover to it the newest writes would be missing.',
			next: [
				...(replacement === undefined ? [] : followSteps(facts, replacement)),
				...(awaited?.next ?? obstacle?.next ?? stepsForTls(way)),
				...(isFailing
					? [
							...versionSteps(facts),
							hint('its log says why: no room on its disk, a newer version of the data, a timeout, a buffer limit'),
						]
					: isNetwork
						? [...(isNamed ? [resolveStep(host)] : []), ...betweenSteps(facts)]
						: obstacle?.isOfDisk === true
							? diskSteps(facts)
							: obstacle?.isOfLogin === true
								? []
								: [pingPrimary(facts)]),
				...logSteps(facts),
				...(obstacle === undefined && !isFailing
					? [
							hint(
								isNetwork
									? 'the primary answers here and refuses no login; "Connection timed out" in the log: packets are dropped'
									: '"Unable to AUTH to MASTER": masterauth is wrong; "Connection refused": the primary is down or has moved',
							),
						]
					: []),
				redisCli(facts, 'ROLE'),
				...(remedy.action === 'promote'
					? [
							hint(
								'it may hold the only copy: it must not replicate from an empty server; REPLICAOF NO ONE promotes it',
							),
						]
					: []),
			],
			// The primary answers and is still the right one: REPLICAOF would not open the way to it.
			...(way === undefined && !isFailing ? remedy : {}),
		});
	},
});

/** Whether the node answers redis-top now. */
export const answersNow = (record: NodeRecord | undefined): record is NodeRecord =>
	record !== undefined &&
	record.failure === undefined &&
	record.pendingSinceMs === undefined &&
	record.sample !== undefined;

/** The reason of a silent link if both ends answer redis-top, so that neither of them is frozen. */
export const networkBetween = 'both answer here, so the network between them drops packets';

/** Steps that test the network between a replica and its primary, from the machine of the replica. */
const betweenSteps = (facts: NodeFacts): readonly NextStep[] => [
	reachPrimary(facts),
	hint('check firewalls and routes between them, in both directions'),
];

/**
Age of a replica's last acknowledgement at its primary, seconds, from which the link is silent in both directions. A
replica acknowledges once a second.
*/
const leastAckAge = 5;

/** Why a replica whose link is up receives nothing, as far as the other nodes show. */
function silentSource(facts: NodeFacts) {
	const {primary} = facts;
	const named = primaryName(facts);
	if (answersNow(primary) && primary.sample?.info.text('replication', 'master_link_status') === 'down') {
		const above = nameOf('node', primaryNamedBy(primary) ?? '?');
		return {
			reason: message`${named} is a replica and has lost its own primary ${above}`,
			meaning: message`It gets what ${named} gets: nothing. The data of both is as old.`,
			next: [hint(message`repair the link of ${named} to ${above}, or let this node replicate from ${above}`)],
		};
	}

	// A primary that was frozen a moment ago receives the waiting acknowledgements at once. So an old acknowledgement
	// shows that the network between the nodes is cut.
	const ackAgeSeconds = primary?.replicas.find(({address}) => address === facts.address)?.ackAgeSeconds ?? 0;
	return answersNow(primary) && ackAgeSeconds >= leastAckAge
		? {
				reason: networkBetween,
				meaning:
					'The data of the replica is as old. After repl-timeout, a minute by default, both ends close the link.',
				next: betweenSteps(facts),
			}
		: {
				reason: undefined,
				meaning: 'The primary is frozen, or the network drops its packets. The data of the replica is as old.',
				next: [hint(message`look at ${named}: does it answer PING?`)],
			};
}

export const repIoStale = rule({
	id: 'rep.io_stale',
	scope: 'node',
	docs: {
		looksAt:
			'A replica receives nothing from its primary, although the link is up: `master_last_io_seconds_ago` with `master_link_status:up`.',
		since: '2.2',
		falsePositives: [
			'An idle primary sends a PING every ten seconds (`repl-ping-replica-period`). The threshold is longer.',
			'The value −1 means that the link is down. rep.link_down reports it.',
		],
	},
	thresholds: {
		warning: {
			value: 11,
			unit: 'seconds',
			source: 'just above repl-ping-replica-period (10 s): an idle primary sends nothing else',
		},
		critical: {value: 30, unit: 'seconds', source: 'half of repl-timeout'},
	},
	roles: ['replica'],
	appliesTo: facts => facts.text('replication', 'master_link_status') === 'up',
	needs: {silentSeconds: infoNumber('replication', 'master_last_io_seconds_ago')},
	evaluate({silentSeconds}, facts, limits) {
		if (silentSeconds < limits.warning) {
			return clear;
		}

		const primary = primaryName(facts);
		const source = silentSource(facts);
		return fires(silentSeconds >= limits.critical ? 'critical' : 'warning', {
			problem: message`has received nothing from its primary ${primary} for ${seconds(silentSeconds)}`,
			reason: source.reason,
			effect: 'reads-stale',
			nodes: withPrimary(facts),
			evidence: infoEvidence(
				facts,
				['replication', 'master_last_io_seconds_ago', 'seconds'],
				['replication', 'master_link_status'],
			),
			meaning: source.meaning,
			next: [...source.next, redisCli(facts, 'INFO replication')],
		});
	},
});

export const replicationLinkRules = [repLinkDown, repIoStale, repState, repSameAddress] as const;
