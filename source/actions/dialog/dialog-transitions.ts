import type {ActionName, ActionPlan} from '../../domain/action.js';
import type {AuditFact, AuditPhase} from '../../domain/audit.js';
import {commandText} from '../../text/command-words.js';
import {type Line, line} from '../../text/line.js';
import {actionRow, shortTitle} from '../catalogue/catalogue.js';
import {settledCommand} from '../catalogue/choice.js';
import {checkLines, dialogTextWidth} from './dialog-content.js';
import type {DialogState, Effect, Session, Step, Subject} from './dialog-state.js';

/** Nothing to do beside what is on the screen. */
export const still = (session: Session): Step => ({session, effects: []});

export const withDialog = (session: Session, dialog: DialogState): Session => ({...session, dialog});

export const say = (session: Session, notice: string): Step => still({...session, notice});

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

/** The operator, the clock or a change ended it. */
export function abort(session: Session, why: string): Step {
	const {dialog} = session;
	const closed = withDialog({...session, notice: undefined}, {kind: 'closed'});
	switch (dialog.kind) {
		case 'unlock':
		case 'form':
		case 'preflighting':
		case 'box': {
			const action = dialog.kind === 'box' ? dialog.plan.id : dialog.action;
			const title = `${shortTitle(actionRow(action).title)}: not sent`;
			const shown: DialogState =
				why === 'cancelled'
					? {kind: 'closed'}
					: {kind: 'done', title, plan: undefined, lines: [line(`closed: ${why}`)]};
			return {
				session: {...withDialog(closed, shown), ticket: session.ticket + 1},
				effects: [
					{kind: 'release'},
					auditEffect('aborted', dialog.subject, action, why, dialog.kind === 'box' ? dialog.plan.command : undefined),
				],
			};
		}

		case 'menu':
		case 'text':
		case 'closed':
		case 'following':
		case 'done':
			return still(closed);
	}
}

/** redis-top doesn't offer it: the reasons stay on the screen, with what was found where there is a plan. */
export function refuse(session: Session, subject: Subject, action: ActionName, why: string, plan?: ActionPlan): Step {
	const width = dialogTextWidth(session);
	const vetoes = plan === undefined ? [] : plan.checks.filter(({state}) => state !== 'ok');
	const lines: Line[] = plan === undefined ? [line(why, 'critical')] : vetoes.flatMap(veto => checkLines(veto, width));
	const title = `${shortTitle(actionRow(action).title)}: refused, nothing was sent`;
	const {about} = session;
	const settled = about?.selection.action === action ? settledCommand(about.selection) : undefined;
	const command = plan?.command ?? settled;
	return {
		session: {...session, ticket: session.ticket + 1, dialog: {kind: 'done', title, plan, lines, command}},
		effects: [{kind: 'release'}, auditEffect('refused', subject, action, why, plan?.command)],
	};
}
