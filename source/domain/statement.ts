import type {Statement} from './finding.js';
import {joinMessages, type Message, messageText, type ShowName} from './message.js';

/** `short`: the problem alone. `middle`: with its reason. `long`: with its details too. */
export type TextLength = 'short' | 'middle' | 'long';

/** `refuses writes (MISCONF): its last RDB save failed`. */
export function statementMessage({problem, detail, reason}: Statement, length: TextLength = 'long'): Message {
	const what = length === 'long' && detail !== undefined ? joinMessages([problem, detail], ', ') : problem;
	return length === 'short' || reason === undefined ? what : joinMessages([what, reason], ': ');
}

export const statementText = (statement: Statement, length: TextLength = 'long', show?: ShowName): string =>
	messageText(statementMessage(statement, length), show);
