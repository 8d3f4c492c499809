import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import {seconds} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {hint} from './next-steps.js';
import {isFlaggedDown, promotionObstacle} from './sentinel-promotion.js';

/** What an answering Sentinel reports about a primary. */
type Report = {readonly sentinel: NodeAddress; readonly primary: MonitoredPrimary};

/**
Sentinels that the others still count, and that were down long before the primary. Sentinels never forget one by
themselves, so that each one that is created again under another address leaves one. Source: Sentinel documentation,
"Adding or removing Sentinels".
*/
export type Leftovers = {
	readonly addresses: readonly NodeAddress[];
	/** Milliseconds for which all of them have been down, at least. */
	readonly downMs: number;
	/** The number of Sentinels that are counted, the leftovers included. */
	readonly known: number;
	/** Whether the Sentinels that answer are no majority, and would be one without the leftovers. */
	readonly isMajorityWithout: boolean;
};

/** Milliseconds by which a Sentinel must have been down longer than the primary, so that one event did not end both. */
const beforeMs = 10_000;
/** Milliseconds from which a Sentinel that is down counts as left over. A host restarts in less. */
const leftMs = 300_000;

/** The Sentinels that were down long before the primary, by the reports of those that answer; undefined if there are none. */
export function leftoversOf(reports: readonly Report[]): Leftovers | undefined {
	const answering = new Set(reports.map(({sentinel}) => sentinel));
	const primaryMs = Math.min(...reports.map(({primary: {downMs = 0}}) => downMs));
	const leastMs = primaryMs > 0 ? primaryMs + beforeMs : leftMs;
	const peers = reports
		.flatMap(({primary: {sentinels = []}}) => sentinels)
		.filter(peer => !answering.has(peer.address));
	const byAddress = Map.groupBy(peers, ({address}) => address);
	const left = [...byAddress].filter(([, told]) => told.every(({downMs = 0}) => downMs >= leastMs));
	if (left.length === 0) {
		return undefined;
	}

	const known = answering.size + byAddress.size;
	return {
		addresses: left.map(([address]) => address),
		downMs: Math.min(...left.flatMap(([, told]) => told.map(({downMs = 0}) => downMs))),
		known,
		isMajorityWithout: answering.size <= known / 2 && answering.size > (known - left.length) / 2,
	};
}

/** Why there is no majority, in words: `Sentinels count 6, 3 of them left over (down for 12m): no majority`. */
export function leftoverReason({addresses, downMs, known}: Leftovers): string {
	const how = downMs >= leftMs ? 'left over (down for' : 'down since before (for';
	return `sentinels count ${known}, ${addresses.length} of them ${how} ${seconds(downMs / 1000)}): no majority`;
}

/**
Whether SENTINEL FAILOVER is the way out: all Sentinels that answer hold the primary down, they would be the majority and
the quorum without the leftovers, and a replica is fit. This command asks for no votes. Source: sentinel.c,
`sentinelFailoverWaitStart` and SRI_FORCE_FAILOVER.
*/
export const canForceFailover = (reports: readonly Report[], leftovers: Leftovers): boolean =>
	leftovers.isMajorityWithout &&
	reports.every(
		({primary}) => isFlaggedDown(primary) && primary.quorum !== undefined && reports.length >= primary.quorum,
	) &&
	reports.some(({primary}) =>
		(primary.replicas ?? []).some(replica => promotionObstacle(replica, primary) === undefined),
	);

/**
The Sentinel to send SENTINEL FAILOVER to: one that tries no failover by itself at the moment. One that does answers
INPROG until `failover-timeout`.
*/
export const freeReport = <Each extends Pick<Report, 'primary'>>(reports: readonly Each[]): Each | undefined =>
	reports.find(({primary: {flags}}) => !flags.has('failover_in_progress'));

/** The same as `leftoverReason`, for a line of 80 columns. */
export const shortLeftoverReason = ({addresses, downMs}: Leftovers): string =>
	`${addresses.length} sentinels ${downMs >= leftMs ? 'left over' : 'down before'}`;

type Nodes = ReadonlyMap<NodeAddress, NodeRecord>;

