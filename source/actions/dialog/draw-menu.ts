import {cellWidth} from '../../text/cell-width.js';
import {cut, fit} from '../../text/fit.js';
import {type Line, span} from '../../text/line.js';
import {
	groupLetter,
	type MenuGroup,
	type MenuRow,
	menuGroups,
	sharedReason,
	shortTitle,
	shownRows,
} from '../catalogue/catalogue.js';
import {effectiveClass} from '../execute/guard.js';
import {type DialogContent, dialogTextWidth, emptyDialog} from './dialog-content.js';
import type {Dialog, DialogState} from './dialog-state.js';

/** Number of lines for the frame, the search and a notice. */
const rowsAroundMenu = 5;

/** The keyboard keys that open the groups, as one line for a menu that does not fit the screen. */
function groupsLine(rows: readonly MenuRow[]): Line {
	const groups = menuGroups.filter(group => rows.some(row => row.group === group));
	return groups.flatMap(group => {
		const letter = groupLetter(group);
		return letter === undefined ? [] : [span(letter, 'key'), span(` ${group}  `, 'label')];
	});
}

/** Width of the column of action classes, in cells: the length of `disruptive`. */
const classColumns = 10;

/** The part of a list that fits into `room` lines, with the selected row near its middle. */
function windowAround(selected: number, count: number, room: number): readonly [first: number, end: number] {
	const first = Math.max(0, Math.min(selected - Math.floor(room / 2), count - room));
	return [first, Math.min(count, first + room)];
}

export function drawMenu(state: DialogState, menu: Dialog & {kind: 'menu'}): DialogContent {
	const {subject, rows: all, selected, search, group} = menu;
	const width = dialogTextWidth(state);
	const rows = shownRows(menu);
	const lines = menuLines(state, menu, rows, width);
	const nothing = nothingLines(menu, width);
	const tallest = Math.max(1, state.screen.rows - rowsAroundMenu - nothing.length);
	const hasGroups = search === undefined && group === undefined && lines.length > tallest && tallest > 2;
	const room = hasGroups ? tallest - 1 : tallest;
	const [first, end] = windowAround(
		lines.findIndex(({index}) => index === selected),
		lines.length,
		room,
	);
	const shown = lines.slice(first, end).flatMap(({index}) => index ?? []);
	const range =
		end - first < lines.length && shown.length > 0
			? `${Math.min(...shown) + 1}-${Math.max(...shown) + 1} of ${rows.length}, `
			: '';
	const found = search === undefined ? '' : `${rows.length} of ${all.length} found, Esc ends the search`;
	return {
		...emptyDialog,
		title: `${group === undefined ? 'Actions' : `${group} actions`} on ${subject.address}`,
		tone: 'accent',
		prompt: search === undefined ? undefined : [span('/', 'key'), span(search), span('_', 'accent')],
		lines: [
			...nothing,
			...(hasGroups ? [groupsLine(rows)] : []),
			...lines.slice(first, end).map(({content}) => content),
		],
		hint:
			found === '' ? `${range}/ finds, Enter opens, Esc ${group === undefined ? 'closes' : 'shows all groups'}` : found,
	};
}

/**
The lines above the rows where nothing can be sent to the node: the reason, which then stands once, and the action on
another node that helps.
*/
function nothingLines({rows, offer}: Dialog & {kind: 'menu'}, width: number): readonly Line[] {
	const reason = sharedReason(rows);
	return reason === undefined
		? []
		: [
				[span(cut(`Nothing can be sent to it: ${reason}`, width, '...'), 'warning')],
				...(offer === undefined
					? []
					: [[span('What helps: '), span(offer.letter, 'key'), span(cut(`  ${offer.text}`, width - 13, '...'))]]),
			];
}

/** A line of the menu. `index` is the index of its menu row; undefined for a heading and for the last line. */
type MenuLine = {readonly index: number | undefined; readonly content: Line};

/**
The rows under the headings of their groups. A search has no headings. The last line says how many rows cannot be
chosen.
*/
function menuLines(
	state: DialogState,
	{selected, search, group, rows: all}: Dialog & {kind: 'menu'},
	rows: readonly MenuRow[],
	width: number,
): readonly MenuLine[] {
	const isGrouped = search === undefined && group === undefined;
	const left = all.length - rows.length;
	const shared = sharedReason(all);
	return [
		...rows.flatMap((row, index): MenuLine[] => {
			const content: Line = [span(index === selected ? '> ' : '  '), ...rowLine(row, state, width - 2, shared)];
			const isFirst = isGrouped && row.group !== rows[index - 1]?.group;
			const heading: MenuLine = {index: undefined, content: headingLine(row.group)};
			return [...(isFirst ? [heading] : []), {index, content}];
		}),
		...(isGrouped && left > 0
			? [
					{
						index: undefined,
						content: [
							span(
								cut(
									`${left} are not possible here: / lists them${shared === undefined ? ' with the reasons' : ''}`,
									width,
									'...',
								),
								'dim',
							),
						],
					},
				]
			: []),
	];
}

/** The heading of a group: the keyboard key that opens the group, and the name of the group. */
function headingLine(group: MenuGroup): Line {
	const letter = groupLetter(group);
	return [...(letter === undefined ? [] : [span(letter, 'key'), span(' ')]), span(group, 'label')];
}

/**
A row of the menu: the action's letter, title and class. If the row cannot be chosen: letter, short title and reason.
*/
function rowLine(
	{letter, title, class: rowClass, whyNot, isText}: MenuRow,
	{policy}: DialogState,
	width: number,
	shared: string | undefined,
): Line {
	const reason = (isText === true ? undefined : policy.whyReadOnly) ?? whyNot;
	if (reason !== undefined) {
		const why = reason === shared ? '' : `: ${reason}`;
		return [span(cut(`${letter}  ${shortTitle(title)}${why}`, width, '...'), 'dim')];
	}

	const guard = isText === true ? 'to copy' : effectiveClass(rowClass, policy.isProduction);
	const room = width - '?  '.length - classColumns - 1;
	return [
		span(letter, guard === 'outage' ? 'critical' : 'key'),
		span(`  ${fit(cellWidth(title) > room ? shortTitle(title) : title, room, 'left', '...')} `),
		span(guard.padEnd(classColumns), guard === 'outage' ? 'critical' : 'dim'),
	];
}
