import type {ActionProgress} from '../../domain/action.js';
import {commandText} from '../../text/command-words.js';
import {type Line, line} from '../../text/line.js';
import {choiceFor, settledCommand} from '../catalogue/choice.js';
import {shownCommand} from '../catalogue/shown-commands.js';
import {outcomeText, verificationText} from '../execute/outcome-text.js';
import type {DialogKey, DialogState, Offer, Session, Step} from './dialog-state.js';
import {say, still} from './dialog-transitions.js';
import {copyLetter} from './draw-dialog.js';

function linesOf({outcome, verification, problems}: ActionProgress): Line[] {
	return [
		line(outcome === undefined ? 'nothing is known' : outcomeText(outcome)),
		...(verification === undefined
			? []
			: [line(verificationText(verification), verification.kind === 'proved' ? 'ok' : 'critical')]),
		...problems.map(problem => line(problem, 'critical')),
	];
}

/** What is left to do, a key away: the way back, and what belongs to it elsewhere. */
export function endOf(progress: ActionProgress): DialogState {
	const {plan, outcome, verification} = progress;
	const {title, target, command, revert, follow} = plan;
	const wasDone = verification?.kind === 'proved' || (verification !== undefined && outcome?.kind === 'unknown');
	const back = revert === undefined ? undefined : choiceFor(commandText(revert));
	const offers: Offer[] = [
		...(follow === undefined
			? []
			: [
					{
						letter: 'o',
						text: `${follow.text}, ${follow.node}`,
						node: follow.node,
						nodeId: follow.nodeId,
						choice: {action: follow.action, value: follow.value, isSettled: true},
					},
				]),
		...(back === undefined || revert === undefined
			? []
			: [{letter: 'u', text: `takes it back: ${commandText(revert)}`, node: target.address, choice: back}]),
	];
	const copied = wasDone ? (revert ?? command) : command;
	return {
		kind: 'done',
		title,
		plan: undefined,
		lines: linesOf(progress),
		offers: wasDone ? offers : [],
		command: copied,
	};
}

/** In a box that has come to its end: copies its command, or opens what belongs to it. */
export function pressAtEnd(session: Session, key: DialogKey): Step {
	const {dialog} = session;
	const text = key.kind === 'character' ? key.text : undefined;
	const offers = dialog.kind === 'done' ? (dialog.offers ?? []) : [];
	const offer = offers.find(({letter}) => letter === text);
	if (offer !== undefined) {
		return {session, effects: [{kind: 'go-on', offer}]};
	}

	return text === copyLetter ? copy(session) : still(session);
}

/** Ctrl-Y anywhere in a box, `y` in one without keys of its own: what would be typed elsewhere. */
export function copy(session: Session): Step {
	const command = commandToCopy(session);
	if (command === undefined) {
		return say(session, 'there is no command to copy yet');
	}

	const text = commandText(command);
	return {session: {...session, notice: `copied: ${text}`}, effects: [{kind: 'copy', text}]};
}

function commandToCopy({dialog, about}: Session): readonly string[] | undefined {
	switch (dialog.kind) {
		case 'box':
			return dialog.plan.command;
		case 'following':
			return dialog.progress.plan.command;
		case 'done':
			return dialog.command;
		case 'text':
			return shownCommand(dialog.id)?.command;
		case 'unlock':
		case 'form':
		case 'preflighting':
			return about?.selection.action === dialog.action ? settledCommand(about.selection) : undefined;
		case 'menu':
		case 'closed':
			return undefined;
	}
}
