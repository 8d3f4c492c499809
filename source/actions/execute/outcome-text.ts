import type {ActionOutcome, ActionProgress, Verification} from '../../domain/action.js';
import type {AuditPhase} from '../../domain/audit.js';
import type {MonitorEvent} from '../../domain/event.js';
import {message, nameOf} from '../../domain/message.js';
import {commandText} from '../../text/command-words.js';

/** One line that tells the result of sending a command. */
export function outcomeText(outcome: ActionOutcome): string {
	switch (outcome.kind) {
		case 'not-sent':
			return `nothing was sent: ${outcome.why}`;
		case 'refused':
			return `sent once, refused by the server: ${outcome.reply}`;
		case 'replied':
			return `sent once, the server replied: ${outcome.reply}`;
		case 'closed':
			return 'sent once, the server closed the connection, as it does when it stops';
		case 'unknown':
			return `sent once, OUTCOME UNKNOWN: ${outcome.why}`;
	}
}

/** One line that tells whether the effect of an action was observed. */
export function verificationText(verification: Verification): string {
	switch (verification.kind) {
		case 'running':
			return `running: ${verification.progress}`;
		case 'proved':
			return `verified: ${verification.text}`;
		case 'failed':
			return `FAILED: ${verification.text}`;
		case 'unproved':
			return `NOT VERIFIED: ${verification.text}`;
	}
}

/** The phase in the audit line that is written when redis-top stops observing the effect of an action. */
export function verificationPhase(verification: Verification): AuditPhase {
	switch (verification.kind) {
		case 'proved':
			return 'verified';
		case 'failed':
			return 'failed';
		case 'running':
		case 'unproved':
			return 'unproved';
	}
}

/** The end of an action as a line of the event list. */
export function actionEvent({plan, outcome, verification}: ActionProgress, atMs: number): MonitorEvent {
	const words = [
		outcome === undefined ? [] : [outcomeText(outcome)],
		verification === undefined ? [] : [verificationText(verification)],
	].flat();
	return {
		atMs,
		severity: verification?.kind === 'proved' ? 'info' : 'warning',
		node: plan.target.address,
		kind: 'action',
		text: message`${nameOf('quote', commandText(plan.command))}: ${nameOf('quote', words.join('; '))}`,
	};
}

/**
Joins the outcomes of one command on several servers. If all servers replied, the result is a reply. If only some
servers replied, or an outcome is unknown, the result is `unknown`. Otherwise the result is the first failure.
*/
export function joinOutcomes(outcomes: readonly ActionOutcome[]): ActionOutcome {
	const replied = outcomes.filter(({kind}) => kind === 'replied').length;
	const other = outcomes.find(({kind}) => kind !== 'replied');
	if (other === undefined) {
		return {kind: 'replied', reply: `OK from all ${replied} nodes`};
	}

	const words = `${replied} of ${outcomes.length} nodes accepted it; another: ${outcomeText(other)}`;
	const isNothingKnown = replied > 0 || outcomes.some(({kind}) => kind === 'unknown');
	return isNothingKnown ? {kind: 'unknown', why: words} : other;
}
