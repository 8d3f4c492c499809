import {ladderLines} from '../../diagnose/ladder-lines.js';
import type {Ladder} from '../../domain/ladder.js';
import {plainText} from '../../text/line.js';

/** A report for people reads well at this width, and no terminal is narrower for long. */
const textWidth = 100;

/** `redis-top diagnose` for people: the verdict, then every step with what it means and what to do. No escapes. */
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
