import type {ActionName, ActionPlan} from '../../domain/action.js';
import type {AuditFact, AuditPhase} from '../../domain/audit.js';
import {commandText} from '../../text/command-words.js';
import {type Line, line} from '../../text/line.js';
import {actionRow, shortTitle} from '../catalogue/catalogue.js';
import {settledCommand} from '../catalogue/choice.js';
import {checkLines, dialogTextWidth} from './dialog-content.js';
import type {Dialog, DialogState, Effect, Subject, Transition} from './dialog-state.js';

/** A transition to this state that asks for no effect. */
export const withoutEffects = (state: DialogState): Transition => ({state, effects: []});

export const withDialog = (state: DialogState, dialog: Dialog): DialogState => ({...state, dialog});

export const withNotice = (state: DialogState, notice: string): Transition => withoutEffects({...state, notice});

function fact(
	phase: AuditPhase,
	subject: Subject,
	action: ActionName,
	detail?: string,
	command = actionRow(action).command,
): AuditFact {
	const {address: target, runId} = subject;
	return {phase, target, runId, action, command: commandText(command), detail};
}

export const auditEffect = (...parts: Parameters<typeof fact>): Effect => ({kind: 'audit', fact: fact(...parts)});

/** The plan in a dialog that asks for confirmation, or that was confirmed and waits until its silence is set. */
export const planIn = (dialog: Dialog): ActionPlan | undefined =>
	dialog.kind === 'confirm' ? dialog.plan : dialog.kind === 'silencing' ? dialog.confirmed.plan : undefined;

/** Ends the dialog: the operator cancelled it, it was idle for too long, or the server changed. */
export function abort(state: DialogState, why: string): Transition {
	const {dialog} = state;
	const closed = withDialog({...state, notice: undefined}, {kind: 'closed'});
	switch (dialog.kind) {
		case 'unlock':
		case 'form':
		case 'preflighting':
		case 'confirm':
		case 'silencing': {
			const plan = planIn(dialog);
			const action =
				'action' in dialog ? dialog.action : dialog.kind === 'confirm' ? dialog.plan.id : dialog.confirmed.plan.id;
			const title = `${shortTitle(actionRow(action).title)}: not sent`;
			const shown: Dialog =
				why === 'cancelled'
					? {kind: 'closed'}
					: {kind: 'done', title, plan: undefined, lines: [line(`closed: ${why}`)]};
			return {
				state: {...withDialog(closed, shown), ticket: state.ticket + 1},
				effects: [{kind: 'release'}, auditEffect('aborted', dialog.subject, action, why, plan?.command)],
			};
		}

		case 'menu':
		case 'shown-command':
		case 'closed':
		case 'following':
		case 'done':
			return withoutEffects(closed);
	}
}

/** Refuses an action and ends its dialog. The reasons and the preflight's facts stay on the screen. */
export function refuse(
	state: DialogState,
	subject: Subject,
	action: ActionName,
	why: string,
	plan?: ActionPlan,
): Transition {
	const width = dialogTextWidth(state);
	const vetoes = plan === undefined ? [] : plan.checks.filter(({state}) => state !== 'ok');
	const lines: Line[] = plan === undefined ? [line(why, 'critical')] : vetoes.flatMap(veto => checkLines(veto, width));
	const title = `${shortTitle(actionRow(action).title)}: refused, nothing was sent`;
	const {about} = state;
	const settled = about?.selection.action === action ? settledCommand(about.selection) : undefined;
	const command = plan?.command ?? settled;
	return {
		state: {...state, ticket: state.ticket + 1, dialog: {kind: 'done', title, plan, lines, command}},
		effects: [{kind: 'release'}, auditEffect('refused', subject, action, why, plan?.command)],
	};
}
