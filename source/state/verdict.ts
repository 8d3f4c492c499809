import type {Severity} from '../domain/finding.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import type {RuleId} from '../rules/all-rules.js';
import {explanations} from '../rules/explanations.js';
import {type Finding, findingText} from '../rules/finding.js';
import {type JoinedFinding, joinFindings, type PrimaryOf} from '../rules/join-findings.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import type {MonitorState, NodeRecord} from './monitor-state.js';
import {type NodeProblem, shortAge, shortenings, worstProblem} from './node-problem.js';

export {reachWords, shortAge} from './node-problem.js';

/** The state of a deployment in a line. */
export type Verdict = {
	/** `unknown`: nothing has answered yet. */
	readonly severity: Severity | 'ok' | 'unknown';
	/** The cause, not its symptoms: `10.0.1.21:6379 refuses connections: nothing listens on the port (last data …)`. */
	readonly words: string;
	/** The same with less and less of it, for narrow screens. */
	readonly shorter: readonly string[];
	/** How many more nodes have just this. */
	readonly nodesToo: number;
	/** The other causes, the worst first. */
	readonly others: readonly OtherCause[];
};

/** A cause beside the worst one, in few words and without what counts every second. */
export type OtherCause = {
	readonly severity: 'warning' | 'critical';
	readonly words: string;
	readonly nodesToo: number;
};

/** What these rules find, a node's reach says with its durations of now. */
const reachRules: ReadonlySet<RuleId> = new Set<RuleId>([
	'conn.refused',
	'conn.unreachable',
	'conn.unresponsive',
	'conn.refusing',
	'conn.auth',
	'conn.stale',
	'srv.loading',
	'srv.busy',
]);

const joined = new WeakMap<MonitorState, readonly JoinedFinding[]>();

/** The findings, causes first, each followed by what it explains, the worst at the top. Made once a state. */
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

/** One that is gone is no trouble any more. */
const present = memoizeByRef((nodes: MonitorState['nodes']): readonly NodeRecord[] =>
	[...nodes.values()].filter(({goneSinceMs}) => goneSinceMs === undefined),
);

/** The order of equals, here as on line 2: primaries out of reach, writes that are refused, other nodes out of reach, the rest. */
const familyWeight =
	({nodes}: MonitorState) =>
	(family: readonly Finding[]): number => {
		const [cause] = family;
		const isReach = cause !== undefined && reachRules.has(cause.rule);
		if (isReach && cause.node !== undefined && nodes.get(cause.node)?.role === 'primary') {
			return 0;
		}

		return family.some(refusesWrites) ? 1 : isReach ? 2 : 3;
	};

const refusesWrites = (finding: Finding): boolean => findingText(finding).startsWith('refuses writes');

/** Info explains nothing, so that it doesn't matter then who copies from whom. */
const joinedNotes = memoizeByRef((findings: readonly Finding[]) => joinFindings(findings, new Map()));

const joinedIn = (state: MonitorState): readonly JoinedFinding[] =>
	joinFindings(state.findings, primaries(state.nodes), explanations, familyWeight(state));

