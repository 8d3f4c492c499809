import {type Severity, severityRank} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import type {RuleId} from './all-rules.js';
import {allRules} from './all-rules.js';
import {type Explanation, explanations, outages} from './explanations.js';
import {type Finding, findingKey} from './finding.js';

export type JoinedFinding = {
	readonly finding: Finding;
	readonly key: string;
	/** The key of the finding that explains it in the end; undefined: it is a cause, or nothing explains it. */
	readonly causeKey: string | undefined;
	/** The rule of that finding. */
	readonly causeRule: RuleId | undefined;
	/** Of a cause: the highest severity among itself and what follows from it. */
	readonly severity: Severity;
};

/** The node that each replica replicates from, as far as it is known. */
export type PrimaryOf = ReadonlyMap<NodeAddress, NodeAddress>;

/** Findings by rule and by node. Without it, five thousand findings of a thousand nodes are gone through a hundred times each. */
class FindingIndex {
	readonly #byRule: ReadonlyMap<RuleId, readonly Finding[]>;
	readonly #byNode: ReadonlyMap<NodeAddress | undefined, readonly Finding[]>;
	readonly #followers: ReadonlyMap<NodeAddress, readonly NodeAddress[]>;
	readonly #primaryOf: PrimaryOf;

	constructor(findings: readonly Finding[], primaryOf: PrimaryOf) {
		this.#byRule = Map.groupBy(findings, ({rule}) => rule);
		this.#byNode = Map.groupBy(findings, ({node}) => node);
		this.#primaryOf = primaryOf;
		const followers = new Map<NodeAddress, NodeAddress[]>();
		for (const [replica, primary] of primaryOf) {
			const known = followers.get(primary);
			if (known === undefined) {
				followers.set(primary, [replica]);
			} else {
				known.push(replica);
			}
		}

		this.#followers = followers;
	}

