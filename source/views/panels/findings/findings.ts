import {memoizeByRef} from '../../../domain/memoize.js';
import {causeCounts} from '../../../state/cause-counts.js';
import {groupedFindings} from '../../../state/finding-groups.js';
import type {MonitorState} from '../../../state/monitor-state.js';
import {rankedFindings} from '../../../state/verdict.js';
import {type Line, span} from '../../../text/line.js';
import {sanitize} from '../../../text/sanitize.js';
import {wrapWhole} from '../../../text/wrap-words.js';
import {filterTitle, listBody} from '../../list-body.js';
import type {Panel, PanelInput, Rect, SortKey} from '../../panel.js';
import {plainBox, titleParts} from '../../panel-box.js';
import {findingColumns} from './findings-columns.js';
import {rowFacts} from './findings-facts.js';
import {type FindingRow, findingOfRow, rowWith, shownRows} from './findings-rows.js';

const sortKeys: readonly SortKey[] = [
	{id: 'severity', title: 'worst first'},
	{id: 'since', title: 'newest first'},
	{id: 'node', title: 'node'},
	{id: 'rule', title: 'rule'},
];

/**
Least width of the labels of an explanation, in cells. Ids of rules are labels too. If an id is longer, the column of
labels is wider.
*/
const leastLabelWidth = 13;
/** Least height of the panel for showing an explanation below the list, in lines. */
const fewestRowsForFacts = 10;
/** Least height of the list above the explanation, in lines. */
const listRows = 5;

/**
Panel 9: the findings by rule, each cause with its consequences, the explanation of the selected row, and the rules that
could not be evaluated.
*/
export const findingsPanel: Panel = {
	id: 'findings',
	interests: [],
	commands: [],
	sortKeys,
	rowKeys: input => shownRows(input).map(({key}) => key),
	draw: (input, rect) => plainBox(findingsPanel, input, rect, room => content(input, room)),
	clientOf(input, rowKey) {
		const finding = findingOfRow(rowWith(input, rowKey));
		const {client, command, node} = finding?.culprit ?? {};
		const at = node ?? finding?.node;
		return client === undefined && command === undefined
			? undefined
			: {node: at, address: client?.name, name: client?.name, command: command?.toLowerCase()};
	},
	rowTitle: 'Finding',
	isFoldable(input, rowKey) {
		const row = rowWith(input, rowKey);
		return row?.kind === 'group' || row?.kind === 'advice';
	},
	details(input, rowKey) {
		const row = rowWith(input, rowKey);
		return row === undefined ? undefined : rowFacts(row, input, userOf(input.state));
	},
};

const userOf = ({user}: MonitorState): string => (user === undefined ? 'default' : sanitize(user));

function content(input: PanelInput, room: Rect) {
	const {state, table, glyphs, nowMs} = input;
	const rows = shownRows(input);
	const facts = factLines(input, rows, room);
	const sort = sortKeys.find(({id}) => id === table.sort) ?? sortKeys[0];
	const list = listBody(
		{
			columns: findingColumns(input, userOf(state), room.width),
			rows,
			keyOf: ({key}: FindingRow) => key,
			nodeOf: row => findingOfRow(row)?.node,
			sort: {id: sort?.id ?? 'severity', isInverted: table.isInverted},
			table,
			whenEmpty: 'No findings, and every rule could be evaluated.',
			glyphs,
		},
		{width: room.width, height: room.height - facts.length},
	);
	const blank = Math.max(0, room.height - facts.length - list.lines.length);
	return {
		title: titleParts(counts(state, nowMs), alertCounts(state), `sort ${sort?.title ?? ''}`, filterTitle(table)),
		right: list.range,
		lines: [...list.lines, ...Array.from({length: facts.length === 0 ? 0 : blank}, (): Line => []), ...facts],
	};
}

/** The explanation of the selected row. It takes as many lines as it needs, while the list keeps its least height. */
function factLines(input: PanelInput, rows: readonly FindingRow[], {width, height}: Rect): readonly Line[] {
	const selected = rows.find(({key}) => key === input.table.selectedKey) ?? rows[0];
	if (selected === undefined || height < fewestRowsForFacts) {
		return [];
	}

	const facts = rowFacts(selected, input, userOf(input.state));
	const labelWidth = Math.max(leastLabelWidth, ...facts.map(([label]) => label.length + 1));
	const wrapped = facts.flatMap(([label, value]) =>
		wrapWhole(value, Math.max(10, width - labelWidth - 2)).map(
			(text, index): Line => [span(` ${(index === 0 ? label : '').padEnd(labelWidth)}`, 'label'), span(text)],
		),
	);
	const most = height - Math.min(rows.length, listRows) - 1;
	const rule: Line = [span(` ${input.glyphs.horizontal.repeat(Math.max(0, width - 2))}`, 'border')];
	const lines = Math.max(0, most - 1);
	if (wrapped.length <= lines) {
		return [rule, ...wrapped];
	}

	const hidden = wrapped.length - lines + 1;
	const more = `${input.glyphs.ellipsis} ${hidden} more lines: Enter shows all`;
	return [rule, ...wrapped.slice(0, Math.max(0, lines - 1)), [span(` ${''.padEnd(labelWidth)}`), span(more, 'dim')]];
}

const blindCount = memoizeByRef((blind: MonitorState['blindRules']) => new Set(blind.map(({rule}) => rule)).size);

/**
The number of redis-top's alerts in Alertmanager by state: `3 fire, 1 silenced`. Undefined without `--alertmanager`.
*/
function alertCounts({alerting}: MonitorState): string | undefined {
	if (alerting === undefined) {
		return undefined;
	}

	const states = [...alerting.states.values()];
	const silenced = states.filter(state => state === 'silenced').length;
	const firing = states.filter(state => state === 'fires').length;
	return alerting.problem === undefined
		? `${firing} fire${silenced === 0 ? '' : `, ${silenced} silenced`}`
		: 'no Alertmanager';
}

/**
`!! 1  ! 2  following 4  i 3  ? 12`: the causes that hold by severity, the findings that follow from them, the kinds of
advice, and the number of rules that could not be evaluated.
*/
function counts(state: MonitorState, nowMs: number): string {
	const causes = causeCounts(state, nowMs);
	const advice = groupedFindings(rankedFindings(state)).filter(({isAdvice}) => isAdvice).length;
	const blind = blindCount(state.blindRules);
	const following = rankedFindings(state).filter(
		({causeKey, finding}) => causeKey !== undefined && finding.clearedAtMs === undefined,
	).length;
	const parts: ReadonlyArray<readonly [string, number]> = [
		['!!', causes.critical],
		['!', causes.warning],
		['following', following],
		['i', advice],
		['?', blind],
	];
	return titleParts(...parts.map(([glyph, many]) => (many === 0 ? undefined : `${glyph} ${many}`)));
}
