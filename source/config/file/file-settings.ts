import type {KeyName} from '../../keys/bindings.js';
import type {FileKeyName} from './file-keys.js';

/** A valid value of the config file in the type of its flag, and where it is in the file. */
export type Placed<T = string | true | readonly string[]> = {
	readonly value: T;
	/** File, line and key: `/etc/redis-top/config.toml:12: profiles.prod.interval`. */
	readonly origin: string;
};

export type Section = ReadonlyMap<FileKeyName, Placed>;

export type Profile = {
	/** File, line and table: `/etc/redis-top/config.toml:10: profiles.prod`. */
	readonly origin: string;
	readonly section: Section;
	readonly thresholds: ReadonlyMap<string, Placed<number>>;
};

/** The changed keys of bindings, by binding id. Keys have their internal names. */
export type KeySection = ReadonlyMap<string, Placed<readonly KeyName[]>>;

/** The settings of one or two config files. */
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
The user's settings (`above`) and the system's (`below`) as one. Settings, thresholds and keys are merged one by one. A
profile of the user replaces a whole profile of the system.
*/
export const mergedSettings = (below: FileSettings, above: FileSettings): FileSettings => ({
	section: new Map([...below.section, ...above.section]),
	profiles: new Map([...below.profiles, ...above.profiles]),
	thresholds: new Map([...below.thresholds, ...above.thresholds]),
	keys: new Map([...below.keys, ...above.keys]),
});

/** The values of the keys `targets` or `target`; empty without both. */
export function targetsIn(section: Section): readonly string[] {
	const value = section.get('targets')?.value ?? section.get('target')?.value;
	return value === undefined || value === true ? [] : [value].flat();
}
