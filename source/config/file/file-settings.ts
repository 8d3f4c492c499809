import type {KeyName} from '../../keys/bindings.js';
import type {FileKeyName} from './file-keys.js';

/** A valid value of the config file, in a flag's type, and its place. */
export type Placed<T = string | true | readonly string[]> = {
	readonly value: T;
	/** `/etc/redis-top/config.toml:12: profiles.prod.interval`. */
	readonly origin: string;
};

export type Section = ReadonlyMap<FileKeyName, Placed>;

export type Profile = {
	/** `/etc/redis-top/config.toml:10: profiles.prod`. */
	readonly origin: string;
	readonly section: Section;
	readonly thresholds: ReadonlyMap<string, Placed<number>>;
};

/** Keys by binding id, with internal key names. */
export type KeySection = ReadonlyMap<string, Placed<readonly KeyName[]>>;

/** The settings of one or two config files. */
export type FileSettings = {
	/** The top level, for every run. */
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

/** The user's settings over the system's. Settings, thresholds and keys are merged one by one; a profile replaces another as a whole. */
export const mergedSettings = (below: FileSettings, above: FileSettings): FileSettings => ({
	section: new Map([...below.section, ...above.section]),
	profiles: new Map([...below.profiles, ...above.profiles]),
	thresholds: new Map([...below.thresholds, ...above.thresholds]),
	keys: new Map([...below.keys, ...above.keys]),
});

/** The values of `targets` or `target`; empty without both. */
export function targetsIn(section: Section): readonly string[] {
	const value = section.get('targets')?.value ?? section.get('target')?.value;
	return value === undefined || value === true ? [] : [value].flat();
}
