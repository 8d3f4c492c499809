import type {NodeRecord} from '../derive/node-record.js';
import type {Effect, Statement} from '../domain/finding.js';
import {joinMessages, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {infoNumber} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {quotedName} from './node-facts.js';
import {refusedPromotion} from './refused-promotion.js';
import {clear, fires, rule} from './rule.js';
import {unfitReplicas} from './sentinel-failover.js';
import {
	groupName,
	type MonitoredGroup,
	monitoredGroups,
	type SentinelReport,
	sentinelsOf,
	sentinelsReporting,
} from './sentinel-groups.js';
import {answeringPrimary, quotedFlags, unlinkedSentinels, wasNeverLinked} from './sentinel-links.js';
import {isFlaggedDown} from './sentinel-promotion.js';
import {forcedFailover, isWithoutQuorum, loweredQuorum} from './sentinel-quorum.js';

export const senCount = rule({
	id: 'sen.count',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule reads `num-other-sentinels` and `quorum` in SENTINEL MASTERS of every sentinel. It fires for too few sentinels, an even number, fewer than the quorum, and sentinels that count differently.',
		since: '2.8',
		falsePositives: [
			'A sentinel that was removed is counted until SENTINEL RESET. The rule cannot tell it from a lost one.',
		],
	},
	thresholds: {
		fewest: {
			value: 3,
			unit: 'count',
			source: 'Sentinel documentation: a robust deployment needs at least three',
		},
	},
	raiseAfter: 3,
	evaluate: (fleet, limits) =>
		monitoredGroups(fleet).flatMap(group => {
			// A sentinel learns of other sentinels over its link to the primary. Without that link it counts only
			// itself, so its count is ignored.
			const linked = group.reports.filter(({primary}) => !wasNeverLinked(primary));
			const counts = linked.flatMap(({primary: {otherSentinels}}) =>
				otherSentinels === undefined ? [] : [otherSentinels + 1],
			);
			const [first] = group.reports;
			if (first === undefined || counts.length === 0) {
				return [];
			}

			const fewest = limits(first.sentinel.address).fewest;
			const quorum = Math.max(...group.reports.map(({primary}) => primary.quorum ?? 0));
			const statement = countStatement(group, counts, quorum, fewest);
			if (statement === undefined) {
				return [];
			}

			const firing = fires('warning', {
				...statement,
				nodes: sentinelsOf(group),
				evidence: [
					{name: 'num-other-sentinels', value: counts.map(count => count - 1).join(', ')},
					{name: 'quorum', value: quorum},
				],
				meaning:
					'A failover needs more than half of the sentinels: with these, the loss of one may be the loss of the majority.',
				next: [
					redisCli(first.sentinel, `SENTINEL SENTINELS ${group.name}`),
					hint('run three or five on hosts of their own; SENTINEL RESET makes one forget those that are gone'),
				],
			});
			return [{...firing, subject: group.name}];
		}),
});

/** The problem with the number of sentinels; undefined if the number is fine. */
function countStatement(
	group: MonitoredGroup,
	counts: readonly number[],
	quorum: number,
	fewest: number,
): (Statement & {readonly effect?: Effect}) | undefined {
	const [least, most] = [Math.min(...counts), Math.max(...counts)];
	const name = groupName(group);
	if (least !== most) {
		return {
			problem: message`${name} has sentinels that count each other differently`,
			detail: `from ${least} to ${most}`,
		};
	}

	if (most < quorum) {
		return {
			problem: message`${name} can never be failed over`,
			reason: `${most} ${most === 1 ? 'sentinel' : 'sentinels'} cannot reach the quorum of ${quorum}`,
			effect: 'failover-impossible',
		};
	}

	if (most < fewest) {
		return {problem: message`${name} has only ${most} ${most === 1 ? 'sentinel' : 'sentinels'}`};
	}

	return most % 2 === 0
		? {problem: message`${name} has ${most} sentinels`, reason: 'half of an even number is no majority'}
		: undefined;
}

