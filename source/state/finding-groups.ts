import type {Severity} from '../domain/finding.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {ShowName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {TextLength} from '../domain/statement.js';
import type {RuleId} from '../rules/all-rules.js';
import {type Finding, findingText} from '../rules/finding.js';
import type {JoinedFinding} from '../rules/join-findings.js';
import {findingLine} from './verdict-text.js';

/** The findings of one rule, of one severity and with one cause, on one or more nodes. */
export type FindingGroup = {
	readonly key: string;
	readonly rule: RuleId;
	readonly severity: Severity;
	/** The first of `entries`. Its evidence and its next steps are shown for the group. */
	readonly first: JoinedFinding;
	/** The findings in the order of `rankedFindings`; at least one. */
	readonly entries: readonly JoinedFinding[];
	/**
	The nodes that the findings are about, each once: replicas that lost their primary, without the primary. For findings
	of the whole deployment, the nodes that they name.
	*/
	readonly nodes: readonly NodeAddress[];
	/** Whether the findings are consequences of the findings of another group. That group then stands above this one. */
	readonly isConsequence: boolean;
	readonly isEnded: boolean;
	/**
	Whether the findings are notes. A note is a finding of severity info that still holds and is no consequence of another
	finding. That a node refuses connections is no note: line 2 of the screen may tell of it.
	*/
	readonly isAdvice: boolean;
};

/**
Groups findings by rule, severity and cause. The groups keep the order of the findings: a cause first, then what follows
from it, and ended findings last.

@param ranked Findings as `rankedFindings` returns them.
*/
export const groupedFindings = memoizeByRef((ranked: readonly JoinedFinding[]): readonly FindingGroup[] => {
	const causes = new Map(ranked.filter(({causeKey}) => causeKey === undefined).map(entry => [entry.key, entry]));
	const families = new Map<string, Map<string, JoinedFinding[]>>();
	for (const entry of ranked) {
		const root = (entry.causeKey === undefined ? undefined : causes.get(entry.causeKey)) ?? entry;
		const familyKey = nameOf(root);
		const family = families.get(familyKey) ?? new Map<string, JoinedFinding[]>();
		families.set(familyKey, family);
		const key = root === entry ? familyKey : `${familyKey} > ${nameOf(entry)}`;
		const known = family.get(key);
		if (known === undefined) {
			family.set(key, [entry]);
		} else {
			known.push(entry);
		}
	}

	return [...families.values()].flatMap(family => [...family].flatMap(([key, entries]) => groupOf(key, entries) ?? []));
});

const nameOf = ({finding: {rule, clearedAtMs}, severity}: JoinedFinding): string =>
	`${rule} ${severity}${clearedAtMs === undefined ? '' : ' ended'}`;

function groupOf(key: string, entries: readonly JoinedFinding[]): FindingGroup | undefined {
	const [first] = entries;
	if (first === undefined) {
		return undefined;
	}

	const {finding, severity, causeKey} = first;
	const isEnded = finding.clearedAtMs !== undefined;
	return {
		key: `group ${key}`,
		rule: finding.rule,
		severity,
		first,
		entries,
		nodes: [...new Set(entries.flatMap(({finding: {node, nodes = []}}) => node ?? nodes))],
		isConsequence: causeKey !== undefined,
		isEnded,
		isAdvice: severity === 'info' && causeKey === undefined && !isEnded && finding.rule !== 'conn.refused',
	};
}

/**
The longest text length (long, middle or short) at which all these findings have the same text; undefined when even
their short texts differ.
*/
function commonLength(findings: readonly Finding[]): TextLength | undefined {
	const [first] = findings;
	return (['long', 'middle', 'short'] as const).find(length => {
		const text = first === undefined ? '' : findingText(first, length);
		return findings.every(finding => findingText(finding, length) === text);
	});
}

/**
The text of several findings of one rule. If all findings have the same text, it is that text without the nodes.
Otherwise it is the first finding's text and the number of the other findings: `:6379 memory at 99% of maxmemory; 2
more`. The node is named unless all findings are of one node.
@param length The longest text length at which the findings have the same text. By default it is computed.
*/
export function sharedText(
	findings: readonly Finding[],
	show?: ShowName,
	length: TextLength | undefined = commonLength(findings),
): string {
	const [first] = findings;
	if (first === undefined) {
		return '';
	}

	if (length !== undefined) {
		const text = findingText(first, length, show);
		return findings.every(({node}) => node === first.node) ? text : text.replace(/\bits primary\b/, 'their primary');
	}

	const isOfOneNode = findings.every(({node}) => node === first.node);
	const text = isOfOneNode ? findingText(first, 'long', show) : findingLine(first, 'long', show);
	return `${text}; ${findings.length - 1} more`;
}

const findingsOf = memoizeByRef(({entries}: FindingGroup) => entries.map(({finding}) => finding));
const commonLengthOf = memoizeByRef((group: FindingGroup) => commonLength(findingsOf(group)));

/** The text of a group of findings, as `sharedText` makes it. */
export const groupText = (group: FindingGroup, show?: ShowName): string =>
	sharedText(findingsOf(group), show, commonLengthOf(group));
