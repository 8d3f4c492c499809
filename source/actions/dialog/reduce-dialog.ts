import type {ActionName, ActionProgress} from '../../domain/action.js';
import type {NodeAddress} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {line} from '../../text/line.js';
import type {Selection} from '../catalogue/action-row.js';
import {actionRow, menuRows, sharedReason, shortTitle} from '../catalogue/catalogue.js';
import {guardPlan} from '../execute/guard.js';
import {idleTimeoutMs} from './dialog-clock.js';
import {dialogSize, fitsScreen} from './dialog-content.js';
import {chooseAction, press, takeSilence} from './dialog-keys.js';
import {doneDialog} from './dialog-outcome.js';
import {
	type ConfirmDialog,
	type Dialog,
	type DialogEvent,
	type DialogState,
	type Offer,
	type Subject,
	subjectOf,
	type Transition,
} from './dialog-state.js';
import {abort, refuse, withDialog, withNotice, withoutEffects} from './dialog-transitions.js';
import {drawDialog} from './draw-dialog.js';
import {openingChoice} from './silence-choice.js';

/**
The whole behaviour of the dialog. Returns the state after an event, and the effects that the controller performs. Pure.

@param nowMs Milliseconds by `dialogClock`, which never runs back.
*/
export function reduceDialog(state: DialogState, event: DialogEvent, nowMs: number): Transition {
	switch (event.kind) {
		case 'opened':
			return open(state, event.record, event.selection);
		case 'chosen':
			return chooseAction(reopen(state, event.record, event.choice), event.choice.action, nowMs);
		case 'denied':
			return takeDenials(state, event.address, event.denials);
		case 'pressed':
			return press({...state, notice: undefined}, event.key, nowMs);
		case 'ticked':
			return tick(state, nowMs);
		case 'resized':
			return resize({...state, screen: {columns: event.columns, rows: event.rows}}, nowMs);
		case 'seen':
			return see(state, event.subject);
		case 'connection-lost':
			return state.dialog.kind === 'confirm' ? abort(state, 'the connection was lost') : withoutEffects(state);
		case 'prepared':
			return askToConfirm(state, event, nowMs);
		case 'silenced':
			return takeSilence(state, event.ticket, event.problem, nowMs);
		case 'preparation-failed': {
			const {dialog} = state;
			const isAwaited = dialog.kind === 'preflighting' && state.ticket === event.ticket;
			return isAwaited ? refuse(state, dialog.subject, dialog.action, event.why) : withoutEffects(state);
		}

		case 'progressed':
			return follow(state, event.progress);
		case 'finished':
			return finish(state, event.progress);
		case 'audit-failed':
			return lockOut(state, event.why);
		case 'told':
			return withNotice(state, event.notice);
		case 'ended':
			return abort(state, 'redis-top ended');
	}
}

function open(state: DialogState, record: NodeRecord, selection: Selection = {}): Transition {
	if (state.dialog.kind !== 'closed') {
		return withoutEffects(state);
	}

	if (state.running !== undefined) {
		return withoutEffects(withDialog(state, {kind: 'following', progress: state.running}));
	}

	const rows = menuRows(record, selection);
	const about = {record, selection};
	const selected = Math.max(
		0,
		rows.findIndex(({id}) => id === selection.action),
	);
	const offer = sharedReason(rows) === undefined ? undefined : offerOf(selection);
	const menu: Dialog = {kind: 'menu', subject: subjectOf(record), rows, selected, offer};
	return {
		state: withDialog({...state, notice: undefined, about}, menu),
		effects: [{kind: 'ask-rights', address: record.address}],
	};
}

const offerOf = ({elsewhere}: Selection): Offer | undefined =>
	elsewhere && {
		letter: 'o',
		text: `${shortTitle(actionRow(elsewhere.action).title)} on ${elsewhere.node}`,
		node: elsewhere.node,
		choice: {action: elsewhere.action, value: elsewhere.value},
	};

/** Opens the menu again in place of the dialog of an ended action. */
const reopen = (state: DialogState, record: NodeRecord, selection: Selection): DialogState =>
	open(state.dialog.kind === 'done' ? withDialog(state, {kind: 'closed'}) : state, record, selection).state;

/** Greys the rows of actions that the server does not allow this user. The order of the rows stays. */
function takeDenials(state: DialogState, address: NodeAddress, denials: ReadonlyMap<ActionName, string>): Transition {
	const {dialog} = state;
	if (dialog.kind !== 'menu' || dialog.subject.address !== address) {
		return withoutEffects(state);
	}

	const rows = dialog.rows.map(row => ({...row, whyNot: row.whyNot ?? denials.get(row.id)}));
	return withoutEffects(withDialog(state, {...dialog, rows}));
}

