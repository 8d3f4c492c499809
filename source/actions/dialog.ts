import type {ActionPlan, Check, LabelledValue} from '../domain/action.js';
import {cellWidth} from '../text/cell-width.js';
import {commandText} from '../text/command-words.js';
import {cut} from '../text/fit.js';
import {blankLine, type Line, line, plainText, span, type Tone} from '../text/line.js';
import {wrapWords} from '../text/wrap-words.js';
import {actionRow, shownRows} from './catalogue.js';
import {effectiveClass, unlockedForMs} from './guard.js';
import {outcomeText, verificationText} from './outcome-text.js';
import type {BoxDialog, DialogState, FormDialog, Session} from './session-state.js';
import {expiresAfterMs} from './session-times.js';

/** What the view draws: facts as a table, then the lines, then what is asked for and typed, then the hint. */
export type ActionDialog = {
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

/** No wider than this, so that the eye finds the next line. */
const maximumColumns = 100;

const emptyDialog = {facts: [], lines: [], prompt: undefined, typed: undefined, secondsLeft: undefined};

/** Cells that a dialog's texts are wrapped to on a screen so wide. */
export const widestText = (columns: number): number => Math.max(1, Math.min(columns, maximumColumns) - frameColumns);

/** The same on the session's screen. */
export const dialogTextWidth = ({screen}: Session): number => widestText(screen.columns);

/** The dialog as it is to be drawn now; undefined while there is none. */
export function actionDialog(session: Session, nowMs: number): ActionDialog | undefined {
	const {dialog} = session;
	const drawn = drawDialog(session, dialog, nowMs);
	if (drawn === undefined || session.notice === undefined) {
		return drawn;
	}

	return {...drawn, lines: [...drawn.lines, line(`! ${session.notice}`, 'warning')]};
}

/** Cells and rows that the dialog takes, frame and all. */
export function dialogSize({title, facts, lines, prompt, typed, hint}: ActionDialog): {columns: number; rows: number} {
	const labelColumns = Math.max(0, ...facts.map(([label]) => cellWidth(label))) + factGap;
	const texts = [
		title,
		hint,
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
export function fitsScreen(dialog: ActionDialog, {screen}: Session): boolean {
	const {columns, rows} = dialogSize(dialog);
	return columns <= screen.columns && rows <= screen.rows;
}

function drawDialog(session: Session, dialog: DialogState, nowMs: number): ActionDialog | undefined {
	switch (dialog.kind) {
		case 'closed':
			return undefined;
		case 'menu':
			return drawMenu(session, dialog);
		case 'unlock':
			return {
				...emptyDialog,
				title: 'This session is locked',
				tone: 'warning',
				lines: [line(`${actionRow(dialog.action).title} on ${dialog.name} changes a server.`)],
				prompt: [span('type '), span(dialog.name, 'key'), span(` to unlock for ${unlockedForMs / 60_000} minutes`)],
				typed: dialog.typed,
				secondsLeft: secondsLeft(dialog.lastKeyAtMs, nowMs),
				hint: '> Cancel <  Enter or Esc; pasted text is ignored',
			};
		case 'form':
			return drawForm(session, dialog, nowMs);
		case 'preflighting':
			return {
				...emptyDialog,
				title: actionRow(dialog.action).title,
				tone: 'border',
				lines: [line(`Reading ${dialog.subject.address} afresh ...`)],
				hint: 'Esc cancels',
			};
		case 'box':
			return drawBox(session, dialog, nowMs);
		case 'following': {
			const {plan, outcome, verification, troubles} = dialog.progress;
			return {
				...emptyDialog,
				title: plan.title,
				tone: 'accent',
				facts: cutFacts(plan.facts.slice(0, 1), dialogTextWidth(session)),
				lines: wrapLines(
					[
						[outcome === undefined ? 'sending it once, waiting for the reply' : outcomeText(outcome), 'plain'],
						...(verification === undefined ? [] : [[verificationText(verification), 'accent'] as const]),
						...troubles.map(trouble => [trouble, 'critical'] as const),
					],
					dialogTextWidth(session),
				),
				hint: 'Esc hides this; it goes on, and its end is told',
			};
		}

		case 'done':
			return {
				...emptyDialog,
				title: dialog.title,
				tone: 'border',
				facts: dialog.plan === undefined ? [] : cutFacts(dialog.plan.facts, dialogTextWidth(session)),
				lines: dialog.lines.flatMap(text => wrapLine(text, dialogTextWidth(session))),
				hint: 'Enter or Esc closes',
			};
	}
}

/** The one field of an action, and how the server will read what stands in it. */
function drawForm(session: Session, {subject, action, text, lastKeyAtMs}: FormDialog, nowMs: number): ActionDialog {
	const {title, parameter, command} = actionRow(action);
	const read = parameter?.read(text);
	const record = session.about?.record;
	const now = record === undefined ? undefined : parameter?.now?.(record);
	const width = dialogTextWidth(session);
	return {
		title,
		tone: 'accent',
		facts: cutFacts(
			[
				['target', subject.address],
				['sends', `${commandText(command)} ...`],
				...(now === undefined ? [] : [['now', now] as const]),
				['may be', parameter?.hint ?? ''],
			],
			width,
		),
		lines:
			read === undefined
				? []
				: typeof read === 'string'
					? wrapLine(line(text === '' ? 'nothing is typed yet' : `not yet right: ${read}`, 'warning'), width)
					: wrapLine(line(`the server reads it as: ${read.shown}`, 'ok'), width),
		prompt: [span(`${parameter?.label ?? 'value'}, then Enter opens the box, which sends nothing yet`)],
		typed: text,
		secondsLeft: secondsLeft(lastKeyAtMs, nowMs),
		hint: 'Esc cancels; pasted text is ignored',
	};
}

/** Frame, search and a notice. */
const rowsAroundMenu = 5;

/** The part of a list that is shown: as little moved as keeps the selected row in it. */
function windowAround(selected: number, count: number, room: number): readonly [first: number, end: number] {
	const first = Math.max(0, Math.min(selected - Math.floor(room / 2), count - room));
	return [first, Math.min(count, first + room)];
}

function drawMenu(session: Session, menu: DialogState & {kind: 'menu'}): ActionDialog {
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
			const whyNot = session.policy.whyReadOnly ?? row.whyNot;
			return whyNot === undefined
				? [span(mark), span(row.letter, 'key'), span(`  ${row.title} `), span(`(${rowClass})`, 'dim')]
				: [span(mark), span(cut(`${row.letter}  ${row.title}: ${whyNot}`, width - 2, '...'), 'dim')];
		}),
		hint: found === '' ? `${range}/ finds, letter or Enter opens its box, Esc closes` : found,
	};
}

