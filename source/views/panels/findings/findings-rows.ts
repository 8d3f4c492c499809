import {memoizeByRef} from '../../../domain/memoize.js';
import type {BlindRule} from '../../../rules/finding.js';
import {findingText} from '../../../rules/finding.js';
import type {JoinedFinding} from '../../../rules/join-findings.js';
import type {MonitorState} from '../../../state/monitor-state.js';
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

export type FindingRow = {readonly kind: 'finding'; readonly key: string; readonly entry: JoinedFinding} | BlindRow;

const reasonOrder: ReadonlyArray<BlindRule['reason']> = ['denied', 'absent', 'unseen', 'pending'];

/** The rows for rules that could not be evaluated: one for each missing grant, and one for each other reason. */
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
The rows for rules that could not be evaluated. They are memoized, because many states share one list, and a thousand
nodes have tens of thousands of such rules.
*/
const knownBlindRows = memoizeByRef(blindRows);

/** The ids of a row's rules, each once. */
export const rulesOf = memoizeByRef(({spots}: BlindRow): readonly string[] => [
	...new Set(spots.map(({rule}) => rule)),
]);

export const nodesOf = memoizeByRef(({spots}: BlindRow): readonly string[] => [
	...new Set(spots.flatMap(({node}) => (node === undefined ? [] : [node as string]))),
]);

export const allRows = memoizeByRef((state: MonitorState): readonly FindingRow[] => [
	...rankedFindings(state).map((entry): FindingRow => ({kind: 'finding', key: entry.key, entry})),
	...knownBlindRows(state.blindRules),
]);

const rowText = (row: FindingRow): string =>
	row.kind === 'blind'
		? ['blind', row.reason, row.why, row.grant, ...rulesOf(row), ...nodesOf(row)].join(' ')
		: [
				row.entry.finding.severity,
				row.entry.finding.rule,
				row.entry.finding.node,
				findingText(row.entry.finding),
				row.entry.finding.clearedAtMs === undefined ? 'active' : 'cleared',
			].join(' ');

/**
The rows of the list after filter and sort. In the default order a consequence stands below its cause. In every other
order the rules that could not be evaluated stay last.
*/
export function shownRows({state, table}: PanelInput): readonly FindingRow[] {
	const rows = filterRows(allRows(state), table.filter, rowText);
	const sortBy = (value: (row: Extract<FindingRow, {kind: 'finding'}>) => string | number | undefined) =>
		sortRows(rows, row => (row.kind === 'blind' ? undefined : value(row)), table.isInverted);
	switch (table.sort) {
		case 'since':
			return sortBy(({entry}) => entry.finding.sinceMs);
		case 'node':
			return sortBy(({entry}) => entry.finding.node);
		case 'rule':
			return sortBy(({entry}) => entry.finding.rule);
		default:
			return table.isInverted ? rows.toReversed() : rows;
	}
}
