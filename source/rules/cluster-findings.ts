import type {ClusterState} from '../cluster/cluster-state.js';
import type {ClusterVerdict, ClusterVerdictKind} from '../cluster/verdict.js';
import type {NextStep} from '../domain/finding.js';
import {joinMessages, type Message, message, nodeName} from '../domain/message.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import {clusterManager, hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {type FleetEvaluation, type FleetFacts, fires} from './rule.js';

/**
A next step with a command for the given node. If redis-top does not know the node, the command is for any node that
answers.
*/
export function askNode({nodes}: FleetFacts, address: NodeAddress | undefined, command: Message): NextStep {
	const named = address === undefined ? undefined : nodes.get(address);
	const answering = named ?? [...nodes.values()].find(({sample}: NodeFacts) => sample !== undefined);
	return answering === undefined
		? {kind: 'command', text: message`redis-cli ${command}`}
		: redisCli(answering, command);
}

/**
A next step with a command of redis-cli's cluster manager, for the given node. If that node does not answer, the command
is for any node that answers.
*/
export function manageCluster(
	{nodes}: FleetFacts,
	address: NodeAddress | undefined,
	subcommand: Parameters<typeof clusterManager>[1],
	...options: readonly string[]
): NextStep {
	const answers = ({sample}: NodeFacts) => sample !== undefined;
	const named = address === undefined ? undefined : nodes.get(address);
	const facts = named !== undefined && answers(named) ? named : [...nodes.values()].find(answers);
	return facts === undefined
		? hint(`redis-cli --cluster ${subcommand}, with the address of a node that answers`)
		: clusterManager(facts, subcommand, ...options);
}

/** Addresses as text: `10.0.1.11:6379, 10.0.1.12:6379`. */
export const nodeNames = (addresses: readonly NodeAddress[], separator = ', '): Message =>
	joinMessages(addresses.map(nodeName), separator);

/** Name of the evidence that nodes look for each other at an old address. */
export const oldAddress = 'old address';

/** The addresses at which the cluster looks for nodes that are at other addresses now. */
const movedFrom = ({oldPlaces = []}: ClusterVerdict): readonly NodeAddress[] =>
	oldPlaces.map(({host, port}) => addressOf({kind: 'tcp', host, port}));

/** One finding for each verdict whose kind is among `kinds`. The verdicts are about the cluster. */
export const verdictFindings = (
	{verdicts}: ClusterState,
	kinds: readonly ClusterVerdictKind[],
	next: (verdict: ClusterVerdict) => readonly NextStep[],
): FleetEvaluation[] =>
	verdicts
		.filter(({kind}) => kinds.includes(kind))
		.map(verdict => ({
			...fires(verdict.severity === 'ok' ? 'info' : verdict.severity, {
				problem: verdict.problem,
				detail: verdict.detail,
				reason: verdict.reason,
				effect: verdict.effect,
				nodes: [...verdict.nodes, ...movedFrom(verdict)],
				evidence: [
					{name: 'nodes', value: nodeNames(verdict.nodes, ' ')},
					...(verdict.slots.length === 0
						? []
						: [{name: 'slots', value: verdict.slots.map(({first, last}) => `${first}-${last}`).join(' ')}]),
					...movedFrom(verdict).map(address => ({name: oldAddress, value: message`${nodeName(address)}`})),
				],
				meaning: joinMessages(verdict.meaning, ' '),
				next: next(verdict),
			}),
			subject: [verdict.slots[0]?.first, verdict.kind === 'minority' ? undefined : verdict.nodes[0]]
				.filter(part => part !== undefined)
				.join(' '),
		}));
