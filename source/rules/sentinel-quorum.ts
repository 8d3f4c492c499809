import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {joinMessages, type Message, message, messageText, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {hint, onHost, programFor, redisCli} from './next-steps.js';
import {connectionArguments, type NodeFacts} from './node-facts.js';
import {type FleetFacts, fires, rule} from './rule.js';
import {groupName, type MonitoredGroup, monitoredGroups, sentinelsReporting} from './sentinel-groups.js';
import {
	canForceFailover,
	freeReport,
	type Leftovers,
	leftoverReason,
	leftoversOf,
	shortLeftoverReason,
	tooHighQuorum,
} from './sentinel-leftovers.js';
import {answeringPrimary, downPeers, sentinelObstacles, wasNeverLinked} from './sentinel-links.js';

/**
The sentinels that share an id with another sentinel. A Sentinel takes a message with its own id for one of its own
messages. So these sentinels never learn of each other. Their config files are copies: `sentinel myid` is written there
at the first start.
*/
function sameIds({reports}: MonitoredGroup): readonly NodeAddress[] {
	const byId = Map.groupBy(reports, ({sentinel}) => sentinel.record.sentinel?.value.id);
	return [...byId].flatMap(([id, alike]) =>
		id === undefined || alike.length < 2 ? [] : alike.map(({sentinel}) => sentinel.address),
	);
}

/**
Sentinels that answer redis-top, and that other sentinels flag as down or disconnected. The network between them is cut.
*/
function partedSentinels({reports}: MonitoredGroup, {nodes}: FleetFacts): readonly NodeFacts[] {
	const sameNode = nodeFinder(new Map([...nodes].map(([address, {record}]) => [address, record])));
	const answering = new Map(reports.map(({sentinel}) => [sentinel.address, sentinel]));
	const parted = new Set(
		reports.flatMap(({primary: {sentinels = []}}) =>
			sentinels
				.filter(({flags}) => flags.has('s_down') || flags.has('disconnected'))
				.map(({address}) => sameNode(address)),
		),
	);
	return [...parted].flatMap(address => answering.get(address) ?? []);
}

/**
The number of Sentinels that answer the PINGs of the others with errors. 0 if another one is down or cut off as well, which
comes first then.
*/
function refusingSentinels({reports}: MonitoredGroup): number {
	const out = reports
		.flatMap(({primary: {sentinels = []}}) => sentinels)
		.filter(({flags}) => flags.has('s_down') || flags.has('disconnected'));
	return out.every(({refusesPing}) => refusesPing === true) ? new Set(out.map(({address}) => address)).size : 0;
}

type Obstacle = {readonly reason: Message; readonly next: readonly NextStep[]};

/** Why there is no quorum. The text has only the number of sentinels; the finding's evidence has their names. */
function quorumObstacle(group: MonitoredGroup, fleet: FleetFacts): Obstacle {
	const {down, known} = downPeers(group);
	const copies = sameIds(group);
	if (copies.length > 0) {
		return {
			reason: `${copies.length} sentinels share one id`,
			next: [
				hint(
					'give all but one an id of its own: stop it, remove the line "sentinel myid" from its config file, start it',
				),
				hint('then it makes a new id by itself, and they learn of each other within seconds'),
			],
		};
	}

	const refusing = refusingSentinels(group);
	if (refusing > 0) {
		return {
			reason: `${refusing} ${refusing === 1 ? 'sentinel refuses' : 'sentinels refuse'} PINGs (sentinel-pass)`,
			next: [
				hint(
					'they send each other sentinel-pass, or their own requirepass without one: all need the same; on each of them:',
				),
				hint(
					'SENTINEL CONFIG SET sentinel-pass PASSWORD (sentinel-user, too, for a user of the ACL); it is kept in the file',
				),
			],
		};
	}

	const parted = partedSentinels(group, fleet);
	if (parted.length > 0) {
		return {
			reason: `no network between ${parted.length} sentinels`,
			next: [
				...parted
					.slice(0, 3)
					.map(({record, settings}) =>
						onHost(message`${programFor(record)} ${connectionArguments(record.endpoint, settings)} PING`),
					),
				hint('on the host of each other sentinel; no reply: open the port of the sentinels between their hosts'),
			],
		};
	}

	const leftovers = leftoversIn(group);
	if (leftovers?.isMajorityWithout === true) {
		return {reason: leftoverReason(leftovers), next: forgetSteps(group)};
	}

	const high = loweredQuorum(group);
	if (high !== undefined) {
		return high;
	}

	if (down.length > 0) {
		return {reason: `${down.length} of ${known} sentinels down`, next: forgetSteps(group)};
	}

	if (isUnlearned(group, fleet)) {
		return {
			reason: 'sentinels know no replica since a RESET or MONITOR',
			next: [
				hint('start the primary: the sentinels then find its replicas and each other by themselves'),
				hint('or promote a replica by hand (REPLICAOF NO ONE); then on each sentinel:'),
				...monitorSteps(group),
			],
		};
	}

	const obstacles = joinMessages(sentinelObstacles(group, fleet), ', ');
	return {reason: messageText(obstacles) === '' ? 'no quorum' : message`no quorum: ${obstacles}`, next: []};
}

/** The steps that lower a quorum which the sentinels that answer do not reach. Undefined where that is not the way out. */
export function loweredQuorum(group: MonitoredGroup): Obstacle | undefined {
	const high = tooHighQuorum(reportsOf(group.reports));
	return high === undefined
		? undefined
		: {
				reason: `${high.answering} of ${high.known} sentinels answer, quorum ${high.quorum}`,
				next: [
					hint(
						`lower the quorum to ${high.majority} on each sentinel that answers: a majority of ${high.known} is enough`,
					),
					...group.reports.map(({sentinel}) =>
						redisCli(sentinel, `SENTINEL SET ${group.name} quorum ${high.majority}`),
					),
				],
			};
}

/**
Whether the sentinels have never reached the primary since a RESET or MONITOR, and it does not answer redis-top either.
They learn of replicas and of each other from the primary alone.
*/
const isUnlearned = ({reports}: MonitoredGroup, fleet: FleetFacts): boolean =>
	reports.every(
		({primary}) => wasNeverLinked(primary) && (primary.replicas ?? []).length === 0 && primary.otherSentinels === 0,
	) && reports.every(({primary}) => fleet.nodes.get(primary.address)?.record.failure?.state === 'down');

/** The steps that let a sentinel monitor another primary. */
const monitorSteps = ({name, reports}: MonitoredGroup): readonly NextStep[] =>
	reports
		.slice(0, 1)
		.flatMap(({sentinel, primary}) => [
			redisCli(sentinel, `SENTINEL REMOVE ${name}`),
			redisCli(sentinel, `SENTINEL MONITOR ${name} NEW-HOST PORT ${primary.quorum ?? 'QUORUM'}`),
		]);

/**
The steps that remove sentinels that may be gone for good, so that the answering sentinels are a majority again. Empty
unless enough sentinels for the quorum answer, and the primary is up. SENTINEL RESET also removes the replicas from a
sentinel's list. The sentinel finds the replicas again only if the primary answers.
*/
function forgetSteps(group: MonitoredGroup): readonly NextStep[] {
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

const offsetOf = ({sample}: NodeRecord): number => sample?.info.number('replication', 'slave_repl_offset') ?? -1;

/**
The replica of the monitored primary with the newest data, if the primary is down and sentinels cannot replace it.
Undefined while the primary answers redis-top, and if no replica answers.
*/
function promotableByHand({reports}: MonitoredGroup, fleet: FleetFacts): NodeFacts | undefined {
	const isDown = reports.some(({primary: {flags}}) => flags.has('s_down') || flags.has('o_down'));
	const [first] = reports;
	if (!isDown || first === undefined || answeringPrimary(fleet, first.primary.address) !== undefined) {
		return undefined;
	}

	const sameNode = nodeFinder(new Map([...fleet.nodes].map(([address, {record}]) => [address, record])));
	// Sentinels that were reset while the primary is down list none, but redis-top may have seen its replicas.
	const following = [...fleet.nodes.values()].filter(
		({record}) => primaryNamedBy(record) === sameNode(first.primary.address),
	);
	return reports
		.flatMap(({primary: {replicas = []}}) => replicas.flatMap(({address}) => fleet.nodes.get(sameNode(address)) ?? []))
		.concat(following)
		.filter(({record}) => record.role === 'replica' && record.failure === undefined && record.sample !== undefined)
		.sort((one, other) => offsetOf(other.record) - offsetOf(one.record))[0];
}

const leftoversIn = ({reports}: MonitoredGroup): Leftovers | undefined => leftoversOf(reportsOf(reports));

const reportsOf = (reports: MonitoredGroup['reports']) =>
	reports.map(({sentinel, primary}) => ({sentinel: sentinel.address, primary}));

/**
The sentinel that can be told to fail over without votes, and why there are none: leftovers count as sentinels. Undefined
where that is not the way out.
*/
export function forcedFailover(group: MonitoredGroup) {
	const [first] = group.reports;
	const leftovers = isWithoutQuorum(group) ? leftoversIn(group) : undefined;
	return first === undefined || leftovers === undefined || !canForceFailover(reportsOf(group.reports), leftovers)
		? undefined
		: {
				reason: shortLeftoverReason(leftovers),
				/** Undefined while each of them tries a failover by itself, which nobody authorises. */
				free: freeReport(group.reports)?.sentinel.address,
				next: [
					redisCli((freeReport(group.reports) ?? first).sentinel, `SENTINEL FAILOVER ${group.name}`),
					hint(
						'it needs no votes: the leftovers count for the majority; it answers INPROG during a vain attempt: try again',
					),
					hint('then on each living sentinel, one after the other and 30 s between two, once the new primary is up:'),
					redisCli(first.sentinel, `SENTINEL RESET ${group.name}`),
				],
			};
}

/** The steps that give a deployment a primary again without its sentinels. */
const promotionSteps = (replica: NodeFacts | undefined): readonly NextStep[] =>
	replica === undefined
		? []
		: [
				hint(
					message`bring the primary back; or, if it stays away, promote ${nodeName(replica.address)} by hand (its data is the newest that answers):`,
				),
				redisCli(replica, 'REPLICAOF NO ONE'),
				hint(
					'first make sure that the primary does not come back as a second primary; point the clients at the replica',
				),
			];

/** Failed quorum checks in a row from which the rule fires. One failed check may occur while sentinels reconnect. */
const failedChecks = 2;

/** Whether no sentinel that answers could start a failover, in two checks in a row. */
export function isWithoutQuorum({reports}: MonitoredGroup): boolean {
	const isReached = reports.some(({primary}) => primary.quorumCheck?.isReached === true);
	return !isReached && reports.some(({primary}) => (primary.quorumCheck?.failures ?? 0) >= failedChecks);
}

export const senQuorum = rule({
	id: 'sen.quorum',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule asks SENTINEL CKQUORUM whether the sentinels could agree on a failover and authorise it now. It fires where no sentinel that answers says so. SENTINEL MYID and the flags in SENTINEL SENTINELS tell why: one id for several sentinels, a cut network between them, or sentinels that are down.',
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
			if (first === undefined || !isWithoutQuorum(group)) {
				return [];
			}

			const {sentinel, primary} = first;
			const replica = promotableByHand(group, fleet);
			const obstacle = quorumObstacle(group, fleet);
			const firing = fires('critical', {
				problem: message`${groupName(group)} ${replica === undefined ? 'would not be' : 'is not'} failed over`,
				detail: `${sentinels.length} of ${group.reports.length} sentinels say so`,
				reason: obstacle.reason,
				effect: 'failover-impossible',
				nodes: [primary.address, ...sentinels],
				evidence: [
					{name: 'CKQUORUM', value: message`${nameOf('quote', primary.quorumCheck?.text ?? '-')}`},
					{name: 'quorum', value: primary.quorum ?? '-'},
					...downPeers(group).down.map(address => ({name: 'sentinel down', value: message`${nodeName(address)}`})),
					...sameIds(group).map(address => ({name: 'same id', value: message`${nodeName(address)}`})),
				],
				meaning:
					replica === undefined
						? 'No quorum: if the primary stops now, it stays down until a person promotes a replica.'
						: 'No quorum: nothing can be written until the primary is back or a person promotes a replica.',
				next: [
					...(forcedFailover(group)?.next ?? promotionSteps(replica)),
					...obstacle.next,
					redisCli(sentinel, `SENTINEL CKQUORUM ${group.name}`),
					redisCli(sentinel, `SENTINEL SENTINELS ${group.name}`),
				],
			});
			return [{...firing, subject: group.name}];
		}),
});
