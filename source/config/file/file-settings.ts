import type {KeyName} from '../../keys/bindings.js';
import type {FileKeyName} from './file-keys.js';

/** A value of the config file that was found right, as a flag would have it, and where it stands. */
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

/** Keys by binding id, as they are named inside. */
export type KeySection = ReadonlyMap<string, Placed<readonly KeyName[]>>;

/** What config files say, one or two of them. */
export type FileSettings = {
	/** On top: for every session. */
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

/** The user's over the system's: settings, thresholds and keys one by one, a profile of the same name as a whole. */
export const mergedSettings = (below: FileSettings, above: FileSettings): FileSettings => ({
	section: new Map([...below.section, ...above.section]),
	profiles: new Map([...below.profiles, ...above.profiles]),
	thresholds: new Map([...below.thresholds, ...above.thresholds]),
	keys: new Map([...below.keys, ...above.keys]),
});

/** What `target` or `targets` says; empty where neither is there. */
export function targetsIn(section: Section): readonly string[] {
	const value = section.get('targets')?.value ?? section.get('target')?.value;
	return value === undefined || value === true ? [] : [value].flat();
}
