import path from 'node:path';
import {commandNamed, laterCommands} from '../../arguments/commands.js';
import type {ThresholdUnit} from '../../domain/threshold.js';
import {keyChange} from '../../keys/key-changes.js';
import {parseTarget} from '../../parse/target.js';
import {parseToml, type TomlEntry, type TomlValue} from '../../parse/toml.js';
import {allThresholds, retiredThresholds} from '../../rules/all-thresholds.js';
import {panelChoices, panelNamed} from '../../state/panel-table.js';
import {durationMs} from '../values.js';
import {type FileKey, type FileKeyName, fileKeyNames, fileKeyOf, isFileKeyName} from './file-keys.js';
import {type FileSettings, noSettings, type Placed, type Section, targetsIn} from './file-settings.js';

/** The path and the text of a config file, and the home folder that `~/` stands for. */
export type ConfigFileText = {readonly file: string; readonly text: string; readonly home: string};

/** Parses a config file. Each mistake is one line with file, line number and key. Never throws. */
export function readSettings(source: ConfigFileText): {
	readonly settings: FileSettings;
	readonly problems: readonly string[];
} {
	const reading = parseToml(source.text);
	if ('problem' in reading) {
		const line = source.text.split('\n')[reading.line - 1] ?? '';
		return {settings: noSettings, problems: [`${source.file}:${reading.line}: ${tomlProblem(line, reading.problem)}`]};
	}

	const reader = new SettingsReader(source);
	// An empty profile is a mistake too, and no value shows that it exists. The headers of tables are therefore read
	// too.
	for (const {path: tablePath, line} of reading.tables) {
		reader.addTable(tablePath, line);
	}

	reading.entries.forEach(entry => {
		reader.add(entry);
	});
	reader.checkProfiles();
	return {settings: reader.settings, problems: reader.problems};
}

