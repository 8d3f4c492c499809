import {incidentSentences, stagedNames} from '../demo/incidents/incident-names.js';
import {exitCodeTexts} from '../domain/exit-codes.js';
import {bindings} from '../keys/bindings.js';
import {commandRows} from './commands.js';
import {type FlagRow, flagGroups, flagRows} from './flags.js';
import {environmentRows} from './help-rows.js';

/** Escapes a text for roff. Hyphens stay hyphens when they are copied, and no line starts a roff request. */
const roff = (text: string): string =>
	text
		.replace(/\\/g, '\\e')
		.replace(/-/g, '\\-')
		.replace(/^([.'])/gm, '\\&$1');

const section = (title: string): string => `.SH ${title}`;

/** A term and its meaning as an entry of a list of options in roff. */
const entry = (term: string, text: string): string => `.TP\n${term}\n${roff(text)}`;

const bold = (text: string): string => `\\fB${roff(text)}\\fR`;
const italic = (text: string): string => `\\fI${roff(text)}\\fR`;

function flagTerm({short, name, value}: FlagRow): string {
	const names = [...(short === undefined ? [] : [`-${short}`]), `--${name}`].map(bold).join(', ');
	return value === undefined ? names : `${names} ${italic(value)}`;
}

/**
The text of the manual page redis-top(1). It is made from the same tables as `--help`, the last line of the screen and
docs/keys.md.
*/
export function manPage(version: string): string {
	return [
		`.TH REDIS\\-TOP 1 "" "redis\\-top ${roff(version)}" "User Commands"`,
		section('NAME'),
		'redis\\-top \\- what an engineer opens when Redis is slow, full, split or gone',
		section('SYNOPSIS'),
		...commandRows.map(({synopsis}) => `${bold(synopsis)}\n.br`),
		section('DESCRIPTION'),
		...commandRows.map(({synopsis, text}) => entry(bold(synopsis), text)),
		'.PP',
		roff(
			'TARGET is host, host:port, [v6]:port, redis://user:password@host:port, rediss://..., valkey://..., ' +
				'valkeys://..., unix:///path, or several of these. Without one it is REDIS_URL, else 127.0.0.1:6379. ' +
				'Any node of a deployment is enough to find the rest.',
		),
		section('OPTIONS'),
		...flagGroups.flatMap(([group, title]) => [
			`.SS ${roff(title)}`,
			...flagRows.filter(row => row.group === group).map(row => entry(flagTerm(row), row.text)),
		]),
		section('KEYS'),
		...bindings.map(({shown, description}) => entry(bold(shown), description.replaceAll('`', ''))),
		section('INCIDENTS'),
		roff('What redis-top demo incident NAME plays on throw-away servers:'),
		...stagedNames.map(name => entry(bold(name), incidentSentences[name])),
		section('ENVIRONMENT'),
		...environmentRows.map(([name, meaning]) => entry(bold(name), meaning)),
		section('EXIT STATUS'),
		...exitCodeTexts.map(([code, meaning]) => entry(bold(code), meaning)),
		'',
	].join('\n');
}
