import {memoizeByRef, memoizeLast} from '../../../domain/memoize.js';
import type {BlindRule, Finding} from '../../../rules/finding.js';
import {findingText} from '../../../rules/finding.js';
import type {JoinedFinding} from '../../../rules/join-findings.js';
import {type FindingGroup, groupedFindings} from '../../../state/finding-groups.js';
import {rankedFindings} from '../../../state/verdict.js';
import {filterRows, sortRows} from '../../../text/list.js';
import type {PanelInput} from '../../panel.js';

/** Rules that could not be evaluated for the same reason, on one or more nodes. */
export type BlindRow = {
	readonly kind: 'blind';
	readonly key: string;
	readonly reason: BlindRule['reason'];
	/** Why the rules could not be evaluated; undefined when they have different explanations. */
	readonly why: string | undefined;
	readonly grant: string | undefined;
	readonly spots: readonly BlindRule[];
};

/**
One finding as a list row. `depth` is its level of indentation. Each of these adds one level: a cause above the finding,
an open group around it, and the open row of advice.
*/
export type OneFinding = {
	readonly kind: 'finding';
	readonly key: string;
	readonly entry: JoinedFinding;
	readonly depth: number;
};

/**
The row of a group: the findings of one rule on several nodes. Enter shows and hides these findings below the row.
*/
export type GroupRow = {
	readonly kind: 'group';
	readonly key: string;
	readonly group: FindingGroup;
	readonly isOpen: boolean;
	readonly depth: number;
};

/** The row that stands for all advice. Enter shows and hides the groups of advice below the row. */
export type AdviceRow = {
	readonly kind: 'advice';
	readonly key: string;
	readonly groups: readonly FindingGroup[];
	readonly isOpen: boolean;
};

export type FindingRow = OneFinding | GroupRow | AdviceRow | BlindRow;

const adviceKey = 'advice';

const reasonOrder: ReadonlyArray<BlindRule['reason']> = ['denied', 'absent', 'unseen', 'pending'];

/** The rows for rules that could not be evaluated: one for each missing ACL grant, and one for each other reason. */
export function blindRows(blindRules: readonly BlindRule[]): readonly BlindRow[] {
	const groups = new Map<string, BlindRule[]>();
	for (const spot of blindRules) {
		const key = spot.reason === 'denied' ? `blind denied ${spot.grant ?? spot.why}` : `blind ${spot.reason}`;
		const group = groups.get(key);
		if (group === undefined) {
			groups.set(key, [spot]);
		} else {
			group.push(spot);
		}
	}

	return [...groups]
		.map(([key, spots]): BlindRow => {
			const [first] = spots;
			const isOne = spots.every(({why}) => why === first?.why);
			return {
				kind: 'blind',
				key,
				reason: first?.reason ?? 'pending',
				why: isOne ? first?.why : undefined,
				grant: first?.grant,
				spots,
			};
		})
		.toSorted((a, b) => reasonOrder.indexOf(a.reason) - reasonOrder.indexOf(b.reason));
}

/**
The rows for rules that could not be evaluated. They are memoized, because a thousand nodes have tens of thousands of
such rules, and many states have the same `blindRules` array.
*/
const knownBlindRows = memoizeByRef(blindRows);

/** The ids of a row's rules, without repetitions. */
export const rulesOf = memoizeByRef(({spots}: BlindRow): readonly string[] => [
	...new Set(spots.map(({rule}) => rule)),
]);

export const nodesOf = memoizeByRef(({spots}: BlindRow): readonly string[] => [
	...new Set(spots.flatMap(({node}) => (node === undefined ? [] : [node as string]))),
]);

/** Every finding by itself, without groups. */
const singleRows = memoizeByRef((ranked: readonly JoinedFinding[]): readonly OneFinding[] =>
	ranked.map(entry => ({kind: 'finding', key: entry.key, entry, depth: 0})),
);

