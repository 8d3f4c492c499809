import {defaultThresholds, type Thresholds, thresholdsIn, withOverrides} from '../domain/thresholds/thresholds.js';
import type {RuleSettings} from '../rules/node-facts.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {Placed} from './file/file-settings.js';

/** Thresholds and role of a group of targets. */
export type RuleGroup = {
	/** Undefined for targets without a profile. */
	readonly profile?: string | undefined;
	/** The file's top-level thresholds, overridden by the profile's. */
	readonly thresholds?: ReadonlyMap<string, Placed<number>> | undefined;
	/** `role = "cache"`: eviction is expected, so its findings are milder. */
	readonly isCache?: boolean | undefined;
};

type Group = {readonly thresholds: Thresholds; readonly isCache: boolean};

const valuesOf = (placed: RuleGroup['thresholds']): Thresholds =>
	withOverrides(defaultThresholds, thresholdsIn(new Map([...(placed ?? [])].map(([name, {value}]) => [name, value]))));

/** Thresholds and role of each node: those of its target, or of the target it was discovered from. */
export class TargetRules {
	readonly #isStrict: boolean;
	readonly #groups: ReadonlyMap<string | undefined, Group>;
	/** Memoized by profile: 1,000 nodes of one target share one object. */
	readonly #known = new Map<string, RuleSettings>();

	constructor(groups: readonly RuleGroup[], isStrict: boolean) {
		this.#isStrict = isStrict;
		this.#groups = new Map(
			groups.map(({profile, thresholds, isCache = false}) => [profile, {thresholds: valuesOf(thresholds), isCache}]),
		);
	}

	of({profile, tls, username, password}: ConnectionSettings): RuleSettings {
		const [isTls, hasPassword] = [tls !== undefined, password !== undefined];
		const key = JSON.stringify([profile, username, isTls, hasPassword]);
		const known = this.#known.get(key);
		if (known !== undefined) {
			return known;
		}

		const {thresholds, isCache} = this.#groups.get(profile) ?? {thresholds: defaultThresholds, isCache: false};
		const settings = {thresholds, isCache, isStrict: this.#isStrict, isTls, user: username, hasPassword};
		this.#known.set(key, settings);
		return settings;
	}
}
