import {type Severity, severityRank} from '../domain/finding.js';
import {memoizeByRef, memoizeLast} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import type {RuleId} from './all-rules.js';
import {allRules} from './all-rules.js';
import type {Explanation} from './explanation.js';
import {explanations, outages} from './explanations.js';
import {type Finding, findingKey} from './finding.js';

export type JoinedFinding = {
	readonly finding: Finding;
	readonly key: string;
	/**
	The key of the root cause of this finding. Undefined if the finding is itself a cause, or if no other finding explains
	it.
	*/
	readonly causeKey: string | undefined;
	/** The rule of the root cause; undefined where `causeKey` is undefined. */
	readonly causeRule: RuleId | undefined;
	/** The finding's severity. For a cause: the highest severity among itself and its symptoms. */
	readonly severity: Severity;
};

/** For each replica whose source is known, the node that it replicates from. */
export type PrimaryOf = ReadonlyMap<NodeAddress, NodeAddress>;

/**
Findings by rule and by node. Without this index, joining 5000 findings of 1000 nodes would read each finding about 100
times.
*/
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

	/** The symptoms of a cause, according to one row of the table. */
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

/**
Whether a finding does not depend on an incident: it has severity info, is advice about settings, or is a note on access
rights.
*/
const isStanding = ({rule, severity, adviceCost}: Finding): boolean =>
	severity === 'info' || adviceCost !== undefined || rule.startsWith('sec.');

/**
The findings that are tried as causes for a row of the table. In a row with `anywhere`, the first finding explains every
other one. The second is needed only to explain the first, so two findings are enough. Where `isSymptom` compares a
symptom with its cause, each finding may explain another one.
*/
const neededCauses = ({where, isSymptom}: Explanation, causes: readonly Finding[]): readonly Finding[] =>
	where === 'anywhere' && isSymptom === undefined ? causes.slice(0, 2) : causes;

/** The direct cause of each finding, by the first row that fits. A finding of severity info is never a cause. */
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
		const {isCause = () => true, isSymptom = () => true} = row;
		for (const cause of neededCauses(row, (possible.get(row.cause) ?? []).filter(isCause))) {
			for (const finding of index.symptomsOf(row, cause)) {
				// A finding that already explains `cause` cannot be a symptom of `cause` as well.
				if (
					finding !== cause &&
					isSymptom(finding, cause) &&
					!explained.has(finding) &&
					explained.get(cause) !== finding
				) {
					explained.set(finding, cause);
				}
			}
		}
	}

	return explained;
}

/**
The root cause of a finding: follows direct causes until a finding has no cause. If the causes form a circle, the root
is the finding where the search entered the circle.
*/
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

/**
Rules whose findings another finding may explain. Only findings of severity info are looked up here. The entry `*` never
stands for such a finding, so it does not matter here.
*/
const explainedRules: ReadonlySet<string> = new Set(explanations.flatMap(({symptoms}) => symptoms));

/**
Whether a finding is a lone note: it has severity info and no effect, and no other finding can be its cause or its
symptom. All lone notes are equally urgent.
*/
const isLoneNote = ({severity, effect, rule, clearedAtMs}: Finding): boolean =>
	severity === 'info' &&
	effect === undefined &&
	clearedAtMs === undefined &&
	!explainedRules.has(rule) &&
	!outages.includes(rule);

const aloneIn = memoizeByRef((finding: Finding): JoinedFinding => joinedAlone(finding));

function joinedAlone(finding: Finding): JoinedFinding {
	const {severity} = finding;
	return {finding, key: findingKey(finding), causeKey: undefined, causeRule: undefined, severity};
}

/**
The lone notes in the order of the rules. 1,000 nodes have 3,000 lone notes, which hardly ever change, so their sorted
list is kept until they do.
*/
const inOrderOfRules = memoizeLast((notes: readonly Finding[]) =>
	notes.toSorted((one, other) => orderOf(one) - orderOf(other)).map(aloneIn),
);

/** A cause with its symptoms. */
type Family = {
	readonly root: Finding;
	readonly severity: Severity;
	/** The cause and its symptoms. */
	readonly members: readonly Finding[];
	/** What `urgencyOf` returns for the members. A family with a lower number is more urgent. */
	readonly urgency: number;
};

function joinedFamily({root, severity, members}: Family): JoinedFinding[] {
	const rootKey = findingKey(root);
	return members.map(finding =>
		finding === root
			? {finding, key: rootKey, causeKey: undefined, causeRule: undefined, severity}
			: {finding, key: findingKey(finding), causeKey: rootKey, causeRule: root.rule, severity: finding.severity},
	);
}

/** Merges families and lone notes into one order. Each of the two lists is already in order. */
function merged(
	families: readonly Family[],
	notes: readonly JoinedFinding[],
	isBefore: (family: Family, note: Finding) => boolean,
): JoinedFinding[] {
	const joined: JoinedFinding[] = [];
	let next = 0;
	for (const note of notes) {
		for (let family = families[next]; family !== undefined && isBefore(family, note.finding); family = families[next]) {
			joined.push(...joinedFamily(family));
			next += 1;
		}

		joined.push(note);
	}

	return [...joined, ...families.slice(next).flatMap(joinedFamily)];
}

/** A cause followed by its symptoms, the most severe first. */
const inFamily = (members: readonly Finding[], root: Finding): readonly Finding[] =>
	members.toSorted(
		(a, b) =>
			Number(b === root) - Number(a === root) ||
			severityRank[b.severity] - severityRank[a.severity] ||
			orderOf(a) - orderOf(b),
	);

/**
Joins findings to their causes and ranks them. The cause with the most severe symptoms comes first, followed by its
symptoms. Ended findings come last. Among equals, the lowest `urgencyOf` among the cause and its symptoms decides, then
the order of the rules.

@param urgencyOf Has to be equal for all lone notes, because it is called for the first lone note only.
*/
export function joinFindings(
	findings: readonly Finding[],
	primaryOf: PrimaryOf,
	rows: readonly Explanation[] = explanations,
	urgencyOf: (family: readonly Finding[]) => number = () => 0,
): readonly JoinedFinding[] {
	const notes = rows === explanations ? findings.filter(isLoneNote) : [];
	const lone = new Set(notes);
	const active = findings.filter(finding => finding.clearedAtMs === undefined && !lone.has(finding));
	const causes = directCauses(active, rows, primaryOf);
	const families = new Map<Finding, {severity: Severity; members: Finding[]}>();
	for (const finding of active) {
		const root = rootOf(finding, causes);
		const family = families.get(root) ?? {severity: 'info', members: []};
		family.severity = worse(family.severity, finding.severity);
		family.members.push(finding);
		families.set(root, family);
	}

	const ranked = [...families].map(([root, {severity, members}]): Family => {
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
	const urgencyOfNotes = notes[0] === undefined ? 0 : urgencyOf([notes[0]]);
	const joined = merged(
		ranked,
		inOrderOfRules(notes),
		({root, severity, urgency}, note) =>
			severity !== 'info' || urgency < urgencyOfNotes || (urgency === urgencyOfNotes && orderOf(root) < orderOf(note)),
	);
	return [...joined, ...ended.map(joinedAlone)];
}