function askToConfirm(
	state: DialogState,
	{ticket, plan, silencedUntilMs}: DialogEvent & {kind: 'prepared'},
	nowMs: number,
): Transition {
	const {dialog, policy} = state;
	if (dialog.kind !== 'preflighting' || state.ticket !== ticket) {
		return withoutEffects(state);
	}

	const {subject, action} = dialog;
	const answer = guardPlan(policy, plan, nowMs);
	if (answer.kind === 'refused') {
		return refuse(state, subject, action, answer.why, plan);
	}

	if (answer.kind === 'unlock-needed') {
		return refuse(state, subject, action, 'actions are locked again');
	}

	const {letter, phrases} = answer;
	const times = {openedAtMs: nowMs, lastKeyAtMs: nowMs, armedAtMs: undefined};
	const silence = openingChoice(plan, state.alertmanager, silencedUntilMs);
	const typing = {phrases, phraseIndex: 0, typed: ''};
	const box: ConfirmDialog = {kind: 'confirm', subject, plan, letter, ...typing, ...times};
	const offered = withDialog(state, {...box, silence});
	const drawn = drawDialog(offered, nowMs);
	// If the terminal has no line left for the choice of a silence, the dialog opens without this choice.
	const hasRoom = drawn !== undefined && fitsScreen(drawn, offered);
	return resize(hasRoom ? offered : withDialog(state, box), nowMs);
}

/** Refuses an action whose dialog doesn't fit the screen, when it opens and when the terminal shrinks. */
function resize(state: DialogState, nowMs: number): Transition {
	const {dialog, screen} = state;
	const drawn = drawDialog(state, nowMs);
	if (dialog.kind !== 'confirm' || drawn === undefined || fitsScreen(drawn, state)) {
		return withoutEffects(state);
	}

	const {columns, rows} = dialogSize(drawn);
	const why = `the dialog needs ${columns}x${rows} cells, the terminal has ${screen.columns}x${screen.rows}`;
	return refuse(state, dialog.subject, dialog.plan.id, why);
}

function tick(state: DialogState, nowMs: number): Transition {
	const {dialog} = state;
	const isWaiting = dialog.kind === 'confirm' || dialog.kind === 'unlock' || dialog.kind === 'form';
	return isWaiting && nowMs - dialog.lastKeyAtMs >= idleTimeoutMs
		? abort(state, `no key for ${idleTimeoutMs / 1000} seconds`)
		: withoutEffects(state);
}

/**
Closes a dialog whose server has another run_id or role, is down or refuses connections. Polling goes on while a dialog
is open, and often notices such a change first.
*/
function see(state: DialogState, seen: Subject): Transition {
	const {dialog} = state;
	const subject = 'subject' in dialog && dialog.subject.address === seen.address ? dialog.subject : undefined;
	if (subject === undefined) {
		return withoutEffects(state);
	}

	if (seen.runId !== undefined && seen.runId !== subject.runId) {
		return abort(state, `${seen.address} restarted: it has another run_id`);
	}

	if (seen.role !== subject.role) {
		return abort(state, `${seen.address} is now ${seen.role}, not ${subject.role}`);
	}

	const isLost = seen.reach === 'down' || seen.reach === 'refusing';
	return isLost && dialog.kind !== 'menu' ? abort(state, `${seen.address} is ${seen.reach}`) : withoutEffects(state);
}

function follow(state: DialogState, progress: ActionProgress): Transition {
	const next = {...state, running: progress};
	return withoutEffects(state.dialog.kind === 'following' ? withDialog(next, {kind: 'following', progress}) : next);
}

function finish(state: DialogState, progress: ActionProgress): Transition {
	const next: DialogState = {...state, running: undefined};
	const isShown = state.dialog.kind === 'following';
	return {
		state: isShown ? withDialog(next, doneDialog(progress)) : next,
		effects: [{kind: 'announce', progress}],
	};
}

/** Locks actions after an audit line could not be written. No action is sent without an audit log. */
function lockOut(state: DialogState, why: string): Transition {
	const {dialog, policy} = state;
	const locked: DialogState = {...state, policy: {...policy, unlockedUntilMs: undefined}};
	if (!['preflighting', 'confirm', 'silencing'].includes(dialog.kind)) {
		return withNotice(locked, why);
	}

	const title = 'refused, nothing was sent';
	return {
		state: {
			...locked,
			ticket: state.ticket + 1,
			dialog: {kind: 'done', title, plan: undefined, lines: [line(why, 'critical')]},
		},
		effects: [{kind: 'release'}],
	};
}
