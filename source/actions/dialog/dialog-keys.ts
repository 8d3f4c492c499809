import type {ActionName, ActionProgress} from '../../domain/action.js';
import type {TypedValue} from '../catalogue/action-row.js';
import {actionRow, type MenuRow, shortTitle, shownRows} from '../catalogue/catalogue.js';
import {guardAction, guardPlan, unlockedForMs} from '../execute/guard.js';
import {copy, pressAtEnd} from './dialog-outcome.js';
import type {
	BoxDialog,
	DialogKey,
	DialogState,
	FormDialog,
	Session,
	Step,
	Subject,
	UnlockDialog,
} from './dialog-state.js';
import {deadTimeMs} from './dialog-times.js';
import {abort, auditEffect, refuse, say, still, withDialog} from './dialog-transitions.js';

const bunchNotice = 'several keys at once, or pasted text, are ignored';

/** One key, or a bunch of them, which never counts as anything. */
export function press(session: Session, key: DialogKey, nowMs: number): Step {
	const {dialog} = session;
	if (dialog.kind === 'closed') {
		return still(session);
	}

	if (key.kind === 'bunch') {
		return say(session, bunchNotice);
	}

	if (key.kind === 'named' && key.name === 'copy') {
		return copy(session);
	}

	switch (dialog.kind) {
		case 'menu':
			return pressInMenu(session, dialog, key, nowMs);
		case 'unlock':
			return pressInUnlock(session, dialog, key, nowMs);
		case 'form':
			return pressInForm(session, dialog, key, nowMs);
		case 'preflighting':
			return isClosing(key) ? abort(session, 'cancelled') : still(session);
		case 'box':
			return pressInBox(session, dialog, key, nowMs);
		case 'text':
		case 'following':
		case 'done':
			return isClosing(key) ? still(withDialog(session, {kind: 'closed'})) : pressAtEnd(session, key);
	}
}

const isLeaving = (key: DialogKey): boolean => key.kind === 'named' && (key.name === 'enter' || key.name === 'escape');

/** Where there is no text field, `q` closes too. */
const isClosing = (key: DialogKey): boolean => isLeaving(key) || (key.kind === 'character' && key.text === 'q');

function pressInMenu(session: Session, dialog: DialogState & {kind: 'menu'}, key: DialogKey, nowMs: number): Step {
	const {selected, search} = dialog;
	const rows = shownRows(dialog);
	const move = (index: number) =>
		still(withDialog(session, {...dialog, selected: Math.max(0, Math.min(rows.length - 1, index))}));
	const name = key.kind === 'named' ? key.name : undefined;
	const typed = key.kind === 'character' ? key.text : undefined;
	if (search !== undefined && (typed !== undefined || name === 'backspace' || name === 'escape')) {
		const next = name === 'escape' ? undefined : retype(search, key);
		return still(withDialog(session, {...dialog, selected: 0, search: next}));
	}

	const text = search === undefined ? typed : undefined;
	if (text === '/') {
		return still(withDialog(session, {...dialog, selected: 0, search: ''}));
	}

	if (name === 'escape' || text === 'q') {
		return still(withDialog(session, {kind: 'closed'}));
	}

	if (name === 'up' || text === 'k') {
		return move(selected - 1);
	}

	if (name === 'down' || text === 'j') {
		return move(selected + 1);
	}

	const row = name === 'enter' ? rows[selected] : rows.find(({letter}) => letter === text);
	return row === undefined ? still(session) : chooseRow(session, dialog.subject, row, nowMs);
}

function chooseRow(session: Session, subject: Subject, row: MenuRow, nowMs: number): Step {
	const record = session.about?.record;
	if (row.isText === true && row.whyNot === undefined && record !== undefined) {
		return still(withDialog(session, {kind: 'text', subject, record, id: row.id}));
	}

	if (row.whyNot !== undefined) {
		const refused = auditEffect('refused', subject, row.id, row.whyNot);
		return {session: {...session, notice: `${shortTitle(row.title)}: ${row.whyNot}`}, effects: [refused]};
	}

	return choose(session, subject, row.id, nowMs);
}

/** As if it was chosen in the menu, which is open now; where it isn't (another action runs), nothing happens. */
export function chooseDirectly(session: Session, action: ActionName, nowMs: number): Step {
	const {dialog} = session;
	const row = dialog.kind === 'menu' ? dialog.rows.find(({id}) => id === action) : undefined;
	return dialog.kind !== 'menu' || row === undefined ? still(session) : chooseRow(session, dialog.subject, row, nowMs);
}

function choose(session: Session, subject: Subject, action: ActionName, nowMs: number): Step {
	const row = actionRow(action);
	const answer = guardAction({policy: session.policy, action: row, target: subject.address, checks: [], nowMs});
	switch (answer.kind) {
		case 'refused':
			return refuse(session, subject, action, answer.why);
		case 'unlock-needed': {
			const times = {openedAtMs: nowMs, lastKeyAtMs: nowMs};
			return still(withDialog(session, {kind: 'unlock', subject, action, name: answer.name, typed: '', ...times}));
		}

		case 'confirm':
			return prepareOrAsk(session, subject, action, nowMs);
	}
}

