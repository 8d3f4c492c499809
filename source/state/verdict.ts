import {type Effect, effectRank, severityRank} from '../domain/finding.js';
import {memoizeByRef} from '../domain/memoize.js';
import {namesKind} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {explanations} from '../rules/explanations.js';
import type {Finding} from '../rules/finding.js';
import {type JoinedFinding, joinFindings, type PrimaryOf} from '../rules/join-findings.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {farthest} from './farthest.js';
import {misannounced} from './misannounced.js';
import {mistakenPrimaries} from './mistaken-primaries.js';
import type {MonitorState, NodeRecord, Suspicion} from './monitor-state.js';
import {type NodeProblem, reachProblem} from './node-problem.js';
import {type OldData, oldData} from './old-data.js';
import {outageNote} from './outage-note.js';
import {beforeOutage, explainedPart, isOutage, reachRules} from './outage-reasons.js';
import {outageSeverity} from './outage-severity.js';
import {isReadingPeers} from './reading-peers.js';
import {familyUrgency, urgencyOf} from './urgency.js';

export {isOutage};

/** A problem, the other nodes that have the same problem, and their number. */
export type SharedProblem = RankedProblem & {
	/**
	Identifies the cause of the problem over time: the rule, or the way in which nodes fail to answer. It contains no
	address or name.
	*/
	readonly cause: string;
	readonly nodesToo: number;
	readonly otherNodes: readonly NodeAddress[];
};

/** The verdict on a deployment as data; `verdict-text.ts` makes one line of it. */
export type Verdict =
	| {
			readonly severity: 'warning' | 'critical';
			/** The most urgent problem, which is a cause and not a consequence. */
			readonly cause: SharedProblem;
			/** The causes other than `cause`, the most urgent first. */
			readonly others: readonly SharedProblem[];
	  }
	| {
			readonly severity: 'ok';
			readonly answering: readonly NodeAddress[];
			/** The age of the oldest data, in milliseconds. */
			readonly ageMs: number;
			/** The number of findings of severity info. */
			readonly notes: number;
			/** The finding that a node is far away in the network; undefined when all nodes are near. */
			readonly far?: Finding | undefined;
			/** What the first samples show and the next ones may confirm. Nothing is known to be well until then. */
			readonly suspicion?: Suspicion | undefined;
			/** Whether the first node of a cluster has answered, and the cluster's state is not read yet. */
			readonly isReadingPeers?: boolean;
	  }
	/** No node has answered yet, or the data is too old to tell (`old`). */
	| {
			readonly severity: 'unknown';
			readonly connecting: readonly NodeAddress[];
			readonly of: MonitorState;
			readonly old?: OldData;
	  };

const joined = new WeakMap<MonitorState, readonly JoinedFinding[]>();

/** The findings, the most urgent cause first. Each cause is followed by its consequences. Memoized for each state. */
export function rankedFindings(state: MonitorState): readonly JoinedFinding[] {
	const known = joined.get(state) ?? (isCalm(state.findings) ? joinedNotes(state.findings) : joinedIn(state));
	joined.set(state, known);
	return known;
}

const isCalm = memoizeByRef((findings: readonly Finding[]): boolean =>
	findings.every(({severity}) => severity === 'info'),
);

const notesIn = memoizeByRef(
	(findings: readonly Finding[]): number => findings.filter(({clearedAtMs}) => clearedAtMs === undefined).length,
);

/** The nodes that are not gone. A node that is gone is no problem any more. */
const present = memoizeByRef((nodes: MonitorState['nodes']): readonly NodeRecord[] =>
	[...nodes.values()].filter(({goneSinceMs}) => goneSinceMs === undefined),
);

/** The consequence of a node's problem that affects clients most, on the node itself or in the whole deployment. */
function consequenceOf(node: NodeAddress | undefined, own: Effect | undefined, symptoms: readonly Finding[]) {
	const isCritical = ({severity}: Finding) => severity === 'critical';
	const here = symptoms.filter(symptom => symptom.node === node);
	const isUnserved = ({effect}: Finding) => effect === 'slots-unserved';
	const isElsewhere = (felt: Effect) => (symptom: Finding) =>
		node !== undefined && symptom.node !== node && symptom.effect === felt && isCritical(symptom);
	const isSecondTo = (rank: number) => effectRank(own) > rank;
	return (
		here.find(({effect}) => effect === 'writes-refused' && own !== effect) ??
		// If a disk or a folder is the cause, the failed save is the consequence.
		here.filter(isCritical).find(({rule}) => rule === 'per.rdb_fail') ??
		// Buffers that displace keys are the cause, and the evictions are what clients feel.
		here.filter(isCritical).find(({rule}) => rule === 'mem.evict_storm') ??
		// A finding of the whole cluster has no node and names the unserved slots itself. For such a finding, no
		// consequence about slots is searched.
		(node === undefined ? undefined : [...here, ...symptoms].filter(isCritical).find(isUnserved)) ??
		// Clients that hold all connections are the cause, and the refused connections are what others feel.
		here.filter(isCritical).find(({effect}) => effect === 'connections-refused' && isSecondTo(effectRank(effect))) ??
		symptoms.find(isElsewhere('writes-refused')) ??
		symptoms.find(isElsewhere('reads-refused'))
	);
}

