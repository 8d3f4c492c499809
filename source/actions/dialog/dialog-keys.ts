import type {ActionName, ActionProgress} from '../../domain/action.js';
import type {TypedValue} from '../catalogue/action-row.js';
import {actionRow, groupLetter, type MenuRow, menuGroups, shortTitle, shownRows} from '../catalogue/catalogue.js';
import {guardAction, guardPlan, unlockedForMs} from '../execute/guard.js';
import {typeAheadMs} from './dialog-clock.js';
import {fieldOf, retype, typedTogether} from './dialog-fields.js';
import {copy, pressInDone} from './dialog-outcome.js';
import type {
	ConfirmDialog,
	Dialog,
	DialogKey,
	DialogState,
	FormDialog,
	Subject,
	Transition,
	UnlockDialog,
} from './dialog-state.js';
import {abort, auditEffect, refuse, withDialog, withNotice, withoutEffects} from './dialog-transitions.js';
import {nextChoice, noSilence, wantedMs} from './silence-choice.js';

/** The notice that is shown when one read from the terminal delivers several keys. */
export const bunchNotice = 'several keys at once, or pasted text, are ignored';

/** Handles one key. If one read delivers several keys, a notice is shown, unless a text field takes them. */
export function press(state: DialogState, key: DialogKey, nowMs: number): Transition {
	const {dialog} = state;
	if (dialog.kind === 'closed') {
		return withoutEffects(state);
	}

	if (key.kind === 'bunch') {
		return typeTogether(state, key.text ?? '', nowMs) ?? withNotice(state, bunchNotice);
	}

	if (key.kind === 'named' && key.name === 'enter' && isJustUnlocked(state, nowMs)) {
		return dialog.kind === 'confirm' ? withNotice(state, 'Enter sends nothing, Esc cancels') : withoutEffects(state);
	}

	if (key.kind === 'named' && key.name === 'copy') {
		return copy(state);
	}

	switch (dialog.kind) {
		case 'menu':
			return pressInMenu(state, dialog, key, nowMs);
		case 'unlock':
			return pressInUnlock(state, dialog, key, nowMs);
		case 'form':
			return pressInForm(state, dialog, key, nowMs);
		case 'preflighting':
		case 'silencing':
			return isClosing(key) ? abort(state, 'cancelled') : withoutEffects(state);
		case 'confirm':
			return pressInConfirm(state, dialog, key, nowMs);
		case 'shown-command':
		case 'following':
		case 'done':
			return isClosing(key) ? withoutEffects(withDialog(state, {kind: 'closed'})) : pressInDone(state, key);
	}
}

/**
Handles a few characters that came in one read from the terminal. Undefined if there are too many, or no text field is
open. In a phrase's field, fewer than half of the phrase may come at once: no paste confirms an action.
*/
function typeTogether(state: DialogState, text: string, nowMs: number): Transition | undefined {
	const phrase = fieldOf(state.dialog);
	const isFew = text.length > 0 && text.length <= typedTogether;
	if (phrase === undefined || !isFew || (phrase !== 'any' && text.length * 2 >= phrase.length)) {
		return undefined;
	}

	let result = withoutEffects(state);
	for (const character of text) {
		const {dialog} = result.state;
		if (dialog.kind !== state.dialog.kind) {
			break;
		}

		const {state: next, effects} = press(result.state, {kind: 'character', text: character}, nowMs);
		result = {state: next, effects: [...result.effects, ...effects]};
	}

	return result;
}

/**
Milliseconds for which Enter has no effect after actions are unlocked. People press Enter after the typed name by habit.
The box that follows opens at the last character of the name, and a slow machine or line delivers their Enter late.
*/
const reflexMs = 5000;

function isJustUnlocked(
	{policy: {unlockedUntilMs}, dialog, ticket, unlockTicket}: DialogState,
	nowMs: number,
): boolean {
	// If another key was pressed after the dialog opened, a following Enter is meant for this dialog.
	const isUntouched = 'lastKeyAtMs' in dialog && dialog.lastKeyAtMs === dialog.openedAtMs;
	const isNext = dialog.kind === 'preflighting' || (isUntouched && dialog.kind !== 'unlock');
	// With `--allow-actions` no name was typed and Enter works at once: `sinceMs` is negative infinity.
	const sinceMs = unlockedUntilMs === undefined ? undefined : nowMs - (unlockedUntilMs - unlockedForMs);
	const isFirst = unlockTicket === undefined || ticket <= unlockTicket;
	return isNext && isFirst && sinceMs !== undefined && sinceMs >= 0 && sinceMs < reflexMs;
}

