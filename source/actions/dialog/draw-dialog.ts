import type {ActionPlan} from '../../domain/action.js';
import {cellWidth} from '../../text/cell-width.js';
import {commandText} from '../../text/command-words.js';
import {cut, cutLine} from '../../text/fit.js';
import {type Line, line, span, type Tone} from '../../text/line.js';
import {actionRow, shortTitle} from '../catalogue/catalogue.js';
import {shownCommand} from '../catalogue/shown-commands.js';
import {unlockedForMs} from '../execute/guard.js';
import {outcomeText, verificationText} from '../execute/outcome-text.js';
import {
	checkLines,
	cutFacts,
	type DialogContent,
	dialogSize,
	dialogTextWidth,
	emptyDialog,
	wholeFacts,
	wrapLine,
} from './dialog-content.js';
import type {BoxDialog, DialogState, FormDialog, Session} from './dialog-state.js';
import {expiresAfterMs} from './dialog-times.js';
import {drawMenu} from './draw-menu.js';

/** The dialog as it is to be drawn now; undefined while there is none. */
export function actionDialog(session: Session, nowMs: number): DialogContent | undefined {
	const {dialog} = session;
	const drawn = drawDialog(session, dialog, nowMs);
	if (drawn === undefined || session.notice === undefined) {
		return drawn;
	}

	const notice = line(`! ${session.notice}`, 'warning');
	const width = dialogTextWidth(session);
	// A box has one row left for it, and must not grow beyond the screen.
	const shown = dialog.kind === 'box' ? [cutLine(notice, width, '...')] : wrapLine(notice, width, '  ');
	return {...drawn, lines: [...drawn.lines, ...shown]};
}

function drawDialog(session: Session, dialog: DialogState, nowMs: number): DialogContent | undefined {
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
				lines: wrapLine(
					line(`${shortTitle(actionRow(dialog.action).title)} on ${dialog.name} changes a server.`),
					dialogTextWidth(session),
				),
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
			const {plan, outcome, verification, problems} = dialog.progress;
			return {
				...emptyDialog,
				title: plan.title,
				tone: 'accent',
				facts: cutFacts(plan.facts.slice(0, 1), dialogTextWidth(session)),
				lines: wrapLines(
					[
						[outcome === undefined ? 'sending it once, waiting for the reply' : outcomeText(outcome), 'plain'],
						...(verification === undefined ? [] : [[verificationText(verification), 'accent'] as const]),
						...problems.map(problem => [problem, 'critical'] as const),
					],
					dialogTextWidth(session),
				),
				hint: 'Esc hides this; it goes on, and its end is told',
			};
		}

		case 'text':
			return drawText(session, dialog);
		case 'done':
			return drawEnd(session, dialog);
	}
}

/** In a box that takes no text and sends nothing. */
export const copyLetter = 'y';

/** What came of it, and what is a key away from here. */
function drawEnd(
	session: Session,
	{title, plan, lines, offers = [], command}: DialogState & {kind: 'done'},
): DialogContent {
	const width = dialogTextWidth(session);
	const isWayBack = offers.some(({letter}) => letter === 'u');
	const copies = command === undefined ? '' : `, ${copyLetter} copies ${isWayBack ? 'the way back' : 'its command'}`;
	return {
		...emptyDialog,
		title,
		tone: 'border',
		facts: plan === undefined ? [] : cutFacts(plan.facts, width),
		lines: [
			...lines.flatMap(text => wrapLine(text, width)),
			...offers.map(({letter, text}) => [span(letter, 'key'), span(cut(` ${text}`, width - 1, '...'))]),
		],
		hint: `Enter or Esc closes${copies}`,
	};
}

/** A command that is only shown: where it would be sent, what it does, and no way to send it. */
function drawText(session: Session, {subject, record, id}: DialogState & {kind: 'text'}): DialogContent {
	const width = dialogTextWidth(session);
	const {title = '', command = [], facts, dangers = []} = shownCommand(id) ?? {};
	return {
		...emptyDialog,
		title,
		tone: 'critical',
		facts: cutFacts([['target', subject.address], ...(facts?.(record) ?? []), ['text', commandText(command)]], width),
		lines: dangers.flatMap(danger => wrapLine(line(`! ${danger}`, 'critical'), width, '  ')),
		prompt: [span('redis-top never sends it; press '), span(copyLetter, 'key'), span(' to copy it for redis-cli')],
		hint: 'Enter or Esc closes',
	};
}

/** The one field of an action, and how the server will read what stands in it. */
function drawForm(session: Session, {subject, action, text, lastKeyAtMs}: FormDialog, nowMs: number): DialogContent {
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
		prompt: [span(`${parameter?.label ?? 'value'}; Enter opens the box, nothing is sent yet`)],
		typed: text,
		secondsLeft: secondsLeft(lastKeyAtMs, nowMs),
		hint: 'Esc cancels; pasted text is ignored',
	};
}

function drawBox(session: Session, dialog: BoxDialog, nowMs: number): DialogContent {
	const width = dialogTextWidth(session);
	const {plan, letter, phrases, phraseIndex, typed, armedAtMs} = dialog;
	const phrase = phrases[phraseIndex];
	const isArmed = phrase === undefined || armedAtMs !== undefined;
	const sent = ` to send ${commandText(plan.command)}`;
	const isLong = cellWidth(sent) > width - 'press x'.length;
	const ready: Line = [span('press '), span(letter, 'key'), span(isLong ? ' to send it' : sent)];
	const box: DialogContent = {
		title: plan.title,
		tone: (plan.class ?? actionRow(plan.id).class) === 'outage' ? 'critical' : 'warning',
		facts: cutFacts(plan.facts, width),
		lines: [],
		prompt: isArmed ? ready : [span('type '), span(phrase, 'key'), span(`, then ${letter}`)],
		typed: phrase === undefined ? undefined : typed,
		secondsLeft: secondsLeft(dialog.lastKeyAtMs, nowMs),
		hint: '> Cancel <  Enter or Esc; Ctrl-Y copies; pasted text is ignored',
	};
	const {effects, found, fine} = boxLines(plan, width);
	const needed = [...effects, ...found];
	const roomy: DialogContent = {...box, facts: wholeFacts(plan.facts, width), lines: needed};
	// One row stays for a notice.
	const left = (shown: DialogContent) => session.screen.rows - dialogSize(shown).rows - 1;
	const shown = left(roomy) >= 0 ? roomy : {...box, lines: needed};
	return {...shown, lines: [...needed, ...fine.slice(0, Math.max(0, left(shown)))]};
}

/** Effects and checks; the checks that found nothing go first when there are too few rows. */
function boxLines(plan: ActionPlan, width: number) {
	const checks = (isFine: boolean) =>
		plan.checks.filter(({state}) => (state === 'ok') === isFine).flatMap(check => checkLines(check, width));
	return {
		effects: plan.effects.flatMap(effect => wrapLine(line(effect), width)),
		found: checks(false),
		fine: checks(true),
	};
}

const wrapLines = (texts: ReadonlyArray<readonly [text: string, tone: Tone]>, width: number): Line[] =>
	texts.flatMap(([text, tone]) => wrapLine(line(text, tone), width));

const secondsLeft = (lastKeyAtMs: number, nowMs: number): number =>
	Math.max(0, Math.ceil((lastKeyAtMs + expiresAfterMs - nowMs) / 1000));
