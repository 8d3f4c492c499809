import type {ActionPlan, LabelledValue} from '../../domain/action.js';
import {cellWidth} from '../../text/cell-width.js';
import {commandText} from '../../text/command-words.js';
import {cut, cutLine} from '../../text/fit.js';
import {type Line, line, span, type Tone} from '../../text/line.js';
import {actionRow, shortTitle} from '../catalogue/catalogue.js';
import {shownCommand} from '../catalogue/shown-commands.js';
import {unlockedForMs} from '../execute/guard.js';
import {outcomeText, verificationText} from '../execute/outcome-text.js';
import {idleTimeoutMs} from './dialog-clock.js';
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
import type {ConfirmDialog, Dialog, DialogState, FormDialog} from './dialog-state.js';
import {drawMenu} from './draw-menu.js';
import {choiceText, durationText, problemPrompt} from './silence-choice.js';

/** The content of the dialog now; undefined while it is closed. */
export function drawDialog(state: DialogState, nowMs: number): DialogContent | undefined {
	const {dialog} = state;
	const drawn = contentOf(state, dialog, nowMs);
	if (drawn === undefined || state.notice === undefined) {
		return drawn;
	}

	const notice = line(`! ${state.notice}`, 'warning');
	const width = dialogTextWidth(state);
	// The dialog that asks for confirmation has one free line for the notice, and must not outgrow the screen. Its notice
	// is therefore cut to one line.
	const shown = dialog.kind === 'confirm' ? [cutLine(notice, width, '...')] : wrapLine(notice, width, '  ');
	return {...drawn, lines: [...drawn.lines, ...shown]};
}

function contentOf(state: DialogState, dialog: Dialog, nowMs: number): DialogContent | undefined {
	switch (dialog.kind) {
		case 'closed':
			return undefined;
		case 'menu':
			return drawMenu(state, dialog);
		case 'unlock':
			return {
				...emptyDialog,
				title: 'Actions are locked',
				tone: 'warning',
				lines: wrapLine(
					line(
						`${shortTitle(actionRow(dialog.action).title)} on ${dialog.name} changes a server. Unlocking sends nothing: the action is confirmed after it.`,
					),
					dialogTextWidth(state),
				),
				prompt: [span('type '), span(dialog.name, 'key'), span(` to unlock for ${unlockedForMs / 60_000} minutes`)],
				typed: dialog.typed,
				secondsLeft: secondsLeft(dialog.lastKeyAtMs, nowMs),
				hint: '> Cancel <  Enter or Esc; pasted text is ignored',
			};
		case 'form':
			return drawForm(state, dialog, nowMs);
		case 'preflighting':
			return {
				...emptyDialog,
				title: actionRow(dialog.action).title,
				tone: 'border',
				lines: [line(`Reading ${dialog.subject.address} ...`)],
				hint: 'Esc cancels',
			};
		case 'confirm':
			return drawConfirm(state, dialog, nowMs);
		case 'silencing':
			return drawSilencing(state, dialog.confirmed);
		case 'following': {
			const {plan, outcome, verification, problems, silence} = dialog.progress;
			return {
				...emptyDialog,
				title: plan.title,
				tone: 'accent',
				facts: cutFacts(plan.facts.slice(0, 1), dialogTextWidth(state)),
				lines: wrapLines(
					[
						[outcome === undefined ? 'sending it once, waiting for the reply' : outcomeText(outcome), 'plain'],
						...(verification === undefined ? [] : [[verificationText(verification), 'accent'] as const]),
						...problems.map(problem => [problem, 'critical'] as const),
						...(silence === undefined ? [] : [[silence, 'plain'] as const]),
					],
					dialogTextWidth(state),
				),
				hint: 'Esc hides this; the action goes on, and its end is listed as an event',
			};
		}

		case 'shown-command':
			return drawShownCommand(state, dialog);
		case 'done':
			return drawDone(state, dialog);
	}
}

/** The key that copies the command in a dialog that takes no text and sends nothing. */
export const copyLetter = 'y';

