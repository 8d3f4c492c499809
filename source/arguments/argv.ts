import meow from 'meow';
import {sanitize} from '../text/sanitize.js';
import {
	type Command,
	commandNamed,
	type FlagKey,
	type FlagRow,
	flagRows,
	flagTable,
	type GivenFlags,
	laterCommands,
	laterFlags,
} from './flags.js';

/** The command line as it was given: no default is filled in, no value is understood yet. */
export type Given = {
	readonly kind: 'given';
	readonly command: Command;
	/** For the demo: its scenario. */
	readonly targets: readonly string[];
	readonly flags: GivenFlags;
};

export type Arguments =
	| Given
	| {readonly kind: 'help'}
	| {readonly kind: 'version'}
	/** One line that names what is wrong and the fix, never a password. */
	| {readonly kind: 'misused'; readonly problem: string};

type KeyedRow = FlagRow & {readonly key: FlagKey};

/** One flag read from the words: `wordCount` is 2 when its value was a word of its own. */
type FlagReading =
	| {readonly kind: 'flag'; readonly row: KeyedRow; readonly value: string | undefined; readonly wordCount: 1 | 2}
	| {readonly kind: 'help'}
	| {readonly kind: 'problem'; readonly problem: string};

type Words = {
	readonly flags: Map<KeyedRow, string | undefined>;
	/** Before `--`. */
	readonly words: string[];
	/** After `--`: targets, whatever they look like. */
	readonly literals: string[];
	readonly problem: string | undefined;
	readonly isHelp: boolean;
};

const rowsByName = new Map(flagRows.map(row => [row.name, row]));
const rowsByLetter = new Map(flagRows.flatMap(row => (row.short === undefined ? [] : [[row.short, row] as const])));

/**
Reads the command line. Every flag is checked and spelled out here, because meow can't say `-h HOST` and `-h` both, ends
the process with a code of its own at an unknown flag, and takes a value that starts with a dash for a flag. What it then
gets can be read in one way only.

@param argv The arguments after the program's name.
*/
export function readArguments(argv: readonly string[]): Arguments {
	const {flags, words, literals, problem, isHelp} = wordsOf(argv);
	const keys = new Set([...flags.keys()].map(({key}) => key));
	if (isHelp || keys.has('help') || (words[0] === 'help' && literals.length === 0)) {
		return {kind: 'help'};
	}

	if (problem !== undefined) {
		return {kind: 'misused', problem};
	}

	if (keys.has('version')) {
		return {kind: 'version'};
	}

	const command = commandOf(words);
	if ('problem' in command) {
		return {kind: 'misused', problem: command.problem};
	}

	const foreign = [...keys].map(key => flagTable[key]).find(row => !isFlagOf(row, command.command));
	if (foreign !== undefined) {
		return {kind: 'misused', problem: foreignFlag(foreign)};
	}

	const targets = [...command.targets, ...literals];
	if (command.command === 'audit' && targets.length > 0) {
		return {kind: 'misused', problem: 'redis-top audit takes no target: the log is one for all of them'};
	}

	return {kind: 'given', command: command.command, targets, flags: flagValues(flags)};
}

const isFlagOf = ({commands}: FlagRow, command: Command): boolean => commands?.includes(command) ?? true;

function foreignFlag({name, commands = []}: FlagRow): string {
	const places = commands.map(command => (command === 'monitor' ? 'the monitor' : `redis-top ${command}`));
	return `--${name} goes with ${places.join(' and ')} alone: leave it out`;
}

function wordsOf(argv: readonly string[]): Words {
	const flags = new Map<KeyedRow, string | undefined>();
	const words: string[] = [];
	const separator = optionEnd(argv);
	let problem: string | undefined;
	let isHelp = false;
	for (let index = 0; index < separator; ) {
		const word = argv[index] ?? '';
		if (!/^-./s.test(word)) {
			words.push(word);
			index += 1;
			continue;
		}

		const reading = readFlag(word, index + 1 < argv.length ? argv[index + 1] : undefined);
		index += reading.kind === 'flag' ? reading.wordCount : 1;
		if (reading.kind === 'flag') {
			const before = flags.get(reading.row);
			const isList = reading.row.isList === true;
			const isRepeated = flags.has(reading.row) && reading.value !== undefined && !isList;
			problem ??= isRepeated ? `${spelling(reading.row)} was given twice: keep one` : undefined;
			flags.set(reading.row, isList && before !== undefined ? `${before},${reading.value}` : reading.value);
		} else if (reading.kind === 'problem') {
			problem ??= reading.problem;
		} else {
			isHelp = true;
		}
	}

	return {flags, words, literals: argv.slice(separator + 1), problem, isHelp};
}

/** Where `--` stands, else the number of words. */
function optionEnd(argv: readonly string[]): number {
	const index = argv.indexOf('--');
	return index === -1 ? argv.length : index;
}

function readFlag(word: string, next: string | undefined): FlagReading {
	const [, name = '', attachedToName] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
	const byName = rowsByName.get(name);
	if (byName !== undefined) {
		return valued(byName, attachedToName, next);
	}

	// A number may follow its letter directly (`-i2`), as may anything after `=`; `-host` is a slip for `--host`.
	const [, letter = '', afterEquals, digits] = /^-([a-z])(?:=(.*)|(\d.*))?$/is.exec(word) ?? [];
	const byLetter = rowsByLetter.get(letter);
	if (byLetter !== undefined && !(byLetter.isSecret === true && digits !== undefined)) {
		return valued(byLetter, afterEquals ?? digits, next);
	}

	return {kind: 'problem', problem: unknownFlag(word)};
}

