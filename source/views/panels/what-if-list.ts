import type {NodeAddress} from '../../domain/node.js';
import {limitsOf} from '../../domain/threshold.js';
import {repLagBytes} from '../../rules/replication-lag.js';
import type {Column} from '../../text/columns.js';
import {blankLine, type Line, span} from '../../text/line.js';
import {filterRows} from '../../text/list.js';
import {grouped, shortSeconds} from '../../text/units.js';
import {wrapWords} from '../../text/wrap-words.js';
import {type WhatIf, whatIfs} from '../../topology/what-if.js';
import {selectedRow} from '../control/list-steps.js';
import {filterTitle, listBody} from '../list-body.js';
import type {PanelInput, Rect} from '../panel.js';
import {type BoxContent, titleParts} from '../panel-box.js';
import {type Grade, grade, marked} from './severity-cells.js';
import {failureText, lostText, outcomeText, whatIfFacts} from './what-if-words.js';

/** The value of `groupBy` with which panels 3 and 8 list possible failures and their losses instead of the nodes. */
export const whatIfGrouping = 'what-if';

export const isWhatIf = ({table}: Pick<PanelInput, 'table'>): boolean => table.groupBy === whatIfGrouping;

const shownRows = ({state, table}: PanelInput): readonly WhatIf[] =>
	filterRows(whatIfs(state.nodes), table.filter, row => `${failureText(row)} ${outcomeText(row)}`);

export const whatIfKeys = (input: PanelInput): readonly string[] => shownRows(input).map(({key}) => key);

export const whatIfNode = ({state}: PanelInput, rowKey: string): NodeAddress | undefined => {
	const failure = whatIfs(state.nodes).find(({key}) => key === rowKey)?.failure;
	return failure?.kind === 'node' ? state.nodes.get(failure.nodes[0]?.address as NodeAddress)?.address : undefined;
};

export const whatIfDetails = ({state}: PanelInput, rowKey: string) => {
	const row = whatIfs(state.nodes).find(({key}) => key === rowKey);
	return row && whatIfFacts(row);
};

/** The list of possible failures, and below it the consequences of the selected failure. */
export function whatIfContent(input: PanelInput, {width, height}: Rect): BoxContent {
	const {table, glyphs} = input;
	const rows = shownRows(input);
	const selectedKey = selectedRow(
		rows.map(({key}) => key),
		table.selectedKey,
	);
	const selected = rows.find(({key}) => key === selectedKey);
	const facts = selected === undefined ? [] : factLines(selected, width).slice(0, Math.floor(height / 2));
	const factRoom = height < leastHeightForFacts ? 0 : facts.length + 1;
	const list = listBody(
		{
			columns: columnsOf(rows),
			rows,
			keyOf: ({key}) => key,
			sort: undefined,
			table,
			whenEmpty: 'No node is known.',
			glyphs,
		},
		{width, height: height - factRoom},
	);
	return {
		title: titleParts('what if it dies now', filterTitle(table)),
		right: list.range,
		lines: factRoom === 0 ? list.lines : [...list.lines, blankLine, ...facts],
	};
}

/** Height of the panel's inside, in lines, from which sentences below the list describe the selected failure. */
const leastHeightForFacts = 8;

function factLines(row: WhatIf, width: number): Line[] {
	const facts = whatIfFacts(row).slice(1);
	const widest = Math.min(20, Math.max(...facts.map(([label]) => label.length)));
	return facts.flatMap(([label, text]) =>
		wrapWords(text, Math.max(10, width - widest - 3)).map(
			(words, index): Line => [
				span(` ${index === 0 ? label.slice(0, widest).padEnd(widest) : ' '.repeat(widest)}  `, 'label'),
				span(words, label === 'cluster' ? 'critical' : 'plain'),
			],
		),
	);
}

function columnsOf(rows: readonly WhatIf[]): ReadonlyArray<Column<WhatIf>> {
	const hasSlots = rows.some(({primaries}) => primaries.some(({shard}) => shard.slotCount > 0));
	return [
		{id: 'failure', title: 'IF THIS DIES', minWidth: 24, maxWidth: 48, priority: 1, text: failureText},
		{
			id: 'lost',
			title: 'LOST',
			align: 'right',
			minWidth: 8,
			priority: 1,
			text: row => marked(lostText(row), lossGrade(row)),
			tone: lossGrade,
		},
		{
			id: 'seconds',
			title: 'TIME',
			align: 'right',
			minWidth: 6,
			priority: 2,
			text: row => marked(secondsText(row), secondsGrade(row)),
			tone: secondsGrade,
		},
		...(hasSlots
			? [
					{
						id: 'slots',
						title: 'UNSERVED',
						align: 'right',
						minWidth: 8,
						priority: 2,
						text: (row: WhatIf) => marked(slotText(row), slotGrade(row)),
						tone: slotGrade,
					} as const,
				]
			: []),
		{
			id: 'then',
			title: 'WHO TAKES OVER',
			minWidth: 22,
			isFlexible: true,
			priority: 1,
			text: outcomeText,
			tone: thenGrade,
		},
	];
}

const lossGrade = ({erased}: WhatIf): Grade => (erased > 0 ? 'critical' : 'plain');
const thenGrade = ({gravity}: WhatIf): Grade => (gravity === 'critical' ? 'critical' : 'plain');
const slotGrade = ({unservedCount}: WhatIf): Grade => (unservedCount > 0 ? 'critical' : 'plain');
const secondsGrade = ({lost, primaries, erased}: WhatIf): Grade =>
	primaries.length === erased ? 'plain' : grade(lost.seconds, limitsOf(repLagBytes, undefined));

const secondsText = ({lost, primaries, erased}: WhatIf): string =>
	primaries.length === erased ? '-' : shortSeconds(lost.seconds);

const slotText = ({stopsAll, unservedCount}: WhatIf): string =>
	stopsAll === undefined ? grouped(unservedCount) : 'all';