/** The consequences of each cause, by the key of the cause. */
const symptomsIn = memoizeByRef((ranked: readonly JoinedFinding[]): ReadonlyMap<string, readonly Finding[]> => {
	const symptoms = new Map<string, Finding[]>();
	for (const {finding, causeKey} of ranked) {
		if (causeKey !== undefined) {
			symptoms.set(causeKey, [...(symptoms.get(causeKey) ?? []), finding]);
		}
	}

	return symptoms;
});

/** The consequences of each outage, by the node that gives no data. */
const afterOutage = memoizeByRef((ranked: readonly JoinedFinding[]) => {
	const outages = ranked.filter(
		({finding, causeKey}) => isOutage(finding) && (causeKey ?? finding.clearedAtMs) === undefined,
	);
	return new Map(outages.map(({finding: {node}, key}) => [node, symptomsIn(ranked).get(key) ?? []] as const));
});

/**
Findings of severity info are causes of no other finding. So they are joined without the map that tells which node
replicates from which.
*/
const joinedNotes = memoizeByRef((findings: readonly Finding[]) => joinFindings(findings, new Map()));

const joinedIn = (state: MonitorState): readonly JoinedFinding[] =>
	joinFindings(state.findings, primaries(state.nodes), explanations, family => familyUrgency(family, state.nodes));

function primaries(nodes: MonitorState['nodes']): PrimaryOf {
	// A primary's own list of replicas is used too, because a replica that has not answered yet reports nothing.
	const primaryOf = new Map<NodeAddress, NodeAddress>(
		[...nodes.values()].flatMap(({address, replicas}) => replicas.map(replica => [replica.address, address] as const)),
	);
	for (const record of nodes.values()) {
		const named = primaryNamedBy(record);
		if (named !== undefined) {
			primaryOf.set(record.address, named);
		}
	}

	return primaryOf;
}

/**
The verdict on a state. Its problems come from nodes that don't answer and from findings, the most urgent first. Without
a problem, the verdict says that all nodes answer, and how old the data is. Among equal problems, the problem of the
node `focus` comes first.
*/
export function verdictOf(state: MonitorState, nowMs: number, focus?: NodeAddress): Verdict {
	const records = present(state.nodes);
	const isNoneUp = records.every(({failure}) => failure !== undefined);
	const [cause, ...others] = sharedProblems(problemsOf(state, records, nowMs, focus), isNoneUp);
	if (cause !== undefined) {
		return {severity: cause.severity, cause, others};
	}

	const connecting = records.filter(({reach}) => reach === 'connecting').map(({address}) => address);
	if (connecting.length > 0 || records.length === 0) {
		return {severity: 'unknown', connecting, of: state};
	}

	const old = oldData(records, nowMs);
	if (old !== undefined) {
		return {severity: 'unknown', connecting: [], of: state, old};
	}

	const oldestAtMs = Math.min(...records.map(({lastReplyAtMs}) => lastReplyAtMs ?? nowMs));
	return {
		severity: 'ok',
		answering: records.map(({address}) => address),
		ageMs: nowMs - oldestAtMs,
		notes: notesIn(state.findings),
		far: farthest(state.findings),
		...(state.suspicion && {suspicion: state.suspicion}),
		...(isReadingPeers(records, nowMs - state.startedAtMs) ? {isReadingPeers: true} : {}),
	};
}

/** The finding that explains why a node does not answer, such as a command that holds its main thread. */
export const outageReason = (state: MonitorState, node: NodeAddress): Finding | undefined =>
	isCalm(state.findings) ? undefined : beforeOutage(rankedFindings(state)).get(node);

/**
The nodes that are out of reach because of another finding, such as an OOM kill, a crash loop or a wrong REPLICAOF. That
finding is shown in place of the outage.
*/
const endedNodes = memoizeByRef((ranked: readonly JoinedFinding[]): ReadonlySet<NodeAddress | undefined> => {
	const ended = new Set(
		ranked
			.filter(
				({finding, causeKey}) =>
					finding.clearedAtMs === undefined &&
					causeKey === undefined &&
					finding.severity === 'critical' &&
					finding.effect === 'unreachable' &&
					!reachRules.has(finding.rule),
			)
			.map(({key}) => key),
	);
	return new Set([
		...ranked
			.filter(({finding, causeKey}) => causeKey !== undefined && ended.has(causeKey) && finding.rule === 'conn.refused')
			.map(({finding}) => finding.node),
		...mistakenPrimaries(ranked),
	]);
});

/** A problem with its urgency; 0 is the most urgent. */
type RankedProblem = NodeProblem & {readonly urgency: number};