const secondsLeft = (lastKeyAtMs: number, nowMs: number): number =>
	Math.max(0, Math.ceil((lastKeyAtMs + expiresAfterMs - nowMs) / 1000));

function drawBox(session: Session, dialog: BoxDialog, nowMs: number): ActionDialog {
	const width = dialogTextWidth(session);
	const {plan, letter, phrases, phraseIndex, typed, armedAtMs} = dialog;
	const phrase = phrases[phraseIndex];
	const isArmed = phrase === undefined || armedAtMs !== undefined;
	const ready: Line = [span('press '), span(letter, 'key'), span(` to send ${commandText(plan.command)}`)];
	const box: ActionDialog = {
		title: plan.title,
		tone: (plan.class ?? actionRow(plan.id).class) === 'outage' ? 'critical' : 'warning',
		facts: cutFacts(plan.facts, width),
		lines: [],
		prompt: isArmed ? ready : [span('type '), span(phrase, 'key'), span(`, then ${letter}`)],
		typed: phrase === undefined ? undefined : typed,
		secondsLeft: secondsLeft(dialog.lastKeyAtMs, nowMs),
		hint: '> Cancel <  Enter or Esc; pasted text is ignored',
	};
	return {...box, lines: boxLines(plan, width, session.screen.rows - dialogSize(box).rows)};
}

/** Effects and checks; the checks that found nothing go first when there are too few rows. */
function boxLines(plan: ActionPlan, width: number, room: number): Line[] {
	const effects = plan.effects.flatMap(effect => wrapLine(line(effect), width));
	const found = plan.checks.filter(({state}) => state !== 'ok').flatMap(check => checkLines(check, width));
	const fine = plan.checks.filter(({state}) => state === 'ok').flatMap(check => checkLines(check, width));
	// One row stays for a notice.
	return [...effects, ...found, ...fine.slice(0, Math.max(0, room - effects.length - found.length - 1))];
}

/** A check as `[!] text`; readable without colour. */
export function checkLines({state, text}: Check, width: number): Line[] {
	const marks = {ok: '[x] ', warning: '[!] ', veto: '[VETO] '} as const;
	const tones = {ok: 'ok', warning: 'warning', veto: 'critical'} as const;
	return wrapLine(line(marks[state] + text, tones[state]), width, ' '.repeat(marks[state].length));
}

/** Wraps a line of one tone; a line of several is left as it is. */
function wrapLine(text: Line, width: number, indent = ''): Line[] {
	const [only, ...others] = text;
	return only === undefined || others.length > 0
		? [text]
		: wrapWords(only.text, width, indent).map(row => line(row, only.tone));
}

const wrapLines = (texts: ReadonlyArray<readonly [text: string, tone: Tone]>, width: number): Line[] =>
	texts.flatMap(([text, tone]) => wrapLine(line(text, tone), width));

/** Values that don't fit are cut: a long path must not make the box unusable. */
function cutFacts(facts: readonly LabelledValue[], width: number): LabelledValue[] {
	const labelColumns = Math.max(0, ...facts.map(([label]) => cellWidth(label))) + factGap;
	return facts.map(([label, value]) => [label, cut(value, Math.max(1, width - labelColumns), '...')]);
}
