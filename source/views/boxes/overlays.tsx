import {Box, Text} from 'ink';
import type {ReactNode} from 'react';
import {type DialogContent, dialogSize} from '../../actions/dialog/dialog-content.js';
import type {Keyboard} from '../../keys/keyboard.js';
import type {PanelId} from '../../state/panel-table.js';
import type {HelpSearch} from '../../state/view-state.js';
import {cutLine, cutStart} from '../../text/fit.js';
import type {Glyphs} from '../../text/glyphs.js';
import {type Line, span} from '../../text/line.js';
import type {Paint} from '../theme.js';
import {BoxFrame} from '../widgets/box-frame.js';
import {FactTable} from '../widgets/fact-table.js';
import {detailRows, detailsRoom, detailsWidth} from './box-rows.js';
import {helpLabelWidth, helpLayout} from './help-rows.js';

type Area = {readonly columns: number; readonly rows: number; readonly paint: Paint; readonly glyphs: Glyphs};

type HelpProps = Area & {
	/** The panel whose figures the help explains. */
	readonly panel: PanelId;
	readonly firstRow: number;
	readonly search: HelpSearch | undefined;
	readonly keyboard: Keyboard;
};

export function HelpBox({panel, firstRow, search, keyboard, ...area}: HelpProps): ReactNode {
	const {width, columns, columnWidth, length} = helpLayout(keyboard, panel, area.columns, search?.text);
	// The height is that of the help without a search, so that the box doesn't jump while a search is typed.
	const height = Math.min(area.rows, helpLayout(keyboard, panel, area.columns).length + 2);
	const shown = height - 2;
	const first = Math.min(firstRow, Math.max(0, length - shown));
	return (
		<BoxFrame
			title={search === undefined ? 'help' : `help /${search.text}${search.isTyping ? '_' : ''}`}
			hint={helpHint(search, keyboard) + rangeHint(first, shown, length, keyboard)}
			width={width}
			height={height}
			{...area}
		>
			<Box>
				{(length > 0 ? columns : [[['', 'nothing has all of these words'] as const]]).map((rows, index) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a column of the help is identified by its position.
					<Box key={index} width={columnWidth} flexDirection="column">
						<FactTable
							rows={rows}
							labelWidth={helpLabelWidth}
							width={columnWidth}
							height={shown}
							firstRow={Math.min(first, Math.max(0, rows.length - shown))}
							paint={area.paint}
							glyphs={area.glyphs}
						/>
					</Box>
				))}
			</Box>
		</BoxFrame>
	);
}

/**
The hint for a box that cannot show all of its rows: the range of shown rows, and the keys that scroll. It stands after
all other hints, so that it is cut first if the frame is too narrow.
*/
function rangeHint(first: number, shown: number, all: number, keyboard: Keyboard): string {
	const [up, down] = [keyboard.shown('up'), keyboard.shown('down')];
	const movers = up.startsWith('↑') && down.startsWith('↓') ? 'arrows' : `${up} ${down}`.trim();
	return shown < all ? `, ${first + 1}-${first + shown} of ${all}${movers === '' ? '' : `, ${movers} move`}` : '';
}

/** Hints such as `Esc closes, y copies`. A pair with an empty key is left out: no key is bound to that action. */
const hints = (...pairs: ReadonlyArray<readonly [key: string, does: string]>): string =>
	pairs
		.filter(([key]) => key !== '')
		.map(([key, does]) => `${key} ${does}`)
		.join(', ');

function helpHint(search: HelpSearch | undefined, {shown}: Keyboard): string {
	if (search === undefined) {
		return hints([shown('filter'), 'searches'], [shown('back') || shown('quit'), 'closes']);
	}

	return search.isTyping ? 'Enter keeps it, Esc clears it' : hints([shown('back'), 'shows all again']);
}

export type DetailsProps = Area & {
	readonly title: string;
	/** The details of a list row; undefined when the row has left the list. */
	readonly facts: ReadonlyArray<readonly [string, string]> | undefined;
	readonly firstRow: number;
	readonly keyboard: Keyboard;
	/** The keyboard keys that act on this list row, with their effects. */
	readonly ownKeys: ReadonlyArray<readonly [key: string, does: string]>;
};

export function DetailsBox({title, facts, firstRow, keyboard, ownKeys, ...area}: DetailsProps): ReactNode {
	const {shown: keyOf} = keyboard;
	const width = detailsWidth(area.columns);
	const rows = detailRows(facts, area.columns);
	const room = detailsRoom(area.rows);
	const height = Math.min(room.height, rows.length + 2);
	const first = Math.min(firstRow, Math.max(0, rows.length - height + 2));
	return (
		<BoxFrame
			title={title}
			top={room.top}
			hint={
				hints(
					[keyOf('back') || keyOf('quit'), 'closes'],
					...ownKeys,
					[keyOf('copy-row'), 'copies'],
					[keyOf('actions'), 'acts'],
				) + rangeHint(first, height - 2, rows.length, keyboard)
			}
			width={width}
			height={height}
			{...area}
		>
			<FactTable
				rows={rows}
				width={width - 2}
				height={height - 2}
				firstRow={first}
				paint={area.paint}
				glyphs={area.glyphs}
			/>
		</BoxFrame>
	);
}

type DialogLinesProps = {
	readonly lines: readonly Line[];
	readonly width: number;
	readonly paint: Paint;
	readonly glyphs: Glyphs;
};

/** The lines of a dialog below its table. Each line gets a blank before it, as the rows of the table have. */
function DialogLines({lines, width, paint, glyphs}: DialogLinesProps): ReactNode {
	return lines.map((spans, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: a dialog's line is identified by its position.
		<Text key={index} wrap="truncate">
			{paint(cutLine([span(' '), ...spans], width, glyphs.ellipsis))}
		</Text>
	));
}

/** Cells that a text field needs beside its text: a blank on either side, `> ` and the cursor. */
const fieldCells = 5;

/** Least width of a dialog, in cells. */
const narrowestBox = 44;

/**
The dialog of a guarded action: the facts of the preflight as a table, the effects of the action, and the input field.
*/
export function ActionBox({dialog, ...area}: Area & {readonly dialog: DialogContent}): ReactNode {
	const {paint, glyphs} = area;
	const {title, tone, facts, lines, prompt, typed, secondsLeft, hint} = dialog;
	const size = dialogSize(dialog);
	const wanted = Math.max(size.columns, narrowestBox);
	// The box takes the whole width when only one or two columns beside it would stay visible: they would look like a
	// second frame.
	const width = wanted > area.columns - 4 ? area.columns : wanted;
	const height = Math.min(area.rows, size.rows);
	const below: Line[] = [
		...lines,
		...(prompt === undefined ? [] : [prompt]),
		...(typed === undefined
			? []
			: [[span('> ', 'key'), span(cutStart(typed, width - 2 - fieldCells, glyphs.ellipsis)), span('_', 'accent')]]),
	];
	return (
		<BoxFrame
			title={title}
			tone={tone}
			hint={secondsLeft === undefined ? hint : `${hint}, ${secondsLeft} s`}
			width={width}
			height={height}
			{...area}
		>
			<FactTable rows={facts} width={width - 2} height={height - 2} paint={paint} glyphs={glyphs} />
			<DialogLines lines={below} width={width - 2} paint={paint} glyphs={glyphs} />
		</BoxFrame>
	);
}
