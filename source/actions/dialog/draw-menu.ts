import {cellWidth} from '../../text/cell-width.js';
import {cut, fit} from '../../text/fit.js';
import {type Line, span} from '../../text/line.js';
import {type MenuRow, shortTitle, shownRows} from '../catalogue/catalogue.js';
import {effectiveClass} from '../execute/guard.js';
import {type DialogContent, dialogTextWidth, emptyDialog} from './dialog-content.js';
import type {Dialog, DialogState} from './dialog-state.js';

/** Number of lines for the frame, the search and a notice. */
const rowsAroundMenu = 5;

/** Width of the column of classes, in cells: the length of `disruptive`. */
const classColumns = 10;

/** The visible part of a list, with the selected row near its middle. */
function windowAround(selected: number, count: number, room: number): readonly [first: number, end: number] {
	const first = Math.max(0, Math.min(selected - Math.floor(room / 2), count - room));
	return [first, Math.min(count, first + room)];
}

export function drawMenu(state: DialogState, menu: Dialog & {kind: 'menu'}): DialogContent {
	const {subject, rows: all, selected, search} = menu;
	const width = dialogTextWidth(state);
	const rows = shownRows(menu);
	const room = Math.max(1, state.screen.rows - rowsAroundMenu);
	const [first, end] = windowAround(selected, rows.length, room);
	const range = end - first < rows.length ? `${first + 1}-${end} of ${rows.length}, ` : '';
	const found = search === undefined ? '' : `${rows.length} of ${all.length} found, Esc ends the search`;
	return {
		...emptyDialog,
		title: `Actions on ${subject.address}`,
		tone: 'accent',
		prompt: search === undefined ? undefined : [span('/', 'key'), span(search), span('_', 'accent')],
		lines: rows
			.slice(first, end)
			.map((row, offset) => [span(first + offset === selected ? '> ' : '  '), ...rowLine(row, state, width - 2)]),
		hint: found === '' ? `${range}/ finds, Enter opens, Esc closes` : found,
	};
}

/** A row of the menu: letter, title and class of the action, or its letter and why it cannot be chosen. */
function rowLine(
	{letter, title, class: rowClass, whyNot, isText}: MenuRow,
	{policy}: DialogState,
	width: number,
): Line {
	const reason = (isText === true ? undefined : policy.whyReadOnly) ?? whyNot;
	if (reason !== undefined) {
		return [span(cut(`${letter}  ${shortTitle(title)}: ${reason}`, width, '...'), 'dim')];
	}

	const guard = isText === true ? 'to copy' : effectiveClass(rowClass, policy.isProduction);
	const room = width - '?  '.length - classColumns - 1;
	return [
		span(letter, 'key'),
		span(`  ${fit(cellWidth(title) > room ? shortTitle(title) : title, room, 'left', '...')} `),
		span(guard.padEnd(classColumns), 'dim'),
	];
}
