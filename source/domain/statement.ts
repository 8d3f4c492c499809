import type {Statement} from './finding.js';
import {joinMessages, type Message, messageText, type ShowName} from './message.js';

/**
How much of a statement a text has. `short`: the problem alone. `middle`: also the reason. `long`: also the detail.
*/
export type TextLength = 'short' | 'middle' | 'long';

/** The statement as one message: `refuses writes (MISCONF): its last RDB save failed`. */
export function statementMessage({problem, detail, reason}: Statement, length: TextLength = 'long'): Message {
	const what = length === 'long' && detail !== undefined ? joinMessages([problem, detail], ', ') : problem;
	return length === 'short' || reason === undefined ? what : joinMessages([what, reason], ': ');
}

export const statementText = (statement: Statement, length: TextLength = 'long', show?: ShowName): string =>
	messageText(statementMessage(statement, length), show);
