import {Text} from 'ink';
import type {ReactNode} from 'react';
import type {PaletteView} from '../../state/view-state.js';
import {cutLine, fit, padLine} from '../../text/fit.js';
import type {Glyphs} from '../../text/glyphs.js';
import {type Line, span} from '../../text/line.js';
import type {Paint} from '../theme.js';
import {BoxFrame} from '../widgets/box-frame.js';
import {foundEntries, type PaletteEntry} from './palette-entries.js';

export type PaletteBoxProps = {
	readonly palette: PaletteView;
	readonly entries: readonly PaletteEntry[];
	readonly columns: number;
	readonly rows: number;
	readonly paint: Paint;
	readonly glyphs: Glyphs;
};

const widest = 100;
const highest = 18;
/** Width of the column of names, in cells: the width of the longest name of an action. */
const nameWidth = 30;
/** Number of lines of the palette's box that are not entries: two for the frame, one for the typed text. */
const rowsAround = 3;

/** The palette: the typed text, and below it the matching entries, best first. */
export function PaletteBox({palette, entries, ...area}: PaletteBoxProps): ReactNode {
	const {columns, rows, paint, glyphs} = area;
	const width = Math.min(columns, widest);
	const height = Math.min(highest, rows);
	const inside = Math.max(0, width - 2);
	const found = foundEntries(entries, palette.text);
	const room = Math.max(1, height - rowsAround);
	const selected = Math.min(palette.selected, Math.max(0, found.length - 1));
	const first = Math.max(0, Math.min(selected - Math.floor(room / 2), found.length - room));
	const lines: Line[] = [
		[span(' :', 'key'), span(palette.text), span('_', 'accent')],
		...(found.length === 0 ? [[span('   nothing has all of these words', 'dim' as const)]] : []),
		...found.slice(first, first + room).map((entry, index) => entryLine(entry, first + index === selected, inside)),
	];
	return (
		<BoxFrame
			title={`palette  ${found.length} of ${entries.length}`}
			hint="Tab completes, Enter opens, Esc closes; no entry changes a server"
			top={rows > highest + 2 ? 2 : 0}
			width={width}
			height={height}
			{...area}
		>
			{lines.map((spans, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a line of the palette is identified by its position.
				<Text key={index} wrap="truncate">
					{paint(padLine(cutLine(spans, inside, glyphs.ellipsis), inside))}
				</Text>
			))}
		</BoxFrame>
	);
}

function entryLine({text, description, whyNot}: PaletteEntry, isSelected: boolean, width: number): Line {
	const tone = whyNot === undefined ? 'plain' : 'dim';
	const names = Math.min(nameWidth, Math.max(text.length, Math.floor(width / 2)));
	const line = padLine(
		[span(isSelected ? ' > ' : '   '), span(fit(text, names), tone), span(` ${description}`, 'dim')],
		width,
	);
	return isSelected ? line.map(each => ({...each, isUnderCursor: true})) : line;
}
