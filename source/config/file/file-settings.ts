import type {KeyName} from '../../keys/bindings.js';
import type {FileKeyName} from './file-keys.js';

/** A valid value of the config file, converted to the type of its flag, and the place where the file has it. */
export type Placed<T = string | true | readonly string[]> = {
	readonly value: T;
	/** The place in the file: file, line and key, as in `/etc/redis-top/config.toml:12: profiles.prod.interval`. */
	readonly origin: string;
};

export type Section = ReadonlyMap<FileKeyName, Placed>;

export type Profile = {
	/** The place in the file: file, line and table, as in `/etc/redis-top/config.toml:10: profiles.prod`. */
	readonly origin: string;
	readonly section: Section;
	readonly thresholds: ReadonlyMap<string, Placed<number>>;
};

/** The keyboard keys that the config file gives to bindings, by binding id. */
export type KeySection = ReadonlyMap<string, Placed<readonly KeyName[]>>;

/** The settings of the user's config file, of the system's config file, or of both merged. */
export type FileSettings = {
	/** The settings at the top level of the file, for every run. */
	readonly section: Section;
	readonly profiles: ReadonlyMap<string, Profile>;
	readonly thresholds: ReadonlyMap<string, Placed<number>>;
	readonly keys: KeySection;
};

export const noSettings: FileSettings = {
	section: new Map(),
	profiles: new Map(),
	thresholds: new Map(),
	keys: new Map(),
};

/**
Merges the user's settings (`above`) with the system's (`below`); the user's have precedence. Settings, thresholds and
keyboard keys are merged one by one. A profile of the user replaces the system's profile of the same name as a whole.
*/
export const mergedSettings = (below: FileSettings, above: FileSettings): FileSettings => ({
	section: new Map([...below.section, ...above.section]),
	profiles: new Map([...below.profiles, ...above.profiles]),
	thresholds: new Map([...below.thresholds, ...above.thresholds]),
	keys: new Map([...below.keys, ...above.keys]),
});

/** The value of `targets` or `target` in the config file, as a list; empty without both. */
export function targetsIn(section: Section): readonly string[] {
	const value = section.get('targets')?.value ?? section.get('target')?.value;
	return value === undefined || value === true ? [] : [value].flat();
}