/** The result of an action, with the actions offered next. */
function drawDone(
	state: DialogState,
	{title, plan, lines, offers = [], command}: Dialog & {kind: 'done'},
): DialogContent {
	const width = dialogTextWidth(state);
	const isUndo = offers.some(({letter}) => letter === 'u');
	const copies = command === undefined ? '' : `, ${copyLetter} copies ${isUndo ? 'the undo' : 'its command'}`;
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

/** A command that can only be copied, with its target and its dangers. */
function drawShownCommand(state: DialogState, {subject, record, id}: Dialog & {kind: 'shown-command'}): DialogContent {
	const width = dialogTextWidth(state);
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

/** The form of an action: the text field, and how the server will read the typed text. */
function drawForm(state: DialogState, {subject, action, text, lastKeyAtMs}: FormDialog, nowMs: number): DialogContent {
	const {title, parameter, command, class: actionClass} = actionRow(action);
	const read = parameter?.read(text);
	const record = state.about?.record;
	const now = record === undefined ? undefined : parameter?.now?.(record);
	const width = dialogTextWidth(state);
	return {
		title,
		tone: actionClass === 'outage' ? 'critical' : 'accent',
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
		prompt: [span(`${parameter?.label ?? 'value'}; Enter goes on, nothing is sent yet`)],
		typed: text,
		secondsLeft: secondsLeft(lastKeyAtMs, nowMs),
		hint: 'Esc cancels; pasted text is ignored',
	};
}

function drawConfirm(state: DialogState, dialog: ConfirmDialog, nowMs: number): DialogContent {
	const width = dialogTextWidth(state);
	const {plan, letter, phrases, phraseIndex, typed, armedAtMs} = dialog;
	const phrase = phrases[phraseIndex];
	const isArmed = phrase === undefined || armedAtMs !== undefined;
	const {silence} = dialog;
	const facts: readonly LabelledValue[] =
		silence === undefined ? plan.facts : [...plan.facts, ['silence', choiceText(silence, state.alertmanager ?? '')]];
	const isUnsilenced = silence?.problem !== undefined;
	const sent = ` to send ${commandText(plan.command)}`;
	const isLong = isUnsilenced || cellWidth(sent) > width - 'press x'.length;
	const ready: Line = [
		span('press '),
		span(letter, 'key'),
		span(isLong ? ' to send it' : sent),
		...(isUnsilenced ? [span(` ${problemPrompt}`)] : []),
	];
	const box: DialogContent = {
		title: plan.title,
		tone: (plan.class ?? actionRow(plan.id).class) === 'outage' ? 'critical' : 'warning',
		facts: cutFacts(facts, width),
		lines: [],
		prompt: isArmed ? ready : [span('type '), span(phrase, 'key'), span(`, then ${letter}`)],
		typed: phrase === undefined ? undefined : typed,
		secondsLeft: secondsLeft(dialog.lastKeyAtMs, nowMs),
		hint: `${armedAtMs === undefined ? '> Cancel <  Enter or Esc' : '> Cancel <  Esc'}; Ctrl-Y copies; pasted text is ignored`,
	};
	const {effects, found, fine} = confirmLines(plan, width);
	const needed = [...effects, ...found];
	const roomy: DialogContent = {...box, facts: wholeFacts(facts, width), lines: needed};
	// The number of lines that the dialog may still grow by. One line of the screen stays free for a notice.
	const left = (shown: DialogContent) => state.screen.rows - dialogSize(shown).rows - 1;
	const shown = left(roomy) >= 0 ? roomy : {...box, lines: needed};
	return {...shown, lines: [...needed, ...fine.slice(0, Math.max(0, left(shown)))]};
}

function drawSilencing(state: DialogState, {plan, silence}: ConfirmDialog): DialogContent {
	const width = dialogTextWidth(state);
	const duration = durationText(silence?.durationMs ?? 0);
	return {
		...emptyDialog,
		title: plan.title,
		tone: 'border',
		facts: cutFacts(plan.facts.slice(0, 1), width),
		lines: [
			...wrapLine(line(`Setting a silence of ${duration} in Alertmanager ${state.alertmanager ?? ''} ...`), width),
			...wrapLine(line(`${commandText(plan.command)} is sent after that.`), width),
		],
		hint: 'Esc cancels: the command is not sent',
	};
}

/** The lines of effects and checks. If the screen has too few lines, checks in the state `ok` are left out first. */
function confirmLines(plan: ActionPlan, width: number) {
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
	Math.max(0, Math.ceil((lastKeyAtMs + idleTimeoutMs - nowMs) / 1000));
