import {stagedNames} from '../demo/incidents/incident-names.js';
import {commandRows} from './commands.js';
import {type FlagRow, flagRows} from './flags.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The first word of each command: `snapshot` for `redis-top snapshot [TARGET...]`. */
export const commandWords: readonly string[] = commandRows.flatMap(
	({synopsis}) => /^redis-top ([a-z][\w-]*)/.exec(synopsis)?.[1] ?? [],
);

/** The words that may follow `redis-top demo`. */
const scenarios: readonly string[] = ['simulated', 'incident', 'fleet'];

type Values =
	| {readonly kind: 'none'}
	| {readonly kind: 'words'; readonly words: readonly string[]}
	| {readonly kind: 'byCommand'; readonly lists: ReadonlyArray<readonly [command: string, words: readonly string[]]>}
	| {readonly kind: 'file'}
	| {readonly kind: 'folder'}
	| {readonly kind: 'other'};

/**
How a flag's value is completed: by a list for each command, or according to the name of the value (`FILE`, `DIR`,
`dark|light`).
*/
function valuesOf({value, valuesOf: lists}: FlagRow): Values {
	if (lists !== undefined) {
		return {kind: 'byCommand', lists: commandRows.map(({command}) => [command, lists[command] ?? []])};
	}

	switch (value) {
		case undefined: {
			return {kind: 'none'};
		}

		case 'FILE':
		case 'PATH': {
			return {kind: 'file'};
		}

		case 'DIR': {
			return {kind: 'folder'};
		}

		case 'SHELL': {
			return {kind: 'words', words: shells};
		}

		default: {
			return value.includes('|') ? {kind: 'words', words: value.split('|')} : {kind: 'other'};
		}
	}
}

const spellings = ({short, name}: FlagRow): readonly string[] =>
	short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];

