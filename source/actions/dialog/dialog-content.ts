import type {Check, LabelledValue} from '../../domain/action.js';
import {cellWidth} from '../../text/cell-width.js';
import {cut} from '../../text/fit.js';
import {blankLine, type Line, line, plainText, type Tone} from '../../text/line.js';
import {wrapWhole, wrapWords} from '../../text/wrap-words.js';
import type {Session} from './dialog-state.js';

/** What the view draws: facts as a table, then the lines, then what is asked for and typed, then the hint. */
export type DialogContent = {
	readonly title: string;
	/** Of the frame: `critical` for what can stop a service. */
	readonly tone: Tone;
	/** Label and value, one row each. */
	readonly facts: readonly LabelledValue[];
	readonly lines: readonly Line[];
	/** What to do; undefined where nothing is asked. */
	readonly prompt: Line | undefined;
	/** What stands in the text field, on a row of its own; undefined where there is no field. */
	readonly typed: string | undefined;
	/** Until it closes by itself; undefined when it doesn't. */
	readonly secondsLeft: number | undefined;
	readonly hint: string;
};

/** Frame, padding: cells of a dialog's width that hold no text. */
const frameColumns = 4;
const frameRows = 2;
/** What a text in the frame needs beyond one within. */
const rulePadding = '  ';

/** No wider than this, so that the eye finds the next line. */
const maximumColumns = 100;

/** What most dialogs don't have. */
export const emptyDialog = {facts: [], lines: [], prompt: undefined, typed: undefined, secondsLeft: undefined};

/** Cells that a dialog's texts are wrapped to on a screen so wide. */
export const widestText = (columns: number): number => Math.max(1, Math.min(columns, maximumColumns) - frameColumns);

/** The same on the session's screen. */
export const dialogTextWidth = ({screen}: Session): number => widestText(screen.columns);

/** Cells and rows that the dialog takes, frame and all. */
export function dialogSize({title, facts, lines, prompt, typed, hint, secondsLeft}: DialogContent): {
	columns: number;
	rows: number;
} {
	const labelColumns = Math.max(0, ...facts.map(([label]) => cellWidth(label))) + factGap;
	const countdown = secondsLeft === undefined ? '' : ', 30 s';
	const texts = [
		title + rulePadding,
		hint + countdown + rulePadding,
		typed ?? '',
		...[...lines, prompt ?? blankLine].map(plainText),
		...facts.map(([, value]) => ' '.repeat(labelColumns) + value),
	];
	return {
		columns: Math.max(...texts.map(cellWidth)) + frameColumns,
		rows: facts.length + lines.length + (prompt ? 1 : 0) + (typed === undefined ? 0 : 1) + frameRows,
	};
}

/** Blank cells between a fact's label and its value. */
export const factGap = 2;

/** False for a box that the screen can't hold whole: what can't be read must not be confirmed. */
export function fitsScreen(dialog: DialogContent, {screen}: Session): boolean {
	const {columns, rows} = dialogSize(dialog);
	return columns <= screen.columns && rows <= screen.rows;
}

/** A check as `[!] text`; readable without colour. */
export function checkLines({state, text}: Check, width: number): Line[] {
	const marks = {ok: '[x] ', warning: '[!] ', veto: '[VETO] '} as const;
	const tones = {ok: 'ok', warning: 'warning', veto: 'critical'} as const;
	return wrapLine(line(marks[state] + text, tones[state]), width, ' '.repeat(marks[state].length));
}

/** Wraps a line of one tone; a line of several is left as it is. */
export function wrapLine(text: Line, width: number, indent = ''): Line[] {
	const [only, ...others] = text;
	return only === undefined || others.length > 0
		? [text]
		: wrapWords(only.text, width, indent).map(row => line(row, only.tone));
}

/** What must be read to its end, whatever its length: what will be sent, and how it is taken back. */
const wholeLabels: ReadonlySet<string> = new Set(['sends', 'text', 'undo']);

/** Values that don't fit are cut: a long path must not make the box unusable. A command is wrapped instead. */
export const cutFacts = (facts: readonly LabelledValue[], width: number): LabelledValue[] =>
	factRows(facts, width, label => wholeLabels.has(label));

/** The same with every value to its end, for where there is room. */
export const wholeFacts = (facts: readonly LabelledValue[], width: number): LabelledValue[] =>
	factRows(facts, width, () => true);

function factRows(
	facts: readonly LabelledValue[],
	width: number,
	isWhole: (label: string) => boolean,
): LabelledValue[] {
	const labelColumns = Math.max(0, ...facts.map(([label]) => cellWidth(label))) + factGap;
	const room = Math.max(1, width - labelColumns);
	return facts.flatMap(([label, value]): LabelledValue[] =>
		isWhole(label)
			? wrapWhole(value, room).map((row, index) => [index === 0 ? label : '', row])
			: [[label, cut(value, room, '...')]],
	);
}
