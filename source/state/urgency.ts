import {clientErrorUrgency, type Effect, effectRank, machineUrgency, setUpUrgency} from '../domain/finding.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress, NodeRole} from '../domain/node.js';
import {isOfBusyMachine} from '../rules/explanation-conditions.js';
import type {Finding} from '../rules/finding.js';
import {clientErrors} from '../rules/symptoms.js';
import {topologyOf} from '../topology/topology.js';
import type {MonitorState} from './monitor-state.js';
import {reachRules} from './outage-reasons.js';

type Felt = {readonly node: NodeAddress | undefined; readonly effect?: Effect | undefined};

/**
How urgent a problem is; 0 is the most urgent. Primaries out of reach come first, then the effects in the order of
`effectRank`. A replica out of reach at most prevents reads, so it ranks with refused reads, after refused writes. A
Sentinel out of reach does no harm until a primary fails.
*/
export function urgencyOf({node, effect}: Felt, nodes: MonitorState['nodes']): number {
	if (effect !== 'unreachable' && effect !== 'not-responding') {
		return effectRank(effect);
	}

	switch (node === undefined ? 'primary' : (rolesIn(nodes).get(node) ?? nodes.get(node)?.role)) {
		case 'primary':
			return 0;
		case 'sentinel':
			// If the loss of a Sentinel makes a failover impossible, the finding with that effect comes first.
			return effectRank('failover-impossible') + 0.5;
		default:
			return effectRank('reads-refused');
	}
}

/** The role of each node. For a node that never answered, it is the role that other nodes report. */
const rolesIn = memoizeByRef((nodes: MonitorState['nodes']): ReadonlyMap<NodeAddress, NodeRole> => {
	const {shards} = topologyOf(nodes);
	const data = shards.flatMap(({primary, replicas}) => [
		...(primary === undefined
			? []
			: [[primary.address, primary.role === 'unknown' && replicas.length > 0 ? 'primary' : primary.role] as const]),
		...replicas.map(({address, role}) => [address, role] as const),
	]);
	const sentinels = [...nodes.values()].flatMap(({sentinel}) =>
		(sentinel?.value.primaries ?? []).flatMap(({sentinels: peers = []}) =>
			peers.map(({address}) => [address, 'sentinel'] as const),
		),
	);
	return new Map<NodeAddress, NodeRole>([...sentinels, ...data]);
});

const effectOf = ({rule, effect}: Finding): Effect | undefined =>
	effect ?? (reachRules.has(rule) ? 'unreachable' : undefined);

/** Warnings about how a server is set up. They are as true before an incident as during one. */
const setUps: ReadonlySet<string> = new Set(['sec.protected_off', 'sec.plaintext']);

const isSetUp = ({rule, severity, adviceCost}: Finding): boolean =>
	severity === 'warning' && (setUps.has(rule) || adviceCost !== undefined);

/**
The urgency of a cause and its consequences: the highest urgency of any of them. A finding that the machine is short of
processor time comes after all findings about the server itself, because everything on that machine is slow then. A
warning about how a server is set up comes last, because it does not tell what has happened.
@param family The cause, then its consequences.
*/
export function familyUrgency(family: readonly Finding[], nodes: MonitorState['nodes']): number {
	const [cause] = family;
	if (cause !== undefined && family.length === 1 && isSetUp(cause)) {
		return setUpUrgency;
	}

	return cause !== undefined && isOfBusyMachine(cause) && !family.some(({rule}) => reachRules.has(rule))
		? machineUrgency
		: Math.min(
				...family.map(finding => urgencyOf({node: finding.node, effect: effectOf(finding)}, nodes)),
				...(cause !== undefined && clientErrors.has(cause.rule) ? [clientErrorUrgency] : []),
			);
}
