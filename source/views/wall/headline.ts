import type {MonitorState} from '../../state/monitor-state.js';
import {shortenings} from '../../state/node-problem.js';
import type {Verdict} from '../../state/verdict.js';
import {bigLines} from '../../text/big-text.js';
import {shortNames} from '../node-names.js';

const words: Readonly<Record<Verdict['severity'], string>> = {
	ok: 'OK',
	unknown: 'WAIT',
	info: 'NOTE',
	warning: 'WARNING',
	critical: 'CRITICAL',
};

/** What counts every second can't be read in large letters; it stands in the line below them. */
const withoutAges = (text: string): string =>
	text.replaceAll(/\s*\([^)]*\)|, for \S+|, data \S+ old| for [\d.]+\s?(?:ms|[smhd])(?:\d+[smh])?(?=\W|$)/g, '').trim();

/**
The verdict for large letters, as lines of at most so many cells: whole sentences, with the severity before them and as
much as fits; on one host by the port alone. Only where nothing does, the shortest is cut.
*/
export function headline(verdict: Verdict, state: MonitorState, room: number, most: number): string[] {
	const sentences = [...new Set([verdict.words, ...verdict.shorter].flatMap(each => shortenings(withoutAges(each))))];
	const byLength = sentences.toSorted((one, other) => other.length - one.length);
	const word = words[verdict.severity];
	const mark = verdict.severity === 'critical' ? '!! ' : verdict.severity === 'warning' ? '! ' : '';
	const texts = [
		...byLength.flatMap(sentence => [`${word}: ${sentence}`, `${word}: ${shortNames(sentence, state)}`]),
		...byLength.map(sentence => mark + shortNames(sentence, state)),
	];
	const fits = (text: string) => bigLines(text, 'small', room, Number.POSITIVE_INFINITY).length <= most;
	return bigLines(texts.find(fits) ?? texts.at(-1) ?? '', 'small', room, most);
}
