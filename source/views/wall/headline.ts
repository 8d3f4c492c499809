import {messageText} from '../../domain/message.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {Verdict} from '../../state/verdict.js';
import {headlineMessages} from '../../state/verdict-text.js';
import {bigLines} from '../../text/big-text.js';
import {showShortNames} from '../node-names.js';

const severityWords: Readonly<Record<Verdict['severity'], string>> = {
	ok: 'OK',
	unknown: 'WAIT',
	warning: 'WARNING',
	critical: 'CRITICAL',
};

/**
The verdict for large letters, in at most `most` lines of `room` cells: the severity, then the longest text that fits.
Nodes are named as briefly as they can be told apart: large letters are for the message. Ages are left out, because they
change every second; the line below has them. If no text fits, details in parentheses are left out, then all but the first clause. If that isn't
enough, the shortest text is cut.
*/
export function headline(verdict: Verdict, state: MonitorState, room: number, most: number): string[] {
	const messages = headlineMessages(verdict);
	const show = showShortNames(state);
	const word = severityWords[verdict.severity];
	const mark = verdict.severity === 'critical' ? '!! ' : verdict.severity === 'warning' ? '! ' : '';
	const texts = [
		...messages.map(each => `${word}: ${messageText(each, show)}`),
		...messages.map(each => mark + messageText(each, show)),
		...messages.map(each => mark + messageText(each, show).replaceAll(/ \([^()]*\)/g, '')),
	];
	const clauses = texts.slice(-messages.length).map(text => text.replace(/(?:, |: ).*/, ''));
	const fits = (text: string) => bigLines(text, 'small', room, Number.POSITIVE_INFINITY).length <= most;
	return bigLines([...texts, ...clauses].find(fits) ?? texts.at(-1) ?? '', 'small', room, most);
}