const isLeaving = (key: DialogKey): boolean => key.kind === 'named' && (key.name === 'enter' || key.name === 'escape');

/** Whether the key closes a dialog without a text field: Enter, Escape or `q`. */
const isClosing = (key: DialogKey): boolean => isLeaving(key) || (key.kind === 'character' && key.text === 'q');

function pressInMenu(state: DialogState, dialog: Dialog & {kind: 'menu'}, key: DialogKey, nowMs: number): Transition {
	const {selected, search, group} = dialog;
	const rows = shownRows(dialog);
	const move = (index: number) =>
		withoutEffects(withDialog(state, {...dialog, selected: Math.max(0, Math.min(rows.length - 1, index))}));
	const name = key.kind === 'named' ? key.name : undefined;
	const typed = key.kind === 'character' ? key.text : undefined;
	if (search !== undefined && (typed !== undefined || name === 'backspace' || name === 'escape')) {
		const next = name === 'escape' ? undefined : retype(search, key);
		return withoutEffects(withDialog(state, {...dialog, selected: 0, search: next}));
	}

	const text = search === undefined ? typed : undefined;
	if (text === '/') {
		return withoutEffects(withDialog(state, {...dialog, selected: 0, search: '', group: undefined}));
	}

	if (name === 'escape' && group !== undefined) {
		return withoutEffects(withDialog(state, {...dialog, selected: 0, group: undefined}));
	}

	if (name === 'escape' || text === 'q') {
		return withoutEffects(withDialog(state, {kind: 'closed'}));
	}

	if (name === 'up' || text === 'k') {
		return move(selected - 1);
	}

	if (name === 'down' || text === 'j') {
		return move(selected + 1);
	}

	const opened = menuGroups.find(each => text !== undefined && groupLetter(each) === text);
	if (opened !== undefined && dialog.rows.some(row => row.group === opened)) {
		return withoutEffects(withDialog(state, {...dialog, selected: 0, group: opened}));
	}

	const {offer} = dialog;
	if (offer !== undefined && (text === offer.letter || (name === 'enter' && rows.length === 0))) {
		return {state: withDialog(state, {kind: 'closed'}), effects: [{kind: 'go-on', offer}]};
	}

	// The key of a row that cannot be chosen shows the reason.
	const lettered = dialog.rows.filter(({letter}) => letter === text);
	const row = name === 'enter' ? rows[selected] : lettered.find(each => each.group === (group ?? 'Selected row'));
	if (row !== undefined) {
		return chooseRow(state, dialog.subject, row, nowMs);
	}

	const groups = lettered.flatMap(each => groupLetter(each.group) ?? []);
	return groups.length === 0
		? withoutEffects(state)
		: withNotice(state, `first the letter of a group, then ${text}: ${[...new Set(groups)].join(' or ')}`);
}

function chooseRow(state: DialogState, subject: Subject, row: MenuRow, nowMs: number): Transition {
	const record = state.about?.record;
	if (row.isText === true && row.whyNot === undefined && record !== undefined) {
		return withoutEffects(withDialog(state, {kind: 'shown-command', subject, record, id: row.id}));
	}

	if (row.whyNot !== undefined) {
		const refused = auditEffect('refused', subject, row.id, row.whyNot);
		return {state: {...state, notice: `${shortTitle(row.title)}: ${row.whyNot}`}, effects: [refused]};
	}

	return choose(state, subject, row.id, nowMs);
}

/** Chooses an action in the open menu. Nothing changes if no menu is open, for example while another action runs. */
export function chooseAction(state: DialogState, action: ActionName, nowMs: number): Transition {
	const {dialog} = state;
	const row = dialog.kind === 'menu' ? dialog.rows.find(({id}) => id === action) : undefined;
	return dialog.kind !== 'menu' || row === undefined
		? withoutEffects(state)
		: chooseRow(state, dialog.subject, row, nowMs);
}