/** The text of a row without the characters that are special within the quotes of a shell. */
const plain = (text: string): string => text.replace(/['"`\\$[\]:]/g, '');

/**
The branches of a shell's `case` on the first word: the statement of each command, and that of the monitor for any other
word.
*/
const shellCases = (
	lists: ReadonlyArray<readonly [command: string, words: readonly string[]]>,
	statement: (words: readonly string[]) => string,
): string =>
	[
		...lists.filter(([command]) => command !== 'monitor'),
		['*', lists.find(([command]) => command === 'monitor')?.[1] ?? []] as const,
	]
		.map(([pattern, words]) => `${pattern}) ${statement(words)};;`)
		.join(' ');

/** The bash statements that complete a flag's value; undefined for a value without completion. */
function bashValues(values: Values): string | undefined {
	if (values.kind === 'byCommand') {
		const cases = shellCases(values.lists, words => `words='${words.join(' ')}'`);
		return `case \${COMP_WORDS[1]} in ${cases} esac; COMPREPLY=($(compgen -W "$words" -- "$current")); `;
	}

	const offers = {
		none: undefined,
		words: values.kind === 'words' ? `-W '${values.words.join(' ')}'` : '',
		file: '-f',
		folder: '-d',
		other: '',
	}[values.kind];
	return offers ? `COMPREPLY=($(compgen ${offers} -- "$current")); ` : offers;
}

function bashScript(): string {
	const cases = flagRows
		.map(row => [spellings(row).join('|'), bashValues(valuesOf(row))] as const)
		.filter(([, values]) => values !== undefined)
		.map(([pattern, values]) => `\t\t${pattern}) ${values}return;;`);
	return `# Completion of redis-top for bash.
_redis_top() {
	local words current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
	COMPREPLY=()
	case $previous in
${cases.join('\n')}
	esac
	if [[ $current == -* ]]; then
		COMPREPLY=($(compgen -W '${flagRows.map(({name}) => `--${name}`).join(' ')}' -- "$current"))
	elif ((COMP_CWORD == 1)); then
		COMPREPLY=($(compgen -W '${commandWords.join(' ')}' -- "$current"))
	elif [[ \${COMP_WORDS[*]:1:COMP_CWORD-1} == demo ]]; then
		COMPREPLY=($(compgen -W '${scenarios.join(' ')}' -- "$current"))
	elif [[ \${COMP_WORDS[*]:1:COMP_CWORD-1} == 'demo incident' ]]; then
		COMPREPLY=($(compgen -W '${stagedNames.join(' ')}' -- "$current"))
	fi
}
complete -o filenames -F _redis_top redis-top`;
}

const zshWords = (words: readonly string[]): string => (words.length === 0 ? ':' : `compadd -- ${words.join(' ')}`);

function zshScript(): string {
	const flags = flagRows.map(row => {
		const values = valuesOf(row);
		const actions = {
			none: '',
			words: ':value:',
			byCommand: `:value:_redis_top_${row.name}`,
			file: ':file:_files',
			folder: ':folder:_files -/',
			other: ':value: ',
		};
		const words = values.kind === 'words' ? `(${values.words.join(' ')})` : '';
		const names = spellings(row);
		const head = names.length > 1 ? `'(${names.join(' ')})'{${names.join(',')}}` : `'${names[0]}'`;
		return `\t${head}'[${plain(row.text)}]${actions[values.kind]}${words}'`.replace("''", '');
	});
	const functions = flagRows.flatMap(row => {
		const values = valuesOf(row);
		return values.kind === 'byCommand'
			? [`_redis_top_${row.name}() {\n\tcase $words[2] in ${shellCases(values.lists, zshWords)} esac\n}`]
			: [];
	});
	return `#compdef redis-top
# Completion of redis-top for zsh.
${functions.join('\n')}
_arguments -s \\
${flags.map(flag => `${flag} \\`).join('\n')}
	'1:command or target:(${commandWords.join(' ')})' \\
	'2:target:{[[ $words[2] == demo ]] && compadd ${scenarios.join(' ')} || _hosts}' \\
	'3:target:{[[ "$words[2,3]" == "demo incident" ]] && compadd ${stagedNames.join(' ')} || _hosts}' \\
	'*:target:_hosts'`;
}

function fishScript(): string {
	const commands = commandRows.flatMap(({synopsis, text}) => {
		const word = /^redis-top ([a-z][\w-]*)/.exec(synopsis)?.[1];
		return word === undefined ? [] : [`complete -c redis-top -n __fish_use_subcommand -a ${word} -d '${plain(text)}'`];
	});
	const flags = flagRows.flatMap(row => {
		const values = valuesOf(row);
		if (values.kind === 'byCommand') {
			return values.lists.map(([command, words]) => {
				const others = values.lists.map(([name]) => name).filter(name => name !== 'monitor');
				const place =
					command === 'monitor'
						? `not __fish_seen_subcommand_from ${others.join(' ')}`
						: `__fish_seen_subcommand_from ${command}`;
				return `complete -c redis-top -n '${place}' -l ${row.name} -x -a '${words.join(' ')}' -d '${plain(row.text)}'`;
			});
		}

		const short = row.short === undefined ? '' : ` -s ${row.short}`;
		const ending = {
			none: '',
			words: values.kind === 'words' ? ` -x -a '${values.words.join(' ')}'` : '',
			file: ' -r -F',
			folder: " -x -a '(__fish_complete_directories)'",
			other: ' -x',
		};
		return [`complete -c redis-top -l ${row.name}${short}${ending[values.kind]} -d '${plain(row.text)}'`];
	});
	const afterDemo = (negation: string, words: readonly string[]) =>
		`complete -c redis-top -n '__fish_seen_subcommand_from demo; and ${negation}__fish_seen_subcommand_from incident' -a '${words.join(' ')}'`;
	const words = [afterDemo('not ', scenarios), afterDemo('', stagedNames)];
	return ['# Completion of redis-top for fish.', 'complete -c redis-top -f', ...commands, ...words, ...flags].join(
		'\n',
	);
}

const scripts: Readonly<Record<Shell, () => string>> = {bash: bashScript, zsh: zshScript, fish: fishScript};

/** The completion script for a shell; undefined for a shell that has no script. */
export function completionScript(shell: string): string | undefined {
	return (shells as readonly string[]).includes(shell) ? scripts[shell as Shell]() : undefined;
}
