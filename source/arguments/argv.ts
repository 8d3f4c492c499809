import {parseArgs} from 'node:util';
import {nearestWord} from '../text/nearest-word.js';
import {sanitize} from '../text/sanitize.js';
import {type Command, commandNamed, commandRows, laterCommands} from './commands.js';
import {type FlagKey, type FlagRow, flagRows, type GivenFlags, laterFlags} from './flags.js';

/** The command line as it was given. No default is filled in, and no value is parsed. */
export type Given = {
	readonly kind: 'given';
	readonly command: Command;
	/** The words that are not the command: the targets, or the scenario of the demo. */
	readonly targets: readonly string[];
	/** The recordings of `report`: the words that are paths of files or folders. Its other words are targets. */
	readonly recordings?: readonly string[] | undefined;
	readonly flags: GivenFlags;
};

export type Arguments =
	| Given
	| {readonly kind: 'help'}
	| {readonly kind: 'version'}
	/** `problem` is one line that names the mistake and its fix. It never holds a password. */
	| {readonly kind: 'misused'; readonly problem: string};

type KeyedRow = FlagRow & {readonly key: FlagKey};

/**
A flag as `parseArgs` finds it. If nothing was attached to the flag, `value` is the next word, whatever that word looks
like.
*/
type OptionToken = {
	/** The flag's full name without dashes, also when the flag was given by its letter. */
	readonly name: string;
	/** The flag as it was typed, without an attached value: `-p`, `--port`. */
	readonly rawName: string;
	readonly value: string | undefined;
	readonly inlineValue: boolean | undefined;
};

/** The value of one flag, or the mistake in it. `value` is undefined for a switch. */
type FlagReading =
	| {readonly row: KeyedRow; readonly value: string | undefined; readonly problem?: undefined}
	| {readonly problem: string};

type Words = {
	readonly flags: ReadonlyMap<KeyedRow, string | undefined>;
	/** The words before `--` that are neither flags nor values of flags. */
	readonly words: readonly string[];
	/** The words after `--`. They are targets, whatever they look like. */
	readonly literals: readonly string[];
	/** The first mistake on the command line; undefined if there is no mistake. */
	readonly problem: string | undefined;
	readonly isHelp: boolean;
};

const rowsByName = new Map(flagRows.map(row => [row.name, row]));
const letters: ReadonlySet<string> = new Set(flagRows.flatMap(({short = []}) => short));

/** The flags in the form that `parseArgs` takes. */
const options = Object.fromEntries(
	flagRows.map(({name, short, value}) => [
		name,
		{type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short !== undefined && {short})},
	]),
);

/**
Reads the command line. Node's `parseArgs` only splits it into flags and words. This file checks both, because the
errors of `parseArgs` name no fix and repeat passwords. `parseArgs` also can't tell `-h`, which is help, from `-h HOST`.

@param argv The arguments after the program's name.
*/
export function readArguments(argv: readonly string[]): Arguments {
	const {flags, words, literals, problem, isHelp} = wordsOf(argv);
	if (isHelp || (words[0] === 'help' && literals.length === 0)) {
		return {kind: 'help'};
	}

	if (problem !== undefined) {
		return {kind: 'misused', problem};
	}

	const given = [...flags.keys()];
	if (given.some(({key}) => key === 'version')) {
		return {kind: 'version'};
	}

	const command = commandOf(words);
	if ('problem' in command) {
		return {kind: 'misused', problem: command.problem};
	}

	const foreign = given.find(row => !isFlagOf(row, command.command));
	if (foreign !== undefined) {
		return {kind: 'misused', problem: foreignFlag(foreign)};
	}

	const targets = [...command.targets, ...literals];
	if (command.command === 'audit' && targets.length > 0) {
		return {kind: 'misused', problem: 'redis-top audit takes no target: there is one log for all targets'};
	}

	return {kind: 'given', command: command.command, targets, flags: flagValues(flags)};
}

const isFlagOf = ({commands}: FlagRow, command: Command): boolean => commands?.includes(command) ?? true;

function foreignFlag({name, commands = []}: FlagRow): string {
	const places = commands.map(command => (command === 'monitor' ? 'the monitor' : `redis-top ${command}`));
	const all = [places.slice(0, -1).join(', '), ...places.slice(-1)].filter(part => part !== '').join(' and ');
	return `--${name} goes with ${all} alone: leave it out`;
}

function wordsOf(argv: readonly string[]): Words {
	const {tokens} = parseArgs({args: [...argv], options, strict: false, allowPositionals: true, tokens: true});
	const separator = argv.indexOf('--');
	const end = separator === -1 ? argv.length : separator;
	const flags = new Map<KeyedRow, string | undefined>();
	const words: string[] = [];
	let problem: string | undefined;
	for (const token of tokens) {
		if (token.kind === 'positional' && token.index < end) {
			words.push(token.value);
		} else if (token.kind === 'option') {
			const reading = readFlag(token, argv[token.index] ?? '');
			problem ??= reading.problem ?? addFlag(flags, reading);
		}
	}

	return {flags, words, literals: argv.slice(end + 1), problem, isHelp: asksForHelp(argv, end)};
}