function primaries(nodes: MonitorState['nodes']): PrimaryOf {
	// By a primary's own list first: a replica that has not answered yet says nothing.
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
The worst that is wrong, its cause first: nodes that don't answer, then what the rules found; or that all answer, and how
old the data is. `focus` is named first among equals.
*/
export function verdictOf(state: MonitorState, nowMs: number, focus?: NodeAddress): Verdict {
	const records = present(state.nodes);
	const [worst, ...others] = joinedProblems(problemsOf(state, records, nowMs, focus));
	if (worst !== undefined) {
		const {severity, words, shorter, nodesToo} = worst;
		return {
			severity,
			words,
			shorter,
			nodesToo,
			others: others.map(({severity: bad, brief, nodesToo: too}) => ({severity: bad, words: brief, nodesToo: too})),
		};
	}

	const connecting = records.filter(({reach}) => reach === 'connecting');
	const [first] = connecting;
	if (first === undefined && records.length > 0) {
		const words = healthyWords(records, nowMs);
		const notes = notesIn(state.findings);
		return {
			severity: 'ok',
			words: notes === 0 ? words : `${words}, ${notes} ${notes === 1 ? 'note' : 'notes'} (9)`,
			shorter: [words],
			nodesToo: 0,
			others: [],
		};
	}

	const names = first === undefined ? state.target : first.address;
	const more = connecting.length > 1 ? ` and ${connecting.length - 1} more` : '';
	const words = `connecting to ${names}${more}`;
	return {severity: 'unknown', words, shorter: [], nodesToo: 0, others: []};
}

/** The worst first: primaries that don't answer, writes that are refused, other nodes that don't answer, then what was found. */
function problemsOf(
	state: MonitorState,
	records: readonly NodeRecord[],
	nowMs: number,
	focus: NodeAddress | undefined,
): readonly NodeProblem[] {
	const unreached = records
		.flatMap(record => {
			const problem = worstProblem(record, state, nowMs);
			return problem === undefined ? [] : [{...problem, weight: weightOf(record, focus)}];
		})
		.sort((a, b) => a.weight - b.weight);
	const isGone = ({node}: NodeProblem) => node !== undefined && state.nodes.get(node)?.goneSinceMs !== undefined;
	const ranked = isCalm(state.findings) ? [] : rankedFindings(state);
	const refusals = ranked.filter(({causeKey, finding}) => causeKey !== undefined && refusesWrites(finding));
	const found = ranked.flatMap(entry => foundProblem(entry, refusals) ?? []).filter(problem => !isGone(problem));
	const isOfPrimary = ({node}: NodeProblem) => node !== undefined && state.nodes.get(node)?.role === 'primary';
	const ordered: readonly NodeProblem[] = [
		...unreached.filter(isOfPrimary),
		...found.filter(({stopsWrites}) => stopsWrites === true),
		...unreached.filter(problem => !isOfPrimary(problem)),
		...found.filter(({stopsWrites}) => stopsWrites !== true),
	];
	return [
		...ordered.filter(({severity}) => severity === 'critical'),
		...ordered.filter(({severity}) => severity === 'warning'),
	];
}

/** What was found alike on several nodes is one cause. */
function joinedProblems(problems: readonly NodeProblem[]): ReadonlyArray<NodeProblem & {readonly nodesToo: number}> {
	const byCause = new Map<string, NodeProblem[]>();
	for (const [index, problem] of problems.entries()) {
		const {rule, node, severity} = problem;
		const key = rule === undefined || node === undefined ? String(index) : `${rule} ${severity}`;
		const alike = byCause.get(key);
		if (alike === undefined) {
			byCause.set(key, [problem]);
		} else {
			alike.push(problem);
		}
	}

	return [...byCause.values()].flatMap(alike => {
		const [first] = alike;
		return first === undefined ? [] : [{...first, nodesToo: new Set(alike.map(({node}) => node)).size - 1}];
	});
}

/** A cause that is worse than info, with the writes that are refused for it. */
function foundProblem(entry: JoinedFinding, refusals: readonly JoinedFinding[]): NodeProblem | undefined {
	const {finding, severity, causeKey, key} = entry;
	const isProblem =
		finding.clearedAtMs === undefined && causeKey === undefined && severity !== 'info' && !reachRules.has(finding.rule);
	if (!isProblem) {
		return undefined;
	}

	const cause = findingWords(finding);
	// What clients feel of it stands beside the cause.
	const result = refusals.find(other => other.causeKey === key && other.finding.node === finding.node);
	const clauses = shortenings(cause);
	const brief = result === undefined ? (clauses.at(-1) ?? cause) : `${finding.node} refuses writes`;
	return {
		node: finding.node,
		severity: severity === 'critical' ? 'critical' : 'warning',
		words: result === undefined ? cause : `${cause}; it ${findingText(result.finding)}`,
		shorter: result === undefined ? clauses : [...clauses, brief],
		brief,
		rule: finding.rule,
		stopsWrites: result !== undefined || refusesWrites(finding),
	};
}

/** `10.0.1.11:6379 memory at 91% of maxmemory`. */
export const findingWords = (finding: Finding): string =>
	finding.node === undefined ? findingText(finding) : `${finding.node} ${findingText(finding)}`;

/** Primaries before the rest, the node in focus before its equals. */
const weightOf = ({role, address}: NodeRecord, focus: NodeAddress | undefined): number =>
	(role === 'primary' ? 0 : 2) + (address === focus ? 0 : 1);

function healthyWords(records: readonly NodeRecord[], nowMs: number): string {
	const oldest = Math.min(...records.map(({lastReplyAtMs}) => lastReplyAtMs ?? nowMs));
	const who = records.length === 1 ? `${records[0]?.address} answers` : `${records.length} nodes answer`;
	return `${who}, data ${shortAge(nowMs - oldest)} old`;
}
