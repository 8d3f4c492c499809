import {cut} from '../text/fit.js';
import {span} from '../text/line.js';
import {shortTitle, shownRows} from './catalogue.js';
import {type ActionDialog, dialogTextWidth, emptyDialog} from './dialog-shape.js';
import {effectiveClass} from './guard.js';
import type {DialogState, Session} from './session-state.js';

/** Frame, search and a notice. */
const rowsAroundMenu = 5;

/** The part of a list that is shown: as little moved as keeps the selected row in it. */
function windowAround(selected: number, count: number, room: number): readonly [first: number, end: number] {
	const first = Math.max(0, Math.min(selected - Math.floor(room / 2), count - room));
	return [first, Math.min(count, first + room)];
}

export function drawMenu(session: Session, menu: DialogState & {kind: 'menu'}): ActionDialog {
	const {subject, rows: all, selected, search} = menu;
	const width = dialogTextWidth(session);
	const rows = shownRows(menu);
	const room = Math.max(1, session.screen.rows - rowsAroundMenu);
	const [first, end] = windowAround(selected, rows.length, room);
	const range = end - first < rows.length ? `${first + 1}-${end} of ${rows.length}, ` : '';
	const found = search === undefined ? '' : `${rows.length} of ${all.length} found, Esc ends the search`;
	return {
		...emptyDialog,
		title: `Actions on ${subject.address}`,
		tone: 'accent',
		prompt: search === undefined ? undefined : [span('/', 'key'), span(search), span('_', 'accent')],
		lines: rows.slice(first, end).map((row, offset) => {
			const mark = first + offset === selected ? '> ' : '  ';
			const rowClass = effectiveClass(row.class, session.policy.isProduction);
			const whyNot = (row.isText === true ? undefined : session.policy.whyReadOnly) ?? row.whyNot;
			return whyNot === undefined
				? [
						span(mark),
						span(row.letter, 'key'),
						span(`  ${row.title} `),
						span(`(${row.isText === true ? 'text to copy' : rowClass})`, 'dim'),
					]
				: [span(mark), span(cut(`${row.letter}  ${shortTitle(row.title)}: ${whyNot}`, width - 2, '...'), 'dim')];
		}),
		hint: found === '' ? `${range}/ finds, letter or Enter opens its box, Esc closes` : found,
	};
}