/**
Whether the command line asks for help. `--help` is never a flag's value. `-h` as the last word names no host, so it
asks for help.
*/
function asksForHelp(argv: readonly string[], end: number): boolean {
	const last = end === argv.length ? argv.at(-1) : undefined;
	return argv.slice(0, end).includes('--help') || last === '-h' || last === '--host';
}

/** Adds a flag's value to `flags`. Returns the mistake, or undefined if the flag is right. */
function addFlag(
	flags: Map<KeyedRow, string | undefined>,
	{row, value}: {readonly row: KeyedRow; readonly value: string | undefined},
): string | undefined {
	const before = flags.get(row);
	if (before !== undefined && row.isList !== true) {
		return `${spelling(row)} was given twice: keep one`;
	}

	flags.set(row, before === undefined ? value : `${before},${value}`);
	return undefined;
}

function readFlag({name, rawName, value: next, inlineValue}: OptionToken, word: string): FlagReading {
	const row = rowsByName.get(name);
	const glued = word.slice(rawName.length);
	// A number may follow its letter directly (`-i2`), and any value may follow `=`. `-host` is a mistyped `--host`.
	if (row === undefined || !(row.isSecret === true ? /^(?:$|=)/ : /^(?:$|[=\d])/).test(glued)) {
		return {problem: unknownFlag(word)};
	}

	const attached = glued === '' ? undefined : glued.replace(/^=/, '');
	if (row.value === undefined) {
		return attached === undefined
			? {row, value: undefined}
			: {problem: `${spelling(row)} takes no value: write ${spelling(row)} by itself`};
	}

	const value = attached ?? next ?? '';
	return value === '' || (inlineValue === false && isFlagLike(value, row))
		? {problem: `${spelling(row)} needs a value: ${spelling(row)} ${row.value}`}
		: {row, value};
}

/**
Whether the word after a flag is another flag instead of the flag's value. A password may start with a dash, unless it
is one of redis-top's flags.
*/
function isFlagLike(word: string, row: FlagRow): boolean {
	if (row.isSecret === true) {
		const [, name, letter] = /^(?:--([^=]+).*|-([a-z]))$/s.exec(word) ?? [];
		return word === '--' || rowsByName.has(name ?? '') || letters.has(letter ?? '');
	}

	return /^-[^\d]/.test(word);
}

/** The flag as it is usually typed: `-h` for a flag with a letter, else the long name. */
function spelling({short, name}: FlagRow): string {
	return short === undefined ? `--${name}` : `-${short}`;
}

function unknownFlag(word: string): string {
	const name = /^-+([^=:]*)/.exec(word)?.[1] ?? '';
	if (laterFlags.includes(name)) {
		return `--${name} is not part of this version`;
	}

	if (/^-a/.test(word)) {
		return 'unknown flag -a...: put a space before the password, or use --askpass';
	}

	const nearest = nearestWord(
		name,
		flagRows.map(row => row.name),
	);
	const fix = nearest === undefined ? 'redis-top --help lists the flags' : `did you mean --${nearest}?`;
	return `unknown flag ${flagLabel(word, nearest !== undefined)}: ${fix}`;
}

/**
The part of a flag that may be shown. Text attached to `-p`, `--pass` or behind `=` may be a password and is left out.
*/
function flagLabel(word: string, isNearMiss: boolean): string {
	const start = /^(?:-[^-]|--pass)/.exec(word)?.[0];
	const bare = word.replace(/[=:].*$/s, '');
	return start === undefined || isNearMiss || bare === start ? sanitize(bare) : `${sanitize(start)}...`;
}

function commandOf(words: readonly string[]): {command: Command; targets: readonly string[]} | {problem: string} {
	const [first, ...rest] = words;
	const isWord = (word: string) => commandNamed(word) !== undefined || laterCommands.includes(word);
	if (first !== undefined && laterCommands.includes(first)) {
		return {
			problem: `redis-top ${first} is not part of this version: redis-top -- ${first} monitors a host of that name`,
		};
	}

	const meant = first === undefined || isWord(first) || !/^[a-z]+$/.test(first) ? undefined : commandMeant(first);
	if (meant !== undefined) {
		return {
			problem: `redis-top has no command ${first}: did you mean ${meant}? For a host of that name write redis-top -- ${first}`,
		};
	}

	// The words after `demo` are its scenarios, even if a scenario has the name of a command.
	const misplaced = first === 'demo' ? undefined : rest.find(isWord);
	if (misplaced !== undefined) {
		return {problem: `${misplaced} is a command and comes first; for a host of that name put -- before the targets`};
	}

	const command = first === undefined ? undefined : commandNamed(first);
	return command === undefined ? {command: 'monitor', targets: words} : {command, targets: rest};
}

/**
The command that a mistyped word probably means. Undefined if the word resembles no command, or if more than one letter
is missing at its end.
*/
function commandMeant(word: string): string | undefined {
	const nearest = nearestWord(
		word,
		commandRows.flatMap(({command}) => (command === 'monitor' ? [] : [command])),
	);
	return nearest?.startsWith(word) === true && nearest.length - word.length > 1 ? undefined : nearest;
}

/** The values of the flags by key. A switch whose name begins with `no-` sets the value of its key to false. */
const flagValues = (flags: ReadonlyMap<KeyedRow, string | undefined>): GivenFlags =>
	Object.fromEntries([...flags].map(([{key, name}, value]) => [key, value ?? !name.startsWith('no-')]));
