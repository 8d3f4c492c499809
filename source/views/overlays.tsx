import {Text} from 'ink';
import type {ReactNode} from 'react';
import {type ActionDialog, dialogSize} from '../actions/dialog.js';
import type {Keyboard} from '../keys/keyboard.js';
import type {HelpSearch} from '../state/view-state.js';
import {cutLine} from '../text/fit.js';
import type {Glyphs} from '../text/glyphs.js';
import {type Line, span} from '../text/line.js';
import {wrapWords} from '../text/wrap-words.js';
import {helpFacts} from './help-facts.js';
import type {Paint} from './theme.js';
import {BoxFrame} from './widgets/box-frame.js';
import {FactTable} from './widgets/fact-table.js';

type Area = {readonly columns: number; readonly rows: number; readonly paint: Paint; readonly glyphs: Glyphs};

const helpLabelWidth = 10;

type HelpProps = Area & {
	readonly firstRow: number;
	readonly search: HelpSearch | undefined;
	readonly keyboard: Keyboard;
};

export function HelpBox({firstRow, search, keyboard, ...area}: HelpProps): ReactNode {
	const width = Math.min(area.columns, 96);
	const valueWidth = width - helpLabelWidth - 8;
	const facts = helpFacts(keyboard, valueWidth, search?.text);
	// As large as without a search, so that it doesn't jump while one is typed.
	const height = Math.min(area.rows, helpFacts(keyboard, valueWidth).length + 2);
	const shown = height - 2;
	const first = Math.min(firstRow, Math.max(0, facts.length - shown));
	const range = shown < facts.length ? `${first + 1}-${first + shown} of ${facts.length}, arrows move, ` : '';
	return (
		<BoxFrame
			title={search === undefined ? 'keys' : `keys /${search.text}${search.isTyping ? '_' : ''}`}
			hint={range + helpHint(search, keyboard)}
			width={width}
			height={height}
			{...area}
		>
			<FactTable
				rows={facts.length > 0 ? facts : [['', 'no key has all of these words']]}
				labelWidth={helpLabelWidth}
				width={width - 2}
				height={shown}
				firstRow={first}
				paint={area.paint}
				glyphs={area.glyphs}
			/>
		</BoxFrame>
	);
}

function helpHint(search: HelpSearch | undefined, {shown}: Keyboard): string {
	if (search === undefined) {
		return `${shown('filter')} searches, ${shown('back')} closes`;
	}

	return search.isTyping ? 'Enter keeps it, Esc clears it' : `${shown('back')} shows all again`;
}

export type DetailsProps = Area & {
	readonly title: string;
	/** Undefined: the row is gone. */
	readonly facts: ReadonlyArray<readonly [string, string]> | undefined;
	readonly firstRow: number;
	readonly keyboard: Keyboard;
};

export function DetailsBox({title, facts, firstRow, keyboard: {shown: keyOf}, ...area}: DetailsProps): ReactNode {
	const width = Math.min(area.columns, 100);
	const labelWidth = Math.max(4, ...(facts ?? []).map(([label]) => label.length));
	const rows = (facts ?? [['gone', 'this row is no longer in the list'] as const]).flatMap(([label, value]) =>
		wrapWords(value, Math.max(10, width - labelWidth - 8)).map(
			(text, index) => [index === 0 ? label : '', text] as const,
		),
	);
	const height = Math.min(area.rows, rows.length + 2);
	const first = Math.min(firstRow, Math.max(0, rows.length - height + 2));
	return (
		<BoxFrame
			title={title}
			hint={`${keyOf('back')} closes, ${keyOf('copy-row')} copies`}
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

/** Lines of a box, with the blank that a table brings along by itself. */
function DialogLines({lines, width, paint, glyphs}: DialogLinesProps): ReactNode {
	return lines.map((spans, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: a dialog's line has no other identity than its place.
		<Text key={index} wrap="truncate">
			{paint(cutLine([span(' '), ...spans], width, glyphs.ellipsis))}
		</Text>
	));
}

/** A guarded action: what was read from the server as a table, what will happen, and what is asked for. */
export function ActionBox({dialog, ...area}: Area & {readonly dialog: ActionDialog}): ReactNode {
	const {paint, glyphs} = area;
	const {title, facts, lines, prompt, typed, secondsLeft, hint} = dialog;
	const size = dialogSize(dialog);
	const width = Math.min(area.columns, Math.max(size.columns, 44));
	const height = Math.min(area.rows, size.rows);
	const below: Line[] = [
		...lines,
		...(prompt === undefined ? [] : [prompt]),
		...(typed === undefined ? [] : [[span('> ', 'key'), span(typed), span('_', 'accent')]]),
	];
	return (
		<BoxFrame
			title={title}
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
