import {incidentSentences, stagedNames} from '../demo/incidents/incident-names.js';
import {exitCodeTexts} from '../domain/exit-codes.js';
import {wrapWords} from '../text/wrap-words.js';
import {commandRows} from './commands.js';
import {type FlagRow, flagGroups, flagRows} from './flags.js';
import {environmentRows} from './help-rows.js';

const width = 80;
const indent = 2;
const textColumn = 26;

function helpRow(left: string, text: string, column: number = textColumn): string[] {
	const head = `${' '.repeat(indent)}${left}`;
	const [first = '', ...rest] = wrapWords(text, width - column);
	const isTooLong = head.length + 2 > column;
	const lines = isTooLong ? [head, `${' '.repeat(column)}${first}`] : [`${head.padEnd(column)}${first}`];
	return [...lines, ...rest.map(line => `${' '.repeat(column)}${line}`)];
}

/** A flag as `--help` and the documents print it: `-i, --interval DURATION`. */
export function flagSynopsis({short, name, value}: FlagRow): string {
	const letter = short === undefined ? '    ' : `-${short}, `;
	return `${letter}--${name}${value === undefined ? '' : ` ${value}`}`;
}

const incidentRows = (): readonly string[] => stagedNames.flatMap(name => helpRow(name, incidentSentences[name]));

/**
The list of incidents that `redis-top demo incident` prints if no incident is named. The line break at its end is left
out.
*/
export const incidentList = (): string =>
	['redis-top demo incident NAME plays one of these on throw-away servers:', '', ...incidentRows()].join('\n');

/** The text of `redis-top --help`: ASCII, lines of at most 80 characters, without the last line break. */
export function helpText(): string {
	return [
		'Usage',
		...commandRows.flatMap(({synopsis, text}) => helpRow(synopsis, text, 34)),
		'',
		...wrapWords(
			'TARGET is host, host:port, [v6]:port, redis://user:password@host:port, rediss://..., valkey://..., ' +
				'valkeys://..., unix:///path, or several of these. Without one it is REDIS_URL, else 127.0.0.1:6379. ' +
				'Any node of a deployment is enough to find the rest.',
			width,
		),
		...flagGroups.flatMap(([group, title]) => [
			'',
			title,
			...flagRows.filter(row => row.group === group).flatMap(row => helpRow(flagSynopsis(row), row.text, 32)),
		]),
		'',
		'Incidents of redis-top demo incident NAME',
		...incidentRows(),
		'',
		'Environment',
		...environmentRows.flatMap(([name, meaning]) => helpRow(name, meaning)),
		'',
		'Exit codes',
		...exitCodeTexts.flatMap(([code, meaning]) => helpRow(code, meaning, 12)),
	].join('\n');
}