function choose(state: DialogState, subject: Subject, action: ActionName, nowMs: number): Transition {
	const row = actionRow(action);
	const answer = guardAction({policy: state.policy, action: row, target: subject.address, checks: [], nowMs});
	switch (answer.kind) {
		case 'refused':
			return refuse(state, subject, action, answer.why);
		case 'unlock-needed': {
			const times = {openedAtMs: nowMs, lastKeyAtMs: nowMs};
			return withoutEffects(
				withDialog(state, {kind: 'unlock', subject, action, name: answer.name, typed: '', ...times}),
			);
		}

		case 'confirm':
			return prepareOrAsk(state, subject, action, nowMs);
	}
}

/**
Opens the form of an action with a parameter. For any other action, or where the value is already complete, the
preflight starts at once.
*/
function prepareOrAsk(state: DialogState, subject: Subject, action: ActionName, nowMs: number): Transition {
	const {parameter} = actionRow(action);
	if (parameter === undefined) {
		return prepare(state, subject, action);
	}

	const {about} = state;
	const isAbout = about !== undefined && about.record.address === subject.address;
	const chosen = isAbout && about.selection.action === action ? about.selection : undefined;
	const given = chosen?.value;
	const typed = chosen?.isSettled === true && given !== undefined ? parameter.read(given) : undefined;
	if (typeof typed === 'object') {
		return prepare(state, subject, action, typed);
	}

	const text = given ?? (isAbout ? parameter.initial?.(about.record, about.selection) : undefined) ?? '';
	const times = {openedAtMs: nowMs, lastKeyAtMs: nowMs};
	return withoutEffects(withDialog(state, {kind: 'form', subject, action, text, ...times}));
}

function pressInForm(state: DialogState, dialog: FormDialog, key: DialogKey, nowMs: number): Transition {
	const {subject, action, text, openedAtMs} = dialog;
	if (isTypedAhead(openedAtMs, nowMs)) {
		return withoutEffects(state);
	}

	if (key.kind === 'named' && key.name === 'escape') {
		return abort(state, 'cancelled');
	}

	if (key.kind !== 'named' || key.name !== 'enter') {
		return withoutEffects(withDialog(state, {...dialog, text: retype(text, key), lastKeyAtMs: nowMs}));
	}

	const typed = actionRow(action).parameter?.read(text) ?? 'nothing is to be typed';
	return typeof typed === 'string'
		? withoutEffects(withDialog(state, {...dialog, lastKeyAtMs: nowMs}))
		: prepare(state, subject, action, typed);
}

function prepare(state: DialogState, subject: Subject, action: ActionName, typed?: TypedValue): Transition {
	const ticket = state.ticket + 1;
	return {
		state: {...state, ticket, dialog: {kind: 'preflighting', subject, action}},
		effects: [{kind: 'prepare', ticket, action, subject, typed}],
	};
}

const isTypedAhead = (sinceMs: number, nowMs: number): boolean => nowMs - sinceMs < typeAheadMs;

function pressInUnlock(state: DialogState, dialog: UnlockDialog, key: DialogKey, nowMs: number): Transition {
	if (isTypedAhead(dialog.openedAtMs, nowMs)) {
		return withoutEffects(state);
	}

	if (isLeaving(key)) {
		return abort(state, 'cancelled');
	}

	const typed = retype(dialog.typed, key);
	if (typed !== dialog.name) {
		return withoutEffects(withDialog(state, {...dialog, typed, lastKeyAtMs: nowMs}));
	}

	const policy = {...state.policy, unlockedUntilMs: nowMs + unlockedForMs};
	const unlocked = {...state, policy, unlockTicket: state.ticket + 1};
	const next = prepareOrAsk(unlocked, dialog.subject, dialog.action, nowMs);
	return {...next, effects: [auditEffect('unlocked', dialog.subject, dialog.action), ...next.effects]};
}