function valued(row: KeyedRow, attached: string | undefined, next: string | undefined): FlagReading {
	if (row.value === undefined) {
		return attached === undefined
			? {kind: 'flag', row, value: undefined, wordCount: 1}
			: {kind: 'problem', problem: `${spelling(row)} takes no value: write ${spelling(row)} by itself`};
	}

	if (row.key === 'host' && attached === undefined && next === undefined) {
		return {kind: 'help'};
	}

	const value = attached ?? (next === undefined || isFlagLike(next, row) ? '' : next);
	return value === ''
		? {kind: 'problem', problem: `${spelling(row)} needs a value: ${spelling(row)} ${row.value}`}
		: {kind: 'flag', row, value, wordCount: attached === undefined ? 2 : 1};
}

/** Whether the next word is a flag rather than a value. A password may start with a dash, if it is no flag of ours. */
function isFlagLike(word: string, row: FlagRow): boolean {
	if (row.isSecret === true) {
		const [, name, letter] = /^(?:--([^=]+).*|-([a-z]))$/s.exec(word) ?? [];
		return word === '--' || rowsByName.has(name ?? '') || rowsByLetter.has(letter ?? '');
	}

	return /^-[^\d]/.test(word);
}

/** `-h` for what has a letter, as one types it. */
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

	const nearest = nearestName(name);
	const fix = nearest === undefined ? 'redis-top --help lists the flags' : `did you mean --${nearest}?`;
	return `unknown flag ${flagLabel(word, nearest !== undefined)}: ${fix}`;
}

/** The flag as far as it may be shown: what is glued to `-p`, `--pass` or follows `=` may be a password. */
function flagLabel(word: string, isNearMiss: boolean): string {
	const start = /^(?:-[^-]|--pass)/.exec(word)?.[0];
	const bare = word.replace(/[=:].*$/s, '');
	return start === undefined || isNearMiss || bare === start ? sanitize(bare) : `${sanitize(start)}...`;
}

/** The flag that is one slip (two in a long name) away, or the only one that starts like this. */
function nearestName(name: string): string | undefined {
	const names = flagRows.map(row => row.name);
	const ranked = names
		.map(candidate => ({candidate, slips: editDistance(name, candidate)}))
		.filter(({candidate, slips}) => slips <= (candidate.length > 5 ? 2 : 1))
		.sort((a, b) => a.slips - b.slips);
	const longer = name.length > 2 ? names.filter(candidate => candidate.startsWith(name)) : [];
	return ranked[0]?.candidate ?? (longer.length === 1 ? longer[0] : undefined);
}

/** Letters added, left out or changed to get from one text to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
	let row = Array.from({length: to.length + 1}, (_, index) => index);
	for (const [index, letter] of [...from].entries()) {
		const next = [index + 1];
		for (let column = 1; column <= to.length; column++) {
			const changed = (row[column - 1] ?? 0) + (to[column - 1] === letter ? 0 : 1);
			next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
		}

		row = next;
	}

	return row[to.length] ?? 0;
}

function commandOf(words: readonly string[]): {command: Command; targets: readonly string[]} | {problem: string} {
	const [first, ...rest] = words;
	const isWord = (word: string) => commandNamed(word) !== undefined || laterCommands.includes(word);
	if (first !== undefined && laterCommands.includes(first)) {
		return {
			problem: `redis-top ${first} is not part of this version: redis-top -- ${first} monitors a host of that name`,
		};
	}

	const misplaced = rest.find(isWord);
	if (misplaced !== undefined) {
		return {problem: `${misplaced} is a command and comes first; for a host of that name put -- before the targets`};
	}

	const command = first === undefined ? undefined : commandNamed(first);
	return command === undefined ? {command: 'monitor', targets: words} : {command, targets: rest};
}

/** The flags' values by their keys. A value stands in quotes of its own, because meow's parser takes one pair off. */
function flagValues(flags: ReadonlyMap<KeyedRow, string | undefined>): GivenFlags {
	const argv = [...flags].map(([{name}, value]) => (value === undefined ? `--${name}` : `--${name}="${value}"`));
	const types = flagRows.map(({key, value}) => [key, {type: value === undefined ? 'boolean' : 'string'}] as const);
	const result = meow({
		importMeta: import.meta,
		argv,
		flags: Object.fromEntries(types) as Record<FlagKey, {type: 'boolean'} | {type: 'string'}>,
		pkg: {name: 'redis-top'},
		description: false,
		autoHelp: false,
		autoVersion: false,
		allowUnknownFlags: false,
		// Not given stays knowable.
		booleanDefault: undefined,
	});
	// meow spells a letter after a digit with a capital (`a11Y`).
	const keys = new Map(flagRows.map(({key}) => [key.toLowerCase(), key]));
	const values = Object.entries(result.flags).map(([name, value]) => [keys.get(name.toLowerCase()) ?? name, value]);
	return Object.fromEntries(values) as GivenFlags;
}
