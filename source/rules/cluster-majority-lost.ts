import type {ClusterState} from '../cluster/cluster-state.js';
import {failoverCandidateOf} from '../cluster/failover-candidates.js';
import type {ReadView} from '../cluster/node-view.js';
import {unreachedPrimaries} from '../cluster/verdict-partitions.js';
import type {LastingLine} from '../domain/cluster.js';
import {message, nodeName} from '../domain/message.js';
import {addressOf} from '../domain/node.js';
import {seconds} from '../text/units.js';
import {askNode, nodeNames, oldAddress} from './cluster-findings.js';
import {oldPlaceSteps} from './cluster-steps.js';
import {hint} from './next-steps.js';
import type {FleetEvaluation, FleetFacts} from './rule.js';

/** Errors of a connection that prove that no server runs at the address. */
const refusals: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT']);

/**
The finding on a cluster without a majority, if no node that answers has received a message from another node since its
start, and nothing answers at the addresses that it knows. The nodes then came back at other addresses, as pods do, more
likely than a network was cut in the very moment of their start. A refused connection shows that the host is still there.
*/
export function withUnmetNodes(
	finding: FleetEvaluation,
	{comparison, nodeTimeoutMs}: Pick<ClusterState, 'comparison' | 'nodeTimeoutMs'>,
	fleet: FleetFacts,
): FleetEvaluation {
	const {views, viewOf} = comparison;
	const others = [...new Map(views.flatMap(({lines}) => [...lines])).values()].filter(({id}) => !viewOf.has(id));
	const isOut = ({host, port}: LastingLine) => {
		const failure = fleet.nodes.get(addressOf({kind: 'tcp', host, port}))?.record.failure;
		return failure?.state === 'down' && !refusals.has(failure.code);
	};
	const hasMetNobody = ({address, uptimeSeconds}: ReadView) =>
		fleet.nodes.get(address)?.record.clusterInfo?.value.get('cluster_stats_messages_received') === '0' &&
		uptimeSeconds !== undefined &&
		uptimeSeconds * 1000 >= nodeTimeoutMs / 2;
	const isTold = finding.kind !== 'fires' || finding.evidence.some(({name}) => name === oldAddress);
	if (isTold || others.length === 0 || !others.every(isOut) || !views.every(hasMetNobody)) {
		return finding;
	}

	const upFor = Math.min(...views.map(({uptimeSeconds = 0}) => uptimeSeconds));
	const own = views.map(({address}) => address);
	const old = others.map(({host, port}) => addressOf({kind: 'tcp', host, port}));
	return {
		...finding,
		problem: message`${nodeNames(own)} ${own.length === 1 ? 'has' : 'have'} met no other node since ${own.length === 1 ? 'its' : 'their'} start`,
		detail: `${seconds(upFor)} ago`,
		reason: 'new addresses (pods)?',
		nodes: [...own, ...old],
		evidence: [
			{name: 'cluster_stats_messages_received', value: 0},
			{name: 'uptime_in_seconds', value: upFor, unit: 'seconds'},
			...old.map(address => ({name: oldAddress, value: message`${nodeName(address)}`})),
		],
		meaning:
			'Nothing answers at the addresses that it knows from nodes.conf: the others came back at new ones, or they are down. CLUSTER MEET with the present address of each node joins them again; ids, slots and data stay.',
		next: [
			hint('send it CLUSTER MEET with the present address of each other node'),
			...oldPlaceSteps(own[0], others, fleet),
			hint('if they are still at these addresses: start them, or repair the network between'),
			askNode(fleet, own[0], 'CLUSTER NODES'),
		],
	};
}

/** Name of the evidence that names a primary which answers neither the other nodes nor redis-top. */
export const missingPrimary = 'primary without answer';

/**
The finding on a cluster without a majority, if redis-top gets no connection to any missing primary. No replica is elected,
because the primaries that answer are no majority. Missing primaries that refuse connections are down. Others may live beyond
a cut in the network.
*/
export function withDeadMajority(
	finding: FleetEvaluation,
	{comparison}: Pick<ClusterState, 'comparison'>,
	fleet: FleetFacts,
): FleetEvaluation {
	const missing = unreachedPrimaries(comparison);
	const addresses = missing.map(comparison.nameOf);
	const failures = addresses.map(address => fleet.nodes.get(address)?.record.failure);
	const areOut = failures.every(failure => failure?.state === 'down');
	const areDown = failures.every(failure => refusals.has(failure?.code));
	// Where one node of all answers, the others may have come back at other addresses.
	const isAlone = comparison.views.length < 2;
	const hasMajority = comparison.partitions.some(partition => partition.hasMajority);
	const haveMoved = finding.kind === 'fires' && finding.evidence.some(({name}) => name === oldAddress);
	if (finding.kind !== 'fires' || isAlone || haveMoved || hasMajority || missing.length === 0 || !(areOut || areDown)) {
		return finding;
	}

	const size = Math.max(...comparison.views.map(view => view.size));
	const names = nodeNames(addresses);
	const candidates = missing.flatMap(id => failoverCandidateOf(comparison, id) ?? []);
	return {
		...finding,
		problem: message`${missing.length} of ${size} primaries ${areDown ? 'are down: no majority' : 'do not answer: no majority here'}, no failover`,
		detail: undefined,
		reason: areDown
			? message`${names} ${missing.length === 1 ? 'refuses' : 'refuse'} connections`
			: message`neither redis-top nor the other nodes reach ${names}`,
		nodes: [...addresses, ...candidates],
		evidence: [
			...finding.evidence,
			...(areDown ? [] : addresses.map(address => ({name: missingPrimary, value: message`${nodeName(address)}`}))),
		],
		meaning: areDown
			? 'No replica can be elected without a majority of the primaries, and no node takes writes: the slots of the dead primaries stay unserved.'
			: 'No replica can be elected without a majority of the primaries, and the nodes that answer refuse commands (CLUSTERDOWN). If the others live, they are the majority and may have promoted other owners of the same slots: run redis-top on their side.',
		next: [
			areDown
				? hint(
						message`start ${names}: they have the newest data, and the cluster serves again as soon as a majority answers`,
					)
				: hint(
						message`bring back ${addresses.length === 1 ? 'it' : 'one of them'}, machine or network: with a majority the cluster serves again`,
					),
			...(candidates.length === 0
				? []
				: [
						hint(
							areDown
								? 'or, only if they stay away, promote their replicas without a vote:'
								: 'or, only if they are gone for good (look from their side), promote their replicas without a vote: where they live, both take writes, and one side is lost',
						),
						...candidates.map(address => askNode(fleet, address, 'CLUSTER FAILOVER TAKEOVER')),
					]),
			askNode(fleet, comparison.views[0]?.address, 'CLUSTER NODES'),
		],
	};
}
