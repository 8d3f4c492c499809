import type {Given} from '../arguments/argv.js';
import type {FlagKey, GivenFlags} from '../arguments/flags.js';
import {type FileKeyName, fileKeyNames, fileKeyOf} from './file/file-keys.js';
import {type FileSettings, type Placed, type Profile, type Section, targetsIn} from './file/file-settings.js';
import {whyNoTarget} from './targets.js';
import {type Environment, firstSet} from './values.js';

/**
The place in a config file from which a flag's value came: `/etc/…/config.toml:3: interval`. Flags of the command line
have no entry.
*/
export type Origins = ReadonlyMap<FlagKey, string>;

/** Targets with the same connection settings: the targets of one profile, or all targets without a profile. */
export type TargetGroup = {
	/** The profile's name; undefined for targets of the command line and the environment. */
	readonly profile: string | undefined;
	/** The targets with their flags. Flags of the command line have precedence over the profile's. */
	readonly given: Given;
	/** The places of those flags that came from a config file. */
	readonly origins: Origins;
	/** A program whose first line of output is the password. */
	readonly passwordCommand: Placed<readonly string[]> | undefined;
	/** The thresholds at the top level of the file, overridden by the profile's. */
	readonly thresholds: ReadonlyMap<string, Placed<number>>;
	/** The profile's `role`; undefined without one. */
	readonly role: Placed | undefined;
	readonly environment: Placed | undefined;
};

/** The combination of the command line with the config file. */
export type Plan = {
	/** The command and the flags that concern redis-top as a whole. */
	readonly given: Given;
	readonly groups: readonly TargetGroup[];
	readonly origins: Origins;
	readonly isProduction: boolean;
	/** The thresholds at the top level of the file. */
	readonly thresholds: ReadonlyMap<string, Placed<number>>;
	/** The keyboard keys that replace the default keys of a binding, by binding id. */
	readonly keys: FileSettings['keys'];
};

/** Flags that replace all password settings of a profile if they are on the command line. */
const passwordFlags = ['pass', 'passFile', 'askpass'] as const;

/** Flags that name a target. */
const placeFlags = ['host', 'port', 'socket', 'uri'] as const;

/**
Combines the command line with the config file. The command line has precedence over the profiles that it names. The
profiles have precedence over the top level of the file. Where profiles differ, the profile that is named first has
precedence.
*/
export function planFor(given: Given, settings: FileSettings, environment: Environment): Plan {
	const words = targetWords(given, settings, environment);
	const profiles = [...new Set(words)].flatMap(word => settings.profiles.get(word) ?? []);
	const isPlain = words.some(word => !settings.profiles.has(word));
	const flags: Record<string, string | boolean> = {...given.flags};
	const origins = new Map<FlagKey, string>();
	for (const section of [lockSection(profiles, isPlain), ...profiles.map(withoutLock), settings.section]) {
		for (const [flag, {value, origin}] of flagsOf(section, 'everywhere')) {
			if (!isOverruled(flag, flags)) {
				flags[flag] = value;
				origins.set(flag, origin);
			}
		}
	}

	const merged: Given = {...given, targets: words, flags: flags as GivenFlags};
	return {
		given: merged,
		groups: groupsOf(words, merged, settings),
		origins,
		isProduction: profiles.some(({section}) => section.get('environment')?.value === 'production'),
		keys: settings.keys,
		thresholds: settings.thresholds,
	};
}

/**
The settings `read-only` and `allow-actions`. A run is read-only if one profile says so. Actions are allowed only if
every target allows them.
*/
function lockSection(profiles: readonly Profile[], isPlain: boolean): Section {
	const locked = profiles.find(({section}) => section.has('read-only'));
	const isAllowed = !isPlain && profiles.every(({section}) => section.has('allow-actions'));
	const decided = locked ?? (isAllowed ? profiles[0] : undefined);
	return new Map([...(decided?.section ?? [])].filter(([name]) => isLock(name)));
}

const isLock = (name: FileKeyName): boolean => name === 'read-only' || name === 'allow-actions';

const withoutLock = ({section}: Profile): Section => new Map([...section].filter(([name]) => !isLock(name)));

/** The target arguments. If nothing names a target, the targets at the top level of the file are used. */
function targetWords(
	{command, targets, recordings, flags}: Given,
	{section}: FileSettings,
	environment: Environment,
): readonly string[] {
	const isSaid =
		whyNoTarget({command, recordings}) !== undefined ||
		targets.length > 0 ||
		placeFlags.some(flag => flags[flag] !== undefined) ||
		firstSet(environment, ['REDIS_URL']) !== undefined;
	return isSaid ? targets : targetsIn(section);
}

/**
Whether the command line overrules this flag's value in the config file. `--read-only` and `--allow-actions` exclude
each other, so either of them overrules both.
*/
function isOverruled(flag: FlagKey, flags: Readonly<Record<string, unknown>>): boolean {
	const rivals: readonly FlagKey[] = ['readOnly', 'allowActions'];
	return (rivals.includes(flag) ? rivals : [flag]).some(key => flags[key] !== undefined);
}

function flagsOf(
	section: Section,
	scope: 'everywhere' | 'profile',
): ReadonlyArray<readonly [FlagKey, Placed<string | boolean>]> {
	return fileKeyNames.flatMap(name => {
		const {flag, scope: ownScope} = fileKeyOf(name);
		const placed = section.get(name);
		const value = placed?.value;
		return flag === undefined ||
			placed === undefined ||
			ownScope !== scope ||
			(typeof value !== 'string' && value !== true)
			? []
			: [[flag, {value, origin: placed.origin}] as const];
	});
}

function groupsOf(words: readonly string[], given: Given, {profiles, thresholds}: FileSettings): TargetGroup[] {
	const plain = words.filter(word => !profiles.has(word));
	const named = [...new Set(words)].flatMap(word => {
		const profile = profiles.get(word);
		return profile === undefined ? [] : [profileGroup(word, profile, given, thresholds)];
	});
	// If the user names no target, one group remains for the flags and the environment.
	return plain.length > 0 || named.length === 0
		? [
				{
					profile: undefined,
					given: {...given, targets: plain},
					origins: new Map(),
					passwordCommand: undefined,
					thresholds,
					role: undefined,
					environment: undefined,
				},
				...named,
			]
		: named;
}

function profileGroup(
	name: string,
	{section, thresholds}: Profile,
	given: Given,
	topThresholds: FileSettings['thresholds'],
): TargetGroup {
	const hasPassword = passwordFlags.some(flag => given.flags[flag] !== undefined);
	const flags: Record<string, string | boolean> = {...given.flags};
	const origins = new Map<FlagKey, string>();
	for (const [flag, {value, origin}] of flagsOf(section, 'profile')) {
		if (flags[flag] === undefined && !(flag === 'passFile' && hasPassword)) {
			flags[flag] = value;
			origins.set(flag, origin);
		}
	}

	const command = section.get('password-command');
	const hasCommand = command !== undefined && !hasPassword && typeof command.value === 'object';
	return {
		profile: name,
		given: {...given, targets: targetsIn(section), flags: flags as GivenFlags},
		origins,
		passwordCommand: hasCommand
			? {value: [command.value].flat() as readonly string[], origin: command.origin}
			: undefined,
		thresholds: new Map([...topThresholds, ...thresholds]),
		role: section.get('role'),
		environment: section.get('environment'),
	};
}
