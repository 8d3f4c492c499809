import type {ClusterState} from '../cluster/cluster-state.js';
import {failoverCandidateOf} from '../cluster/failover-candidates.js';
import {unreachedPrimaries} from '../cluster/verdict-partitions.js';
import {message} from '../domain/message.js';
import {askNode, nodeNames, oldAddress} from './cluster-findings.js';
import {hint} from './next-steps.js';
import type {FleetEvaluation, FleetFacts} from './rule.js';

/** Errors of a connection that prove that no server runs at the address. */
const refusals: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT']);

/**
The finding on a cluster without a majority, if each missing primary refuses connections. The missing primaries are then
down, and not beyond a cut in the network. No replica is elected, because the primaries that answer are no majority.
*/
export function withDeadMajority(
	finding: FleetEvaluation,
	{comparison}: Pick<ClusterState, 'comparison'>,
	fleet: FleetFacts,
): FleetEvaluation {
	const missing = unreachedPrimaries(comparison);
	const addresses = missing.map(comparison.nameOf);
	const areDown = addresses.every(address => refusals.has(fleet.nodes.get(address)?.record.failure?.code));
	// Where one node of all answers, the others may have come back at other addresses.
	const isAlone = comparison.views.length < 2;
	const hasMajority = comparison.partitions.some(partition => partition.hasMajority);
	const haveMoved = finding.kind === 'fires' && finding.evidence.some(({name}) => name === oldAddress);
	if (finding.kind !== 'fires' || isAlone || haveMoved || hasMajority || missing.length === 0 || !areDown) {
		return finding;
	}

	const size = Math.max(...comparison.views.map(view => view.size));
	const names = nodeNames(addresses);
	const candidates = missing.flatMap(id => failoverCandidateOf(comparison, id) ?? []);
	return {
		...finding,
		problem: message`${missing.length} of ${size} primaries are down: no majority, no failover`,
		detail: undefined,
		reason: message`${names} ${missing.length === 1 ? 'refuses' : 'refuse'} connections`,
		nodes: [...addresses, ...candidates],
		meaning:
			'No replica can be elected without a majority of the primaries, and no node takes writes: the slots of the dead primaries stay unserved.',
		next: [
			hint(
				message`start ${names}: they have the newest data, and the cluster serves again as soon as a majority answers`,
			),
			...(candidates.length === 0
				? []
				: [
						hint('or, only if they stay away, promote their replicas without a vote:'),
						...candidates.map(address => askNode(fleet, address, 'CLUSTER FAILOVER TAKEOVER')),
					]),
			askNode(fleet, comparison.views[0]?.address, 'CLUSTER NODES'),
		],
	};
}