/**
The node that was promoted without the sentinels: it reports the role primary, but they list it as a replica of a
primary that is down. Undefined while a failover is under way.
*/
function promotedByHand(
	{reports}: MonitoredGroup,
	named: NodeRecord | undefined,
	records: ReadonlyMap<NodeAddress, NodeRecord>,
): NodeAddress | undefined {
	const isFailingOver = reports.some(({primary: {flags}}) => flags.has('failover_in_progress'));
	if (named?.failure === undefined || isFailingOver) {
		return undefined;
	}

	const sameNode = nodeFinder(records);
	return reports
		.flatMap(({primary: {replicas = []}}) => replicas.map(({address}) => records.get(sameNode(address))))
		.find(record => record?.role === 'primary' && record.failure === undefined && record.sample !== undefined)?.address;
}

/** The steps that let each sentinel monitor the promoted node under the name of the old primary. */
function renameSteps(group: MonitoredGroup, {sentinel, primary}: SentinelReport, promoted: NodeRecord | undefined) {
	const endpoint = promoted?.endpoint;
	return endpoint?.kind === 'tcp'
		? [
				hint('on each sentinel, after a look that the promoted node has the newest data:'),
				redisCli(sentinel, `SENTINEL REMOVE ${group.name}`),
				redisCli(
					sentinel,
					message`SENTINEL MONITOR ${group.name} ${quotedName('host', endpoint.host)} ${endpoint.port} ${primary.quorum ?? 2}`,
				),
				hint('then SENTINEL SET for auth-pass, down-after-milliseconds and failover-timeout, which REMOVE forgets'),
			]
		: [];
}

/**
Whether the sentinels differ only because some have not heard of the newest failover: the address with the highest
configuration epoch is a primary that answers.
*/
function newestIsPrimary({reports}: MonitoredGroup, records: ReadonlyMap<NodeAddress, NodeRecord>): boolean {
	const epochOf = ({primary}: SentinelReport) => primary.configEpoch ?? -1;
	const newest = reports.toSorted((one, other) => epochOf(other) - epochOf(one))[0];
	const oldest = reports.toSorted((one, other) => epochOf(one) - epochOf(other))[0];
	if (newest === undefined || oldest === undefined || epochOf(newest) === epochOf(oldest)) {
		return false;
	}

	const record = records.get(nodeFinder(records)(newest.primary.address));
	return record?.role === 'primary' && record.failure === undefined;
}

export const senDisagree = rule({
	id: 'sen.disagree',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule compares the address that each sentinel has for a primary. It fires where the addresses differ, where all sentinels name a node that reports the role replica, and where they name a node that is down while a replica of it was promoted by hand.',
		since: '2.8',
		falsePositives: [
			'Sentinels tell each other of a failover within two seconds. The condition must hold for three.',
			'A failover may take seconds to reach all sentinels. The finding is a warning until then. It is info where the newest decision names a primary that answers.',
		],
	},
	thresholds: {
		seconds: {value: 10, unit: 'seconds', source: 'a failover reaches all sentinels in less'},
	},
	raiseAfterMs: 3000,
	evaluate: (fleet, limits, heldMs) => {
		const records = new Map([...fleet.nodes].map(([address, {record}]) => [address, record]));
		const sameNode = nodeFinder(records);
		return monitoredGroups(fleet).flatMap(group => {
			const named = Map.groupBy(group.reports, ({primary}) => sameNode(primary.address));
			const [address] = named.keys();
			const [first] = group.reports;
			if (address === undefined || first === undefined) {
				return [];
			}

			const record = records.get(address);
			const isReplica = named.size === 1 && record?.failure === undefined && record?.role === 'replica';
			const promoted = named.size === 1 ? promotedByHand(group, record, records) : undefined;
			if (named.size === 1 && !isReplica && promoted === undefined) {
				return [];
			}

			const statement: Statement =
				promoted !== undefined
					? {
							problem: message`${groupName(group)} points to ${nodeName(address)}, which is down`,
							reason: message`${nodeName(promoted)} is the primary now, and was not promoted by its sentinels`,
						}
					: isReplica
						? {
								problem: message`${groupName(group)} points to a replica`,
								reason: message`its sentinels name ${nodeName(address)}, which reports the role replica`,
							}
						: {
								problem: message`${groupName(group)} has sentinels that disagree on the primary`,
								detail: joinMessages(
									[...named].map(([who, reports]) => message`${reports.length} name ${nodeName(who)}`),
									', ',
								),
							};
			const isShort = heldMs(undefined, group.name) < limits(first.sentinel.address).seconds * 1000;
			const isSpreading = isShort && named.size > 1 && newestIsPrimary(group, records);
			const firing = fires(isSpreading ? 'info' : isShort ? 'warning' : 'critical', {
				...statement,
				effect: isReplica || promoted !== undefined ? 'writes-refused' : 'data-at-risk',
				nodes: [...named.keys(), ...(promoted === undefined ? [] : [promoted]), ...sentinelsOf(group)],
				evidence: group.reports.map(({sentinel, primary}, index) => ({
					name: `sentinel ${index + 1}`,
					value: message`${nodeName(sentinel.address)} names ${nodeName(primary.address)}, epoch ${primary.configEpoch ?? '-'}`,
				})),
				meaning:
					promoted !== undefined
						? 'Clients that ask a sentinel for the primary get an address at which nothing answers.'
						: isReplica
							? 'Clients that ask a sentinel for the primary are sent to a replica.'
							: 'Clients that ask one sentinel write to another server than those that ask the next. The highest configuration epoch is the newest decision.',
				next: [
					...(promoted === undefined ? [] : renameSteps(group, first, records.get(promoted))),
					redisCli(first.sentinel, `SENTINEL GET-MASTER-ADDR-BY-NAME ${group.name}`),
				],
			});
			return [{...firing, subject: group.name}];
		});
	},
});

