import type {ClusterState} from '../cluster/cluster-state.js';
import type {ClusterVerdict, ClusterVerdictKind} from '../cluster/verdict.js';
import type {NextStep} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import {defaultThresholds, type ThresholdName} from '../domain/thresholds/thresholds.js';
import {pending} from './needs.js';
import {redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {type FleetEvaluation, type FleetFacts, type FleetRule, fires, rule} from './rule.js';

/** Views older than this say nothing about now, milliseconds. */
const oldAfterMs = 30_000;

type Timing = Partial<Pick<FleetRule, 'raiseAfter' | 'raiseAfterMs' | 'clearAfter' | 'countsAtOnce'>>;

/** A rule about a cluster as its nodes see it together. Clear where there is no cluster, not evaluated while none of them tells. */
export const clusterRule = (
	id: FleetRule['id'],
	evaluate: (
		watch: ClusterState,
		fleet: FleetFacts,
		heldMs: Parameters<FleetRule['evaluate']>[1],
	) => readonly FleetEvaluation[],
	timing: Timing = {},
): FleetRule =>
	rule({
		id,
		scope: 'fleet',
		docs: {looksAt: '', since: '', falsePositives: []},
		...timing,
		evaluate(fleet, heldMs) {
			const {cluster, deployment, nowMs} = fleet;
			if (cluster === undefined) {
				return deployment === 'cluster' ? [pending('no node has told its view of the cluster yet')] : [];
			}

			return nowMs - cluster.atMs > oldAfterMs
				? [pending('no node of the cluster tells its view now')]
				: evaluate(cluster, fleet, heldMs);
		},
	});

/** A threshold as it holds for a node: the one named, else any of the cluster. */
export function thresholdFor({nodes}: FleetFacts, address: NodeAddress | undefined, name: ThresholdName): number {
	const named = address === undefined ? undefined : nodes.get(address);
	const any = named ?? [...nodes.values()].find(({record}) => record.clusterInfo ?? record.clusterNodes);
	return any?.threshold(name) ?? defaultThresholds[name];
}

/** A command for a node that answers: the one named, else any. */
export function askNode({nodes}: FleetFacts, address: NodeAddress | undefined, command: string): NextStep {
	const named = address === undefined ? undefined : nodes.get(address);
	const answering = named ?? [...nodes.values()].find(({sample}: NodeFacts) => sample !== undefined);
	return answering === undefined ? {kind: 'command', text: `redis-cli ${command}`} : redisCli(answering, command);
}

/** Findings of the verdicts of these kinds, one each: told in words already, by all nodes' views. */
export const verdictFindings = (
	{verdicts}: ClusterState,
	kinds: readonly ClusterVerdictKind[],
	next: (verdict: ClusterVerdict) => readonly NextStep[],
): FleetEvaluation[] =>
	verdicts
		.filter(({kind}) => kinds.includes(kind))
		.map(verdict => ({
			...fires(verdict.severity === 'ok' ? 'info' : verdict.severity, {
				problem: verdict.text,

				evidence: [
					{name: 'nodes', value: verdict.nodes.join(' ')},
					...(verdict.slots.length === 0
						? []
						: [{name: 'slots', value: verdict.slots.map(({first, last}) => `${first}-${last}`).join(' ')}]),
				],
				meaning: verdict.meaning.join(' '),
				next: next(verdict),
			}),
			subject: [verdict.slots[0]?.first, verdict.kind === 'minority' ? undefined : verdict.nodes[0]]
				.filter(part => part !== undefined)
				.join(' '),
		}));
