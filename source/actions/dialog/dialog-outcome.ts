import type {ActionProgress} from '../../domain/action.js';
import {commandText} from '../../text/command-words.js';
import {type Line, line} from '../../text/line.js';
import {choiceFor, settledCommand} from '../catalogue/choice.js';
import {shownCommand} from '../catalogue/shown-commands.js';
import {outcomeText, verificationText} from '../execute/outcome-text.js';
import type {Dialog, DialogKey, DialogState, Offer, Transition} from './dialog-state.js';
import {planIn, withNotice, withoutEffects} from './dialog-transitions.js';
import {copyLetter} from './draw-dialog.js';

function linesOf({outcome, verification, problems, silence}: ActionProgress): Line[] {
	return [
		line(outcome === undefined ? 'nothing is known' : outcomeText(outcome)),
		...(verification === undefined
			? []
			: [line(verificationText(verification), verification.kind === 'proved' ? 'ok' : 'critical')]),
		...problems.map(problem => line(problem, 'critical')),
		...(silence === undefined ? [] : [line(silence)]),
	];
}

/**
The dialog at the end of an action. It offers the action that undoes this one, and the action that should follow on
another node.
*/
export function doneDialog(progress: ActionProgress): Dialog {
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
			: [{letter: 'u', text: `undoes it: ${commandText(revert)}`, node: target.address, choice: back}]),
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

/** Handles a key at the end of an action: a letter opens an offered action, `y` copies the command. */
export function pressInDone(state: DialogState, key: DialogKey): Transition {
	const {dialog} = state;
	const text = key.kind === 'character' ? key.text : undefined;
	const offers = dialog.kind === 'done' ? (dialog.offers ?? []) : [];
	const offer = offers.find(({letter}) => letter === text);
	if (offer !== undefined) {
		return {state, effects: [{kind: 'go-on', offer}]};
	}

	return text === copyLetter ? copy(state) : withoutEffects(state);
}

/** Copies the dialog's command. The key is Ctrl-Y in every dialog, or `y` where letters have no other meaning. */
export function copy(state: DialogState): Transition {
	const command = commandToCopy(state);
	if (command === undefined) {
		return withNotice(state, 'there is no command to copy yet');
	}

	const text = commandText(command);
	return {state: {...state, notice: `copied: ${text}`}, effects: [{kind: 'copy', text}]};
}

function commandToCopy({dialog, about}: DialogState): readonly string[] | undefined {
	switch (dialog.kind) {
		case 'confirm':
		case 'silencing':
			return planIn(dialog)?.command;
		case 'following':
			return dialog.progress.plan.command;
		case 'done':
			return dialog.command;
		case 'shown-command':
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