/** The reports about each primary, of the Sentinels that answer now. */
export const reportsIn = (nodes: Nodes): ReadonlyMap<string, readonly Report[]> =>
	Map.groupBy(
		[...nodes.values()].flatMap(({address, role, failure, sentinel}) =>
			role === 'sentinel' && failure === undefined
				? (sentinel?.value.primaries ?? []).map(primary => ({sentinel: address, primary}))
				: [],
		),
		({primary}) => primary.name,
	);

/**
A quorum that the Sentinels that answer do not reach, although they are a majority, because one of them is down. Each
Sentinel keeps a quorum of its own, and SENTINEL SET changes it at once.
*/
export function tooHighQuorum(reports: readonly Report[]) {
	const answering = new Set(reports.map(({sentinel}) => sentinel));
	const peers = reports
		.flatMap(({primary: {sentinels = []}}) => sentinels)
		.filter(({address}) => !answering.has(address));
	const isDown = peers.some(({flags}) => flags.has('s_down') || flags.has('disconnected'));
	const known = new Set([...answering, ...peers.map(({address}) => address)]).size;
	const quorum = Math.max(...reports.map(({primary}) => primary.quorum ?? 0));
	const majority = Math.floor(known / 2) + 1;
	return isDown && answering.size >= majority && answering.size < quorum
		? {answering: answering.size, known, quorum, majority}
		: undefined;
}

/** The first step for a primary that does not answer, where leftovers keep its Sentinels from a majority; else none. */
export function forcedFailoverSteps({address}: NodeRecord, nodes: Nodes): readonly NextStep[] {
	const sameNode = nodeFinder(nodes);
	for (const [name, reports] of reportsIn(nodes)) {
		const [first] = reports;
		const isWithoutMajority = reports.every(({primary: {quorumCheck}}) => quorumCheck?.isReached === false);
		const isOfGroup = first !== undefined && isWithoutMajority && sameNode(first.primary.address) === address;
		const high = isOfGroup ? tooHighQuorum(reports) : undefined;
		if (high !== undefined && reports.every(({primary}) => isFlaggedDown(primary))) {
			return [
				hint(message`on each sentinel that answers: SENTINEL SET ${name} quorum ${high.majority}: then they fail over`),
			];
		}

		const leftovers = isOfGroup ? leftoversOf(reports) : undefined;
		if (first !== undefined && leftovers !== undefined && canForceFailover(reports, leftovers)) {
			return [
				hint(
					message`on ${nodeName((freeReport(reports) ?? first).sentinel)}: SENTINEL FAILOVER ${name}, which needs no votes`,
				),
				hint(leftoverReason(leftovers)),
			];
		}
	}

	return [];
}

/** What is known of a Sentinel that does not answer and is left over; undefined for any other node. */
export function leftoverSentinel({address}: NodeRecord, nodes: Nodes): {readonly reason: Message} | undefined {
	const sameNode = nodeFinder(nodes);
	for (const reports of reportsIn(nodes).values()) {
		const leftovers = leftoversOf(reports);
		if (leftovers?.addresses.some(each => sameNode(each) === address) === true) {
			return {reason: `a sentinel that the others count, down for ${seconds(leftovers.downMs / 1000)}`};
		}
	}

	return undefined;
}

/**
The last step for a replica that Sentinels list and hold down while its primary is up. Sentinels never forget a replica
by themselves. Source: Sentinel documentation, "Removing the old master or unreachable replicas".
*/
export function forgetReplicaSteps({address}: NodeRecord, nodes: Nodes): readonly NextStep[] {
	const sameNode = nodeFinder(nodes);
	const named = [...reportsIn(nodes)].find(([, reports]) =>
		reports.every(
			({primary}) =>
				!isFlaggedDown(primary) &&
				(primary.replicas ?? []).some(replica => sameNode(replica.address) === address && isFlaggedDown(replica)),
		),
	);
	return named === undefined
		? []
		: [
				hint(
					message`if it is gone for good: SENTINEL RESET ${nameOf('primary', named[0])} on each sentinel, one after the other, 30 s between two`,
				),
			];
}

/** The next step for a Sentinel that is left over. */
export const forgetLeftover: NextStep = hint(
	'start it again; or, if it is gone for good, SENTINEL RESET NAME on each living sentinel, one after the other, while the primary is up',
);