/**
All problems, the most urgent first. Among equals, nodes that don't answer come first, then findings in the order of
`rankedFindings`.
*/
function problemsOf(
	state: MonitorState,
	records: readonly NodeRecord[],
	nowMs: number,
	focus: NodeAddress | undefined,
): readonly RankedProblem[] {
	const ranked = isCalm(state.findings) ? undefined : rankedFindings(state);
	const symptomsOf = ranked === undefined ? undefined : afterOutage(ranked);
	const reasons = ranked === undefined ? undefined : beforeOutage(ranked);
	const explained = ranked === undefined ? undefined : new Set([...endedNodes(ranked), ...misannounced(ranked)]);
	const unreached = records
		.flatMap(record => {
			const problem = reachProblem(record, state, nowMs);
			const reason = reasons?.get(record.address);
			if (problem === undefined || explained?.has(record.address) === true) {
				return [];
			}

			const noted = outageNote(record.address, state);
			const consequence = consequenceOf(record.address, problem.effect, symptomsOf?.get(record.address) ?? []);
			const felt = consequence?.severity === 'critical' ? consequence : undefined;
			const listed = outageSeverity(record, ranked ?? rankedFindings(state));
			return [
				{
					...problem,
					severity:
						felt === undefined && reason?.severity !== 'critical'
							? (listed ?? problem.severity)
							: ('critical' as const),
					...explainedPart(reason),
					consequence,
					note: noted?.text ?? problem.note,
					wholeNote: noted === undefined ? problem.wholeNote : noted.whole,
					urgency: Math.min(
						urgencyOf(problem, state.nodes),
						felt === undefined ? Infinity : urgencyOf(felt, state.nodes),
					),
					isFocused: record.address === focus,
				},
			];
		})
		.sort((one, other) => Number(other.isFocused) - Number(one.isFocused));
	const isGone = ({node}: NodeProblem) => node !== undefined && state.nodes.get(node)?.goneSinceMs !== undefined;
	const found = ranked === undefined ? [] : foundProblems(ranked, state.nodes);
	const isSaid = ({node, rule}: NodeProblem) =>
		node !== undefined && reasons?.get(node)?.rule === rule && unreached.some(problem => problem.node === node);
	return [...unreached, ...found.filter(problem => !isGone(problem) && !isSaid(problem))].sort(
		(one, other) => severityRank[other.severity] - severityRank[one.severity] || one.urgency - other.urgency,
	);
}

/**
The cause of a problem as a key. Nodes that fail to answer in the same way have the same cause. Primaries and replicas
have different causes, because their urgency differs.
*/
const causeOf = ({rule, failsBy = '', urgency}: RankedProblem): string => rule ?? `${failsBy} ${urgency}`;

/**
Joins the problems of several nodes that have one cause and one severity. Where no node answers, their roles do not matter.
*/
function sharedProblems(problems: readonly RankedProblem[], isNoneUp: boolean): readonly SharedProblem[] {
	const wayOf = (problem: RankedProblem) => (isNoneUp ? problem.failsBy : undefined) ?? causeOf(problem);
	const byCause = Map.groupBy(problems.entries(), ([index, problem]) =>
		problem.node === undefined ? index : `${wayOf(problem)} ${problem.severity}`,
	);
	return [...byCause.values()].flatMap(alike => {
		const [first] = alike;
		if (first === undefined) {
			return [];
		}

		const nodes = new Set(alike.flatMap(([, {node}]) => node ?? []));
		const otherNodes = [...nodes].filter(node => node !== first[1].node);
		return [{...first[1], cause: causeOf(first[1]), nodesToo: otherNodes.length, otherNodes}];
	});
}

/** The causes of severity warning or critical, each with the consequence that affects clients most. */
function foundProblems(ranked: readonly JoinedFinding[], nodes: MonitorState['nodes']): readonly RankedProblem[] {
	const symptomsOf = symptomsIn(ranked);
	return ranked.flatMap(({finding, severity, causeKey, key}): RankedProblem[] => {
		const isProblem =
			finding.clearedAtMs === undefined &&
			causeKey === undefined &&
			severity !== 'info' &&
			!reachRules.has(finding.rule);
		if (!isProblem) {
			return [];
		}

		const symptoms = symptomsOf.get(key) ?? [];
		const {problem, briefProblems, detail, reason, node, rule, effect, sinceMs, culprit} = finding;
		return [
			{
				problem,
				...(briefProblems && {briefProblems}),
				detail,
				reason,
				// A reason that names a user or a client says who causes the problem, as well as why.
				...(culprit === undefined || namesKind(reason, 'user') || namesKind(reason, 'client')
					? {}
					: {namesCulprit: true}),
				node,
				rule,
				effect,
				sinceMs,
				severity: severity === 'critical' ? 'critical' : 'warning',
				consequence: consequenceOf(node, effect, symptoms),
				explains: symptoms.map(symptom => symptom.rule),
				urgency: familyUrgency([finding, ...symptoms], nodes),
			},
		];
	});
}
