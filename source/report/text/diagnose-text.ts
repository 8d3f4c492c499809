import {ladderLines} from '../../diagnose/ladder-lines.js';
import type {Ladder} from '../../domain/ladder.js';
import {plainText} from '../../text/line.js';
import {diagnoseJson} from './diagnose-json.js';

/** Width of the text, in cells. Longer lines are hard to read, and few terminals are narrower. */
const textWidth = 100;

/**
The output of `redis-top diagnose` as text: the verdict, then each step of the connection with its meaning and what to
do next. The text has no escape sequences.
*/
export function diagnoseText(ladders: readonly Ladder[]): string {
	return ladders
		.map(ladder => {
			const {status, text} = ladder.verdict;
			return [`${status}: ${text}`, '', ...ladderLines(ladder, textWidth).map(line => plainText(line).trimEnd())].join(
				'\n',
			);
		})
		.join('\n\n');
}

/** The output formats of `redis-top diagnose`; the first one is the default. */
export const diagnoseFormats = {text: diagnoseText, json: diagnoseJson};