/**
Why a line is no TOML. The usual mistake is a text without quotes, and the parser only says that it expected the end of
the line.
*/
function tomlProblem(line: string, problem: string): string {
	const [, key, value] = /^\s*([\w.-]+)\s*=\s*([^\s"'[{#][^"'#]*?)\s*(?:#.*)?$/.exec(line) ?? [];
	const isWritten = value !== undefined && /^(?:true|false|[\d._+-]+)$/.test(value);
	return key === undefined || value === undefined || isWritten
		? `is no TOML: ${problem}`
		: `a text needs quotes: ${key} = "${value}"`;
}

/** A profile whose keys are still being read. */
type OpenProfile = {
	readonly origin: string;
	readonly section: Map<FileKeyName, Placed>;
	readonly thresholds: Map<string, Placed<number>>;
};

class SettingsReader {
	readonly settings = {
		section: new Map<FileKeyName, Placed>(),
		profiles: new Map<string, OpenProfile>(),
		thresholds: new Map<string, Placed<number>>(),
		keys: new Map<string, Placed<readonly string[]>>(),
	} satisfies FileSettings;

	readonly problems: string[] = [];
	readonly #source: ConfigFileText;
	readonly #wrongProfiles = new Set<string>();

	constructor(source: ConfigFileText) {
		this.#source = source;
	}

	addTable([first, name, third]: readonly string[], line: number): void {
		if (first === 'profiles' && name !== undefined && third === undefined) {
			this.#profile(name, line);
		}
	}

	add(entry: TomlEntry): void {
		const [first = '', second, ...rest] = entry.path;
		const before = this.problems.length;
		if (first === 'thresholds' && second !== undefined) {
			this.#addThreshold(entry, entry.path.slice(1), this.settings.thresholds);
		} else if (first === 'keys' && second !== undefined) {
			this.#addBinding(entry);
		} else if (first === 'profiles' && second !== undefined && rest.length > 0) {
			const profile = this.#profile(second, entry.line);
			if (rest[0] === 'thresholds' && rest.length > 1) {
				this.#addThreshold(entry, rest.slice(1), profile.thresholds);
			} else {
				this.#addKey(entry, rest, profile.section, true);
			}

			if (this.problems.length > before) {
				this.#wrongProfiles.add(second);
			}
		} else {
			this.#addKey(entry, entry.path, this.settings.section, false);
		}
	}

	/**
	Checks the profiles as a whole after all their keys are read. A profile in which a key is wrong is not checked
	further.
	*/
	checkProfiles(): void {
		for (const [name, {origin, section}] of this.settings.profiles) {
			if (this.#wrongProfiles.has(name)) {
				continue;
			}

			for (const problem of profileProblems(name, section)) {
				this.problems.push(`${origin}: ${problem}`);
			}
		}
	}

	#profile(name: string, line: number): OpenProfile {
		const origin = `${this.#source.file}:${line}: profiles.${name}`;
		const profile: OpenProfile = this.settings.profiles.get(name) ?? {
			origin,
			section: new Map(),
			thresholds: new Map(),
		};
		this.settings.profiles.set(name, profile);
		return profile;
	}

	#addKey(entry: TomlEntry, names: readonly string[], section: Map<FileKeyName, Placed>, isInProfile: boolean): void {
		const name = names.join('.');
		const origin = this.#originOf(entry);
		if (!isFileKeyName(name)) {
			this.problems.push(`${origin}: ${unknownKey(isInProfile)}`);
			return;
		}

		const key = fileKeyOf(name);
		if (key.scope === 'profile' && !isInProfile) {
			this.problems.push(`${origin}: goes into a profile: [profiles.NAME]`);
			return;
		}

		const checked = checkedValue(key, entry.value, this.#source);
		if ('problem' in checked) {
			this.problems.push(`${origin}: ${checked.problem}`);
		} else if (checked.value !== false) {
			section.set(name, {value: checked.value, origin});
		}
	}

	#addBinding(entry: TomlEntry): void {
		const id = entry.path.slice(1).join('.');
		const origin = this.#originOf(entry);
		const change = keyChange(id, entry.value);
		if ('problem' in change) {
			this.problems.push(`${origin}: ${change.problem}`);
		} else {
			this.settings.keys.set(id, {value: change.keys, origin});
		}
	}

	#addThreshold(entry: TomlEntry, names: readonly string[], thresholds: Map<string, Placed<number>>): void {
		const name = names.join('.');
		if (retiredThresholds.includes(name)) {
			return;
		}

		const origin = this.#originOf(entry);
		const threshold = allThresholds.get(name);
		const checked =
			threshold === undefined ? {problem: unknownThreshold(name)} : thresholdValue(threshold.unit, entry.value);
		if ('problem' in checked) {
			this.problems.push(`${origin}: ${checked.problem}`);
		} else {
			thresholds.set(name, {value: checked.value, origin});
		}
	}

	#originOf({path: names, line}: TomlEntry): string {
		return `${this.#source.file}:${line}: ${names.join('.')}`;
	}
}

function unknownKey(isInProfile: boolean): string {
	const known = fileKeyNames.filter(key => isInProfile || fileKeyOf(key).scope === 'everywhere');
	const names = [...known, 'thresholds', ...(isInProfile ? [] : ['keys', 'profiles'])];
	return `unknown key; known ${isInProfile ? 'in a profile' : 'here'}: ${names.join(', ')}`;
}

type Checked = {readonly value: string | boolean | readonly string[]} | {readonly problem: string};

const isTexts = (value: TomlValue): value is readonly string[] =>
	Array.isArray(value) && value.every(item => typeof item === 'string' && item !== '');

/** The value converted to the type of its flag, or a text that says what the value must be. */
function checkedValue({kind, choices = []}: FileKey, value: TomlValue, source: ConfigFileText): Checked {
	switch (kind) {
		case 'switch': {
			return typeof value === 'boolean' ? {value} : {problem: 'must be true or false'};
		}

		case 'duration': {
			const text = String(value);
			return (typeof value === 'string' || typeof value === 'number') && durationMs(text) !== undefined
				? {value: text}
				: {problem: 'is not a duration; write "500ms", "2s" or "1m"'};
		}

		case 'panel': {
			const text = String(value);
			return panelNamed(text) === undefined ? {problem: `is unknown; write one of ${panelChoices}`} : {value: text};
		}

		case 'words': {
			return isTexts(value) && value.length > 0
				? {value}
				: {problem: 'must be a list of words: ["pass", "show", "redis/prod"]'};
		}

		case 'targets': {
			return isTexts(value) && value.length > 0
				? {value}
				: {problem: 'must be a list of targets: ["a:6379", "b:6379"]'};
		}

		default: {
			return typeof value === 'string' && value !== '' && (kind !== 'choice' || choices.includes(value))
				? {value: kind === 'file' ? absolutePath(value, source) : value}
				: {problem: kind === 'choice' ? `must be one of ${choices.join(', ')}` : 'must be a text in quotes'};
		}
	}
}

