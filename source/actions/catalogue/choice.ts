import type {ActionName} from '../../domain/action.js';
import {commandText, commandWords} from '../../text/command-words.js';
import type {ActionRow, Selection, TypedValue} from './action-row.js';
import {actionRow, catalogue} from './catalogue.js';

/** An action to open without the menu, with the selection that fills its form. */
export type Choice = Selection & {readonly action: ActionName};

/** The texts that a person could type into a form to get these words of a command. */
const typings = (words: readonly string[]): string[] => [words.join(' '), words.join(':'), commandText(words)];

const read = ({parameter}: ActionRow, text: string): TypedValue | undefined => {
	const value = parameter?.read(text);
	return typeof value === 'object' ? value : undefined;
};

/**
The action that sends exactly this command, with its value; undefined if no action sends it. The command may come from
the audit log, which other people may have edited. The action is therefore returned only if a person could have typed
its value into the form.

@param command As typed into redis-cli.
*/
export function choiceFor(command: string): Choice | undefined {
	const words = commandWords(command);
	const isStart = ({command: start}: ActionRow) =>
		start.every((word, index) => word.toLowerCase() === words[index]?.toLowerCase());
	const rows = catalogue.filter(isStart).toSorted((a, b) => b.command.length - a.command.length);
	for (const row of rows) {
		const rest = words.slice(row.command.length);
		if (row.parameter === undefined && rest.length === 0) {
			return {action: row.id};
		}

		const value = typings(rest).find(text => commandText(read(row, text)?.words ?? ['?']) === commandText(rest));
		if (value !== undefined) {
			return {action: row.id, value, isSettled: true};
		}
	}

	return undefined;
}

/** The command of a choice that needs no form; undefined while a value is still to be typed. */
export function settledCommand({action, value, isSettled}: Selection): readonly string[] | undefined {
	const row = action === undefined ? undefined : actionRow(action);
	if (row?.parameter === undefined) {
		return row?.command;
	}

	const typed = isSettled === true && value !== undefined ? read(row, value) : undefined;
	return typed && [...row.command, ...typed.words];
}