function pressInConfirm(state: DialogState, dialog: ConfirmDialog, key: DialogKey, nowMs: number): Transition {
	const {phrases, phraseIndex, letter, armedAtMs, openedAtMs} = dialog;
	if (isTypedAhead(openedAtMs, nowMs)) {
		return withoutEffects(state);
	}

	if (key.kind === 'named' && key.name === 'tab' && dialog.silence !== undefined) {
		const silence = nextChoice(dialog.silence);
		const effects = dialog.silence.problem === undefined ? [] : [{kind: 'lift-silence'} as const];
		return {state: withDialog(state, {...dialog, silence, lastKeyAtMs: nowMs}), effects};
	}

	const hasField = phraseIndex < phrases.length;
	const isComplete = armedAtMs !== undefined || (phraseIndex > 0 && dialog.typed === '');
	if (hasField && isComplete && key.kind === 'named' && key.name === 'enter') {
		return withNotice(
			state,
			armedAtMs === undefined ? 'Enter sends nothing, Esc cancels' : `Enter sends nothing: ${letter} does, Esc cancels`,
		);
	}

	if (hasField ? isLeaving(key) : isClosing(key)) {
		return abort(state, 'cancelled');
	}

	const isLetter = key.kind === 'character' && key.text === letter;
	if (isLetter && (!hasField || armedAtMs !== undefined)) {
		return isTypedAhead(armedAtMs ?? openedAtMs, nowMs)
			? withNotice(state, `too soon after the last key: press ${letter} again`)
			: execute(state, dialog, nowMs);
	}

	return withoutEffects(withDialog(state, hasField ? typePhrase(dialog, key, nowMs) : {...dialog, lastKeyAtMs: nowMs}));
}

/**
Adds the key to the typed phrase. Text after the complete phrase makes the phrase wrong: `10.0.0.1:63790` is not
`10.0.0.1:6379`.
*/
function typePhrase(dialog: ConfirmDialog, key: DialogKey, nowMs: number): ConfirmDialog {
	const {phrases, phraseIndex} = dialog;
	const typed = retype(dialog.typed, key);
	const isFull = typed === phrases[phraseIndex];
	const isLast = phraseIndex === phrases.length - 1;
	if (isFull && !isLast) {
		return {...dialog, phraseIndex: phraseIndex + 1, typed: '', lastKeyAtMs: nowMs};
	}

	return {...dialog, typed, armedAtMs: isFull ? nowMs : undefined, lastKeyAtMs: nowMs};
}

/** Sends the confirmed action. If a silence is wanted, sets the silence first. */
function execute(state: DialogState, dialog: ConfirmDialog, nowMs: number): Transition {
	const {plan, subject} = dialog;
	const answer = guardPlan(state.policy, plan, nowMs);
	if (answer.kind !== 'confirm') {
		const why = answer.kind === 'refused' ? answer.why : 'actions are locked again';
		return refuse(state, subject, plan.id, why);
	}

	const durationMs = wantedMs(dialog.silence);
	if (durationMs !== undefined) {
		const ticket = state.ticket + 1;
		return {
			state: {...state, ticket, dialog: {kind: 'silencing', subject, confirmed: dialog}},
			effects: [{kind: 'silence', ticket, plan, durationMs}],
		};
	}

	const progress: ActionProgress = {plan, outcome: undefined, verification: undefined, problems: []};
	return {
		state: {...state, running: progress, dialog: {kind: 'following', progress}},
		effects: [{kind: 'run'}],
	};
}

/**
Handles the end of setting a silence. If the silence is set, the action is sent. After a problem the dialog asks again.
The key that confirms then sends the action without the silence.
*/
export function takeSilence(
	state: DialogState,
	ticket: number,
	problem: string | undefined,
	nowMs: number,
): Transition {
	const {dialog} = state;
	if (dialog.kind !== 'silencing' || state.ticket !== ticket) {
		return withoutEffects(state);
	}

	const {confirmed} = dialog;
	const silence = {...(confirmed.silence ?? noSilence), problem};
	if (problem === undefined) {
		return execute(state, {...confirmed, silence: {...silence, durationMs: undefined}}, nowMs);
	}

	const isArmed = confirmed.armedAtMs !== undefined;
	const times = {openedAtMs: nowMs, lastKeyAtMs: nowMs, armedAtMs: isArmed ? nowMs : undefined};
	return withoutEffects(withDialog(state, {...confirmed, ...times, silence}));
}