/** What is typed leads to the box; where there is nothing to type, the box comes at once. */
function prepareOrAsk(session: Session, subject: Subject, action: ActionName, nowMs: number): Step {
	const {parameter} = actionRow(action);
	if (parameter === undefined) {
		return prepare(session, subject, action);
	}

	const {about} = session;
	const isAbout = about !== undefined && about.record.address === subject.address;
	const chosen = isAbout && about.selection.action === action ? about.selection : undefined;
	const given = chosen?.value;
	const typed = chosen?.isSettled === true && given !== undefined ? parameter.read(given) : undefined;
	if (typeof typed === 'object') {
		return prepare(session, subject, action, typed);
	}

	const text = given ?? (isAbout ? parameter.initial?.(about.record, about.selection) : undefined) ?? '';
	const times = {openedAtMs: nowMs, lastKeyAtMs: nowMs};
	return still(withDialog(session, {kind: 'form', subject, action, text, ...times}));
}

function pressInForm(session: Session, dialog: FormDialog, key: DialogKey, nowMs: number): Step {
	const {subject, action, text, openedAtMs} = dialog;
	if (isTypedAhead(openedAtMs, nowMs)) {
		return still(session);
	}

	if (key.kind === 'named' && key.name === 'escape') {
		return abort(session, 'cancelled');
	}

	if (key.kind !== 'named' || key.name !== 'enter') {
		return still(withDialog(session, {...dialog, text: retype(text, key), lastKeyAtMs: nowMs}));
	}

	const typed = actionRow(action).parameter?.read(text) ?? 'nothing is to be typed';
	return typeof typed === 'string'
		? still(withDialog(session, {...dialog, lastKeyAtMs: nowMs}))
		: prepare(session, subject, action, typed);
}

function prepare(session: Session, subject: Subject, action: ActionName, typed?: TypedValue): Step {
	const ticket = session.ticket + 1;
	return {
		session: {...session, ticket, dialog: {kind: 'preflighting', subject, action}},
		effects: [{kind: 'prepare', ticket, action, subject, typed}],
	};
}

const isTypedAhead = (sinceMs: number, nowMs: number): boolean => nowMs - sinceMs < deadTimeMs;

function retype(typed: string, key: DialogKey): string {
	if (key.kind === 'character') {
		return typed + key.text;
	}

	return key.kind === 'named' && key.name === 'backspace' ? [...typed].slice(0, -1).join('') : typed;
}

function pressInUnlock(session: Session, dialog: UnlockDialog, key: DialogKey, nowMs: number): Step {
	if (isTypedAhead(dialog.openedAtMs, nowMs)) {
		return still(session);
	}

	if (isLeaving(key)) {
		return abort(session, 'cancelled');
	}

	const typed = retype(dialog.typed, key);
	if (typed !== dialog.name) {
		return still(withDialog(session, {...dialog, typed, lastKeyAtMs: nowMs}));
	}

	const policy = {...session.policy, unlockedUntilMs: nowMs + unlockedForMs};
	const next = prepareOrAsk({...session, policy}, dialog.subject, dialog.action, nowMs);
	return {...next, effects: [auditEffect('unlocked', dialog.subject, dialog.action), ...next.effects]};
}

function pressInBox(session: Session, dialog: BoxDialog, key: DialogKey, nowMs: number): Step {
	const {phrases, phraseIndex, letter, armedAtMs, openedAtMs} = dialog;
	if (isTypedAhead(openedAtMs, nowMs)) {
		return still(session);
	}

	const hasField = phraseIndex < phrases.length;
	if (hasField ? isLeaving(key) : isClosing(key)) {
		return abort(session, 'cancelled');
	}

	const isLetter = key.kind === 'character' && key.text === letter;
	if (isLetter && (!hasField || armedAtMs !== undefined)) {
		return isTypedAhead(armedAtMs ?? openedAtMs, nowMs)
			? say(session, `too soon after the last key: press ${letter} again`)
			: execute(session, dialog, nowMs);
	}

	return still(withDialog(session, hasField ? typeInBox(dialog, key, nowMs) : {...dialog, lastKeyAtMs: nowMs}));
}

/** More text after a full phrase makes it wrong again, so `10.0.0.1:63790` never counts as `10.0.0.1:6379`. */
function typeInBox(dialog: BoxDialog, key: DialogKey, nowMs: number): BoxDialog {
	const {phrases, phraseIndex} = dialog;
	const typed = retype(dialog.typed, key);
	const isFull = typed === phrases[phraseIndex];
	const isLast = phraseIndex === phrases.length - 1;
	if (isFull && !isLast) {
		return {...dialog, phraseIndex: phraseIndex + 1, typed: '', lastKeyAtMs: nowMs};
	}

	return {...dialog, typed, armedAtMs: isFull ? nowMs : undefined, lastKeyAtMs: nowMs};
}

function execute(session: Session, {plan, subject}: BoxDialog, nowMs: number): Step {
	const answer = guardPlan(session.policy, plan, nowMs);
	if (answer.kind !== 'confirm') {
		const why = answer.kind === 'refused' ? answer.why : 'the session is locked again';
		return refuse(session, subject, plan.id, why);
	}

	const progress: ActionProgress = {plan, outcome: undefined, verification: undefined, problems: []};
	return {
		session: {...session, running: progress, dialog: {kind: 'following', progress}},
		effects: [{kind: 'run'}],
	};
}