/** The findings, grouped by rule, as list rows. If there is advice of more than one kind, all advice is one row. */
function groupRows(groups: readonly FindingGroup[], isOpen: (key: string) => boolean): readonly FindingRow[] {
	const advice = groups.filter(({isAdvice}) => isAdvice);
	if (advice.length < 2) {
		return groups.flatMap(group => rowsOf(group, 0, isOpen));
	}

	const isAdviceOpen = isOpen(adviceKey);
	return [
		...groups.filter(({isAdvice, isEnded}) => !isAdvice && !isEnded).flatMap(group => rowsOf(group, 0, isOpen)),
		{kind: 'advice', key: adviceKey, groups: advice, isOpen: isAdviceOpen},
		...(isAdviceOpen ? advice.flatMap(group => rowsOf(group, 1, isOpen)) : []),
		...groups.filter(({isEnded}) => isEnded).flatMap(group => rowsOf(group, 0, isOpen)),
	];
}

/**
The rows of a group. A group with a single finding is shown as that finding. An open group is followed by its findings.
*/
function rowsOf(group: FindingGroup, above: number, isOpen: (key: string) => boolean): readonly FindingRow[] {
	const {key, first, entries, isConsequence} = group;
	const depth = above + Number(isConsequence);
	if (entries.length === 1) {
		return [{kind: 'finding', key: first.key, entry: first, depth}];
	}

	const row: GroupRow = {kind: 'group', key, group, isOpen: isOpen(key), depth};
	return row.isOpen
		? [row, ...entries.map((entry): OneFinding => ({kind: 'finding', key: entry.key, entry, depth: depth + 1}))]
		: [row];
}

const findingWords = ({finding}: JoinedFinding): string =>
	[
		finding.severity,
		finding.rule,
		finding.node,
		findingText(finding),
		finding.clearedAtMs === undefined ? 'active' : 'cleared',
	].join(' ');

const blindWords = (row: BlindRow): string =>
	['blind', row.reason, row.why, row.grant, ...rulesOf(row), ...nodesOf(row)].join(' ');

const filteredFindings = memoizeLast(([ranked, filter]: readonly [readonly JoinedFinding[], string]) =>
	filterRows(ranked, filter, findingWords),
);

/**
The rows of the list after filter and sort. In the default order the findings are grouped by rule, and a consequence
stands below its cause. All advice is folded into one row. A filter unfolds that row, so that every match is visible. In
every other order, findings are not grouped, and the rules that could not be evaluated stay last.
*/
export function shownRows({state, table}: Pick<PanelInput, 'state' | 'table'>): readonly FindingRow[] {
	const findings = filteredFindings([rankedFindings(state), table.filter]);
	const blind = filterRows(knownBlindRows(state.blindRules), table.filter, blindWords);
	const sortBy = (value: (finding: Finding) => string | number | undefined): readonly FindingRow[] => {
		const sorted = sortRows(singleRows(findings), ({entry}) => value(entry.finding), table.isInverted);
		return [...sorted, ...blind];
	};
	switch (table.sort) {
		case 'since':
			return sortBy(({sinceMs}) => sinceMs);
		case 'node':
			return sortBy(({node}) => node);
		case 'rule':
			return sortBy(({rule}) => rule);
		default: {
			const isOpen = (key: string) => table.opened.includes(key) || (key === adviceKey && table.filter !== '');
			const rows = [...groupRows(groupedFindings(findings), isOpen), ...blind];
			return table.isInverted ? rows.toReversed() : rows;
		}
	}
}

/** The row with the key `key`, even if the filter or the order of the list hides it. */
export function rowWith(input: Pick<PanelInput, 'state' | 'table'>, key: string): FindingRow | undefined {
	return (
		shownRows(input).find(row => row.key === key) ??
		singleRows(rankedFindings(input.state)).find(row => row.key === key) ??
		knownBlindRows(input.state.blindRules).find(row => row.key === key)
	);
}

/**
The finding of a row; for a group, its most urgent finding. Undefined for advice and for rules that could not be
evaluated.
*/
export function findingOfRow(row: FindingRow | undefined): Finding | undefined {
	switch (row?.kind) {
		case 'finding':
			return row.entry.finding;
		case 'group':
			return row.group.first.finding;
		default:
			return undefined;
	}
}