const absolutePath = (text: string, {file, home}: ConfigFileText): string =>
	text.startsWith('~/') ? path.join(home, text.slice(2)) : path.resolve(path.dirname(file), text);

/** The problem text for an unknown threshold. It suggests known thresholds whose names begin like the unknown name. */
function unknownThreshold(name: string): string {
	const beginnings = name.split('.').map((_, index, parts) => `${parts.slice(0, parts.length - index).join('.')}.`);
	const alike = beginnings
		.map(start => [...allThresholds.keys()].filter(known => known.startsWith(start)))
		.find(names => names.length > 0);
	return `is no threshold; ${alike === undefined ? 'redis-top --print-config lists them' : `there is ${alike.join(', ')}`}`;
}

const factors: ReadonlyMap<string, number> = new Map([
	['%', 0.01],
	['ms', 0.001],
	['s', 1],
	['m', 60],
	['h', 3600],
	['kb', 2 ** 10],
	['mb', 2 ** 20],
	['gb', 2 ** 30],
]);

/**
The suffixes that a threshold's value may have, by the threshold's unit, with an example. A number without a suffix is
in that unit.
*/
const suffixes: Readonly<Record<ThresholdUnit, readonly [suffixes: readonly string[], example: string]>> = {
	share: [['%'], '"85%" or 0.85'],
	ratio: [['%'], '1.5'],
	bytes: [['kb', 'mb', 'gb'], '"64mb" or a number of bytes'],
	seconds: [['ms', 's', 'm', 'h'], '"5s" or a number of seconds'],
	milliseconds: [['ms', 's', 'm', 'h'], '"10ms" or a number of milliseconds'],
	count: [[], 'a number'],
	perSecond: [[], 'a number, per second'],
	perMinute: [[], 'a number, per minute'],
};

function thresholdValue(unit: ThresholdUnit, value: TomlValue): {readonly value: number} | {readonly problem: string} {
	const [known, example] = suffixes[unit];
	if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
		return {value};
	}

	const [, amount, suffix = ''] = /^(\d+(?:\.\d+)?) ?([a-z%]*)$/i.exec(typeof value === 'string' ? value : '') ?? [];
	const factor = factors.get(suffix.toLowerCase());
	if (amount === undefined || factor === undefined || !known.includes(suffix.toLowerCase())) {
		return {problem: `must be ${example}`};
	}

	// The value is rounded to 15 digits, so that 70 % is 0.7 and not 0.7000000000000001.
	return {value: Number((Number(amount) * factor * (unit === 'milliseconds' ? 1000 : 1)).toPrecision(15))};
}

/** The problems of a profile that a single key does not show, such as a missing target. */
function profileProblems(name: string, section: Section): string[] {
	const has = (key: FileKeyName) => section.has(key);
	const targets = targetsIn(section);
	const bad = targets.map(parseTarget).find(target => 'problem' in target);
	const isTls = has('tls') || targets.some(target => /^(?:rediss|valkeys):/i.test(target));
	const idle = (['cacert', 'cacertdir', 'cert', 'key', 'sni', 'insecure'] as const).find(has);
	const cases: ReadonlyArray<readonly [isWrong: boolean, text: string]> = [
		[commandNamed(name) !== undefined || laterCommands.includes(name), 'is the name of a command: choose another one'],
		[targets.length === 0 && !has('match'), 'needs a target'],
		[has('target') && has('targets'), 'has target and targets: keep one'],
		[bad !== undefined, `target: ${bad !== undefined && 'problem' in bad ? bad.problem : ''}`],
		[has('password-file') && has('password-command'), 'has password-file and password-command: keep one'],
		[has('read-only') && has('allow-actions'), 'read-only and allow-actions contradict each other: keep one'],
		[has('cert') !== has('key'), 'cert and key go together'],
		[idle !== undefined && !isTls, `${idle} has no effect without TLS: add tls = true`],
	];
	return cases.filter(([isWrong]) => isWrong).map(([, text]) => text);
}
