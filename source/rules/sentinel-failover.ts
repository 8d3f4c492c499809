import {joinMessages, type Message, message, messageText, nameOf, nodeName} from '../domain/message.js';
import type {SentinelPeer} from '../domain/sentinel.js';
import {seconds} from '../text/units.js';
import {hint, redisCli} from './next-steps.js';
import {type FleetFacts, fires, rule} from './rule.js';
import {
	groupName,
	type MonitoredGroup,
	monitoredGroups,
	type SentinelReport,
	sentinelsReporting,
} from './sentinel-groups.js';
import {downPeers, quotedFlags, sentinelObstacles, wasNeverLinked} from './sentinel-links.js';

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

/**
Why sentinels do not promote a replica; undefined for a replica that they would promote. Every replica loses its link
when its primary stops. So a missing link is an obstacle only while the primary is up. Source: sentinel.c,
`sentinelSelectSlave`.
*/
function promotionObstacle({flags, linkStatus, priority}: SentinelPeer, isPrimaryDown: boolean): string | undefined {
	if (flags.has('s_down') || flags.has('o_down')) {
		return 'is down';
	}

	if (flags.has('disconnected')) {
		return 'is not connected';
	}

	if (priority === 0) {
		return 'has priority 0';
	}

	return linkStatus === 'err' && !isPrimaryDown ? 'has no link to the primary' : undefined;
}

const isDown = ({primary: {flags}}: SentinelReport): boolean => flags.has('s_down') || flags.has('o_down');

/**
Why sentinels would promote none of the replicas. Undefined if they would promote one, if a failover is under way, or if
they do not list replicas.
*/
export function unfitReplicas(group: MonitoredGroup) {
	const told = group.reports.filter(({primary}) => primary.replicas !== undefined);
	const [first] = told;
	const obstacles = told.map(report =>
		(report.primary.replicas ?? []).map(replica => ({replica, why: promotionObstacle(replica, isDown(report))})),
	);
	const hasGood = obstacles.some(replicas => replicas.some(({why}) => why === undefined));
	const isChanging = told.some(({primary}) => primary.flags.has('failover_in_progress'));
	if (first === undefined || hasGood || isChanging) {
		return undefined;
	}

	const listed = obstacles[0] ?? [];
	const reason: Message =
		listed.length > 0
			? joinMessages(
					listed.map(({replica, why}) => message`${nodeName(replica.address)} ${why ?? '-'}`),
					', ',
				)
			: told.every(({primary}) => wasNeverLinked(primary))
				? 'its sentinels have never seen them'
				: 'it has none';
	const without = listed.find(({replica: {priority}}) => priority === 0)?.replica.address;
	return {
		first,
		listed,
		reason,
		remedy:
			without === undefined
				? hint('bring a replica back: its log says why it is away')
				: hint(message`on ${nodeName(without)}: CONFIG SET replica-priority 100, then CONFIG REWRITE`),
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
			const unfit = unfitReplicas(group);
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
				next: [redisCli(first.sentinel, `SENTINEL REPLICAS ${group.name}`), unfit.remedy],
			});
			return [{...firing, subject: group.name}];
		}),
});

/** Why there is no quorum. The text has only the number of sentinels that are down; the evidence has their names. */
function quorumReason(group: MonitoredGroup, fleet: FleetFacts): Message {
	const {down, known} = downPeers(group);
	const obstacles = joinMessages(sentinelObstacles(group, fleet), ', ');
	if (down.length > 0) {
		return `${down.length} of ${known} sentinels are down`;
	}

	return messageText(obstacles) === '' ? 'no quorum' : message`no quorum: ${obstacles}`;
}

/**
The steps that remove sentinels that may be gone for good, so that the answering sentinels are a majority again. Empty
unless enough sentinels for the quorum answer. SENTINEL RESET also removes the replicas from the list. Only a primary
that answers adds them again.
*/
function forgetSteps(group: MonitoredGroup) {
	const {reports} = group;
	const {down} = downPeers(group);
	const isUp = reports.every(({primary: {flags}}) => !flags.has('s_down') && !flags.has('o_down'));
	const isEnough = reports.every(({primary: {quorum = 0}}) => reports.length >= quorum) && reports.length > 1;
	const [first] = reports;
	return down.length === 0 || !isUp || !isEnough || first === undefined
		? []
		: [
				hint('start the sentinels that are down; or, if they are gone for good, let each that is left forget them:'),
				redisCli(first.sentinel, `SENTINEL RESET ${group.name}`),
				hint('on one after the other, and 30 s between two, so that each learns of the others again'),
			];
}

/** Failed quorum checks in a row from which the rule fires. One failed check may occur while sentinels reconnect. */
const failedChecks = 2;

export const senQuorum = rule({
	id: 'sen.quorum',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule asks SENTINEL CKQUORUM whether the sentinels could agree on a failover and authorise it now. It fires where no sentinel that answers says so.',
		since: '2.8.4',
		falsePositives: [
			'A single check may fail while sentinels connect again. Two checks in a row must fail.',
			'A sentinel that cannot log in to the primary knows no other sentinel. The rule is clear where another sentinel has a quorum.',
		],
	},
	raiseAfter: 1,
	evaluate: fleet =>
		monitoredGroups(fleet).flatMap(group => {
			const {first, sentinels} = sentinelsReporting(
				group,
				({quorumCheck}) => (quorumCheck?.failures ?? 0) >= failedChecks,
			);
			const isReached = group.reports.some(({primary}) => primary.quorumCheck?.isReached === true);
			if (first === undefined || isReached) {
				return [];
			}

			const {sentinel, primary} = first;
			const firing = fires('critical', {
				problem: message`${groupName(group)} would not be failed over`,
				detail: `${sentinels.length} of ${group.reports.length} sentinels say so`,
				reason: quorumReason(group, fleet),
				effect: 'failover-impossible',
				nodes: [primary.address, ...sentinels],
				evidence: [
					{name: 'CKQUORUM', value: message`${nameOf('quote', primary.quorumCheck?.text ?? '-')}`},
					{name: 'quorum', value: primary.quorum ?? '-'},
					...downPeers(group).down.map(address => ({name: 'sentinel down', value: message`${nodeName(address)}`})),
				],
				meaning: 'No quorum: if the primary stops now, it stays down until a person promotes a replica.',
				next: [
					...forgetSteps(group),
					redisCli(sentinel, `SENTINEL CKQUORUM ${group.name}`),
					redisCli(sentinel, `SENTINEL SENTINELS ${group.name}`),
				],
			});
			return [{...firing, subject: group.name}];
		}),
});

export const sentinelFailoverRules = [senFailing, senNoReplica, senQuorum] as const;