	/** The findings that follow from a cause, by a row of the table. */
	symptomsOf({where, symptoms}: Explanation, cause: Finding): readonly Finding[] {
		if (where === 'anywhere') {
			return symptoms.flatMap(rule => (rule === '*' ? [] : (this.#byRule.get(rule) ?? [])));
		}

		const isSymptom = (finding: Finding) =>
			symptoms.some(
				symptom =>
					symptom === finding.rule || (symptom === '*' && !outages.includes(finding.rule) && !isStanding(finding)),
			);
		return this.#nodesAt(where, cause.node).flatMap(node => (this.#byNode.get(node) ?? []).filter(isSymptom));
	}

	#nodesAt(where: Exclude<Explanation['where'], 'anywhere'>, node: NodeAddress | undefined): readonly NodeAddress[] {
		if (node === undefined) {
			return [];
		}

		if (where === 'replicas') {
			return this.#followers.get(node) ?? [];
		}

		const there = where === 'here' ? node : this.#primaryOf.get(node);
		return there === undefined ? [] : [there];
	}
}

/** Notes that do not depend on an incident: info, advice about settings, and who may do what. */
const isStanding = ({rule, severity, adviceCost}: Finding): boolean =>
	severity === 'info' || adviceCost !== undefined || rule.startsWith('sec.');

/** Where findings anywhere follow from a cause, its first finding explains all but itself, and the second explains the first. */
const neededCauses = ({where}: Explanation, causes: readonly Finding[]): readonly Finding[] =>
	where === 'anywhere' ? causes.slice(0, 2) : causes;

/** The finding that explains each, by the first row that fits. A finding of severity info explains nothing. */
function directCauses(
	findings: readonly Finding[],
	rows: readonly Explanation[],
	primaryOf: PrimaryOf,
): Map<Finding, Finding> {
	const explained = new Map<Finding, Finding>();
	const possible = Map.groupBy(
		findings.filter(({severity}) => severity !== 'info'),
		({rule}) => rule,
	);
	if (possible.size === 0) {
		return explained;
	}

	const index = new FindingIndex(findings, primaryOf);
	for (const row of rows) {
		const {isCause = () => true} = row;
		for (const cause of neededCauses(row, possible.get(row.cause) ?? []).filter(isCause)) {
			for (const finding of index.symptomsOf(row, cause)) {
				// What a finding explains is not its cause as well.
				if (finding !== cause && !explained.has(finding) && explained.get(cause) !== finding) {
					explained.set(finding, cause);
				}
			}
		}
	}

	return explained;
}

/** Follows the causes up to the one that nothing explains. A circle ends where it was entered. */
function rootOf(finding: Finding, causes: ReadonlyMap<Finding, Finding>): Finding {
	if (!causes.has(finding)) {
		return finding;
	}

	const seen = new Set<Finding>();
	let current = finding;
	for (
		let next = causes.get(current);
		next !== undefined && !seen.has(next) && next !== finding;
		next = causes.get(current)
	) {
		seen.add(current);
		current = next;
	}

	return current;
}

const ruleOrder: ReadonlyMap<string, number> = new Map(allRules.map(({id}, index) => [id, index]));
const orderOf = ({rule}: Finding): number => ruleOrder.get(rule) ?? ruleOrder.size;
const worse = (one: Severity, other: Severity): Severity => (severityRank[one] >= severityRank[other] ? one : other);

/** The cause first, then what follows from it, the most severe first. */
const inFamily = (members: readonly Finding[], root: Finding): readonly Finding[] =>
	members.toSorted(
		(a, b) =>
			Number(b === root) - Number(a === root) ||
			severityRank[b.severity] - severityRank[a.severity] ||
			orderOf(a) - orderOf(b),
	);

/**
The findings joined to their causes and ranked: the cause with the most severe consequences first, what follows from it
behind it, then what has ended. Among equals the lower `urgencyOf` the cause and its symptoms goes first, then the order
of the rules.
*/
export function joinFindings(
	findings: readonly Finding[],
	primaryOf: PrimaryOf,
	rows: readonly Explanation[] = explanations,
	urgencyOf: (family: readonly Finding[]) => number = () => 0,
): readonly JoinedFinding[] {
	const active = findings.filter(({clearedAtMs}) => clearedAtMs === undefined);
	const causes = directCauses(active, rows, primaryOf);
	const families = new Map<Finding, {severity: Severity; members: Finding[]}>();
	for (const finding of active) {
		const root = rootOf(finding, causes);
		const family = families.get(root) ?? {severity: 'info', members: []};
		family.severity = worse(family.severity, finding.severity);
		family.members.push(finding);
		families.set(root, family);
	}

	const ranked = [...families].map(([root, {severity, members}]) => {
		const inOrder = members.length === 1 ? members : inFamily(members, root);
		return {root, severity, members: inOrder, urgency: urgencyOf(inOrder)};
	});
	ranked.sort(
		(a, b) =>
			severityRank[b.severity] - severityRank[a.severity] ||
			a.urgency - b.urgency ||
			(a.members[0] === undefined || b.members[0] === undefined ? 0 : orderOf(a.members[0]) - orderOf(b.members[0])),
	);
	const ended = findings
		.filter(({clearedAtMs}) => clearedAtMs !== undefined)
		.toSorted((a, b) => (b.clearedAtMs ?? 0) - (a.clearedAtMs ?? 0));
	return [
		...ranked.flatMap(({root, severity, members}) => {
			const rootKey = findingKey(root);
			return members.map(finding =>
				finding === root
					? {finding, key: rootKey, causeKey: undefined, causeRule: undefined, severity}
					: {finding, key: findingKey(finding), causeKey: rootKey, causeRule: root.rule, severity: finding.severity},
			);
		}),
		...ended.map(finding => ({
			finding,
			key: findingKey(finding),
			causeKey: undefined,
			causeRule: undefined,
			severity: finding.severity,
		})),
	];
}