/** Whether a Sentinel names another primary than the other does, by a newer decision. */
const isNewer = (one: MonitoredPrimary, other: MonitoredPrimary): boolean =>
	one.address !== other.address && (one.configEpoch ?? 0) > (other.configEpoch ?? 0);

export const senDown = rule({
	id: 'sen.down',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule reads the flags of SENTINEL MASTERS. `s_down` is what one sentinel observes, after `down-after-milliseconds`. `o_down` is what its quorum agreed on, and a failover follows.',
		since: '2.8',
		falsePositives: [
			'A broken link of one sentinel looks the same. The finding is a warning until the quorum agrees.',
			'A sentinel that cannot log in looks the same. Where the primary answers redis-top, the finding is about the sentinels.',
			'A sentinel connects again each second. Where the primary answers redis-top, a sentinel counts only after `linkSeconds`, or once the quorum agrees.',
		],
	},
	thresholds: {
		linkSeconds: {
			value: 3,
			unit: 'seconds',
			source: 'a sentinel pings each second and connects again as often (SENTINEL_PING_PERIOD)',
		},
	},
	raiseAfter: 1,
	evaluate: (fleet, limits) =>
		monitoredGroups(fleet).flatMap(group => {
			const agreed = sentinelsReporting(group, ({flags}) => flags.has('o_down'));
			const seen = sentinelsReporting(group, ({flags}) => flags.has('s_down') || flags.has('o_down'));
			const {first} = seen;
			if (first === undefined) {
				return [];
			}

			const isAgreed = agreed.first !== undefined;
			const {address} = first.primary;
			const answering = answeringPrimary(fleet, address);
			if (answering !== undefined) {
				// A failover to another node has just ended. This Sentinel learns of it within a second or two.
				if (group.reports.some(({primary}) => isNewer(primary, first.primary))) {
					return [];
				}

				const leastMs = limits(first.sentinel.address).linkSeconds * 1000;
				const reports = group.reports.filter(
					({sentinel, primary: {downMs = leastMs}}) =>
						seen.sentinels.includes(sentinel.address) && (isAgreed || downMs >= leastMs),
				);
				return reports.length === 0 ? [] : [unlinkedSentinels(group, answering, reports, fleet)];
			}

			const unfit = isAgreed ? unfitReplicas(group, fleet) : undefined;
			const refused =
				isAgreed && unfit === undefined
					? refusedPromotion(
							group.reports.map(({primary}) => primary),
							new Map([...fleet.nodes].map(([each, {record}]) => [each, record])),
						)
					: undefined;
			const isStuck = unfit !== undefined || refused !== undefined;
			const isHelpless = isWithoutQuorum(group);
			// It runs: it answers PING with an error. Clients that know its password may well use it.
			const isRefusing = group.reports.every(({primary}) => !isFlaggedDown(primary) || primary.refusesPing === true);
			const forced = isAgreed && !isStuck ? forcedFailover(group) : undefined;
			const isHeld = isStuck || forced !== undefined;
			const fate = isHeld ? ', no failover' : '';
			// A second failover, asked for by hand, is refused or repeats the first.
			const isFailingOver = group.reports.some(({primary: {flags}}) => flags.has('failover_in_progress'));
			const isOffered = !isStuck && !isHelpless && !isFailingOver;
			const failoverBy = forced === undefined ? (isOffered ? first.sentinel.address : undefined) : forced.free;
			const firing = fires(isAgreed ? 'critical' : 'warning', {
				problem: message`${groupName(group)}: ${isHeld ? '' : 'the primary '}${nodeName(address)} ${isRefusing ? 'refuses its sentinels (auth-pass)' : isAgreed ? 'is down' : 'is perhaps down'}${fate}`,
				detail: `${seen.sentinels.length} of ${group.reports.length} sentinels ${isRefusing ? 'hold it down' : 'say so'}${isAgreed ? ', and their quorum agrees' : ''}`,
				reason: unfit?.reason ?? refused?.reason ?? forced?.reason,
				effect: isAgreed && !isRefusing ? 'unreachable' : undefined,
				culprit: {node: address},
				nodes: [address, ...seen.sentinels],
				evidence: [
					{name: 'flags', value: quotedFlags(first)},
					{name: 'quorum', value: first.primary.quorum ?? '-'},
				],
				meaning: isHelpless
					? forced === undefined
						? 'Its sentinels cannot fail it over: they have no quorum. Nothing can be written until it is back.'
						: 'Its sentinels do not fail it over by themselves: sentinels that are gone count for the majority.'
					: isAgreed
						? refused !== undefined
							? 'Each failover ends with failover-abort-slave-timeout. Nothing can be written until a replica is promoted.'
							: unfit === undefined
								? 'A failover is on its way; until it ends nothing can be written.'
								: 'Each failover ends with NOGOODSLAVE. Nothing can be written until a replica may take over.'
						: 'There is no failover as long as fewer sentinels than the quorum say so.',
				next: [
					...(isRefusing
						? [
								hint(
									`compare auth-pass of its sentinels with its password: SENTINEL SET ${group.name} auth-pass PASSWORD`,
								),
							]
						: []),
					...(unfit?.remedies ?? refused?.next ?? forced?.next ?? loweredQuorum(group)?.next ?? []),
					{
						kind: 'words',
						text: message`look at ${nodeName(address)}: its process, its host, the network between`,
					},
				],
				...(failoverBy === undefined
					? {}
					: {action: 'sentinel-failover' as const, remedy: {node: failoverBy, value: group.name}}),
			});
			return [{...firing, subject: group.name}];
		}),
});

export const senTilt = rule({
	id: 'sen.tilt',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads `sentinel_tilt` of INFO sentinel. A sentinel enters TILT mode when its clock jumped or its process stood still. It takes no action until TILT mode ends.',
		since: '2.8',
		falsePositives: [],
	},
	roles: ['sentinel'],
	raiseAfter: 1,
	needs: {tilt: infoNumber('sentinel', 'sentinel_tilt')},
	evaluate: ({tilt}, facts) =>
		tilt === 0
			? clear
			: fires('critical', {
					problem: 'is in TILT and takes no action',
					evidence: [{name: 'sentinel_tilt', value: tilt}],
					meaning: 'It neither votes nor fails over until 30 s have passed without another jump of time.',
					next: [
						redisCli(facts, 'INFO sentinel'),
						hint('look for a paused virtual machine, a jump of the clock, a starved host'),
					],
				}),
});

export const sentinelRules = [senCount, senDisagree, senDown, senTilt] as const;
