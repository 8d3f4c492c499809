import type {ActionName, ActionPlan, ActionProgress} from '../../domain/action.js';
import type {NodeAddress} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {line} from '../../text/line.js';
import type {Selection} from '../catalogue/action-row.js';
import {menuRows} from '../catalogue/catalogue.js';
import {guardPlan} from '../execute/guard.js';
import {dialogSize, fitsScreen} from './dialog-content.js';
import {chooseDirectly, press} from './dialog-keys.js';
import {endOf} from './dialog-outcome.js';
import {
	type BoxDialog,
	type DialogState,
	type Session,
	type SessionEvent,
	type Step,
	type Subject,
	subjectOf,
} from './dialog-state.js';
import {expiresAfterMs} from './dialog-times.js';
import {abort, refuse, say, still, withDialog} from './dialog-transitions.js';
import {actionDialog} from './draw-dialog.js';

/**
The dialog's whole behaviour: what is on the screen after an event, and what is to be done for it. It touches nothing.

@param nowMs On the session's clock, which never runs back.
*/
export function step(session: Session, event: SessionEvent, nowMs: number): Step {
	switch (event.kind) {
		case 'opened':
			return open(session, event.record, event.selection);
		case 'chosen':
			return chooseDirectly(openAnew(session, event.record, event.choice), event.choice.action, nowMs);
		case 'denied':
			return takeDenials(session, event.address, event.denials);
		case 'pressed':
			return press({...session, notice: undefined}, event.key, nowMs);
		case 'ticked':
			return tick(session, nowMs);
		case 'resized':
			return resize({...session, screen: {columns: event.columns, rows: event.rows}}, nowMs);
		case 'seen':
			return see(session, event.subject);
		case 'connection-lost':
			return session.dialog.kind === 'box' ? abort(session, 'the connection was lost') : still(session);
		case 'prepared':
			return showBox(session, event.ticket, event.plan, nowMs);
		case 'preparation-failed': {
			const {dialog} = session;
			const isAwaited = dialog.kind === 'preflighting' && session.ticket === event.ticket;
			return isAwaited ? refuse(session, dialog.subject, dialog.action, event.why) : still(session);
		}

		case 'progressed':
			return follow(session, event.progress);
		case 'finished':
			return finish(session, event.progress);
		case 'audit-failed':
			return lockOut(session, event.why);
		case 'told':
			return say(session, event.notice);
		case 'ended':
			return abort(session, 'redis-top ended');
	}
}

function open(session: Session, record: NodeRecord, selection: Selection = {}): Step {
	if (session.dialog.kind !== 'closed') {
		return still(session);
	}

	if (session.running !== undefined) {
		return still(withDialog(session, {kind: 'following', progress: session.running}));
	}

	const rows = menuRows(record, selection);
	const about = {record, selection};
	const selected = Math.max(
		0,
		rows.findIndex(({id}) => id === selection.action),
	);
	const menu: DialogState = {kind: 'menu', subject: subjectOf(record), rows, selected};
	return {
		session: withDialog({...session, notice: undefined, about}, menu),
		effects: [{kind: 'ask-rights', address: record.address}],
	};
}

/** The box of what has ended makes room for the next one. */
const openAnew = (session: Session, record: NodeRecord, selection: Selection): Session =>
	open(session.dialog.kind === 'done' ? withDialog(session, {kind: 'closed'}) : session, record, selection).session;

/** Rows that the server says this user may not use turn grey; they stay where they are. */
function takeDenials(session: Session, address: NodeAddress, denials: ReadonlyMap<ActionName, string>): Step {
	const {dialog} = session;
	if (dialog.kind !== 'menu' || dialog.subject.address !== address) {
		return still(session);
	}

	const rows = dialog.rows.map(row => ({...row, whyNot: row.whyNot ?? denials.get(row.id)}));
	return still(withDialog(session, {...dialog, rows}));
}

function showBox(session: Session, ticket: number, plan: ActionPlan, nowMs: number): Step {
	const {dialog, policy} = session;
	if (dialog.kind !== 'preflighting' || session.ticket !== ticket) {
		return still(session);
	}

	const {subject, action} = dialog;
	const answer = guardPlan(policy, plan, nowMs);
	if (answer.kind === 'refused') {
		return refuse(session, subject, action, answer.why, plan);
	}

	if (answer.kind === 'unlock-needed') {
		return refuse(session, subject, action, 'the session is locked again');
	}

	const {letter, phrases} = answer;
	const times = {openedAtMs: nowMs, lastKeyAtMs: nowMs, armedAtMs: undefined};
	const box: BoxDialog = {kind: 'box', subject, plan, letter, phrases, phraseIndex: 0, typed: '', ...times};
	return resize(withDialog(session, box), nowMs);
}

/** A box that can't be seen whole is refused, when it opens and when the terminal shrinks under it. */
function resize(session: Session, nowMs: number): Step {
	const {dialog, screen} = session;
	const drawn = actionDialog(session, nowMs);
	if (dialog.kind !== 'box' || drawn === undefined || fitsScreen(drawn, session)) {
		return still(session);
	}

	const {columns, rows} = dialogSize(drawn);
	const why = `its box needs ${columns}x${rows} cells, this terminal has ${screen.columns}x${screen.rows}`;
	return refuse(session, dialog.subject, dialog.plan.id, why);
}

function tick(session: Session, nowMs: number): Step {
	const {dialog} = session;
	const isWaiting = dialog.kind === 'box' || dialog.kind === 'unlock' || dialog.kind === 'form';
	return isWaiting && nowMs - dialog.lastKeyAtMs >= expiresAfterMs
		? abort(session, `no key for ${expiresAfterMs / 1000} seconds`)
		: still(session);
}

/** The monitor polls on behind the box, so it may see the change first. */
function see(session: Session, seen: Subject): Step {
	const {dialog} = session;
	const subject = 'subject' in dialog && dialog.subject.address === seen.address ? dialog.subject : undefined;
	if (subject === undefined) {
		return still(session);
	}

	if (seen.runId !== undefined && seen.runId !== subject.runId) {
		return abort(session, `${seen.address} restarted: it has another run_id`);
	}

	if (seen.role !== subject.role) {
		return abort(session, `${seen.address} is now ${seen.role}, not ${subject.role}`);
	}

	const isLost = seen.reach === 'down' || seen.reach === 'refusing';
	return isLost && dialog.kind !== 'menu' ? abort(session, `${seen.address} is ${seen.reach}`) : still(session);
}

function follow(session: Session, progress: ActionProgress): Step {
	const next = {...session, running: progress};
	return still(session.dialog.kind === 'following' ? withDialog(next, {kind: 'following', progress}) : next);
}

function finish(session: Session, progress: ActionProgress): Step {
	const next: Session = {...session, running: undefined};
	const isShown = session.dialog.kind === 'following';
	return {
		session: isShown ? withDialog(next, endOf(progress)) : next,
		effects: [{kind: 'announce', progress}],
	};
}

/** No audit, no action: what isn't sent yet stays unsent, and the session locks. */
function lockOut(session: Session, why: string): Step {
	const {dialog, policy} = session;
	const locked: Session = {...session, policy: {...policy, unlockedUntilMs: undefined}};
	if (dialog.kind !== 'preflighting' && dialog.kind !== 'box') {
		return say(locked, why);
	}

	const title = 'refused, nothing was sent';
	return {
		session: {
			...locked,
			ticket: session.ticket + 1,
			dialog: {kind: 'done', title, plan: undefined, lines: [line(why, 'critical')]},
		},
		effects: [{kind: 'release'}],
	};
}
