import {defaultThresholds, type Thresholds, thresholdsIn, withOverrides} from '../domain/thresholds/thresholds.js';
import type {RuleSettings} from '../rules/node-facts.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {Placed} from './file/file-settings.js';

/** What the rules are told of a group of targets beside how they are reached. */
export type RuleGroup = {
	/** Undefined for targets of no profile. */
	readonly profile?: string | undefined;
	/** The top of the file's, with the profile's own in their place. */
	readonly thresholds?: ReadonlyMap<string, Placed<number>> | undefined;
	/** `role = "cache"`: losing keys is its business. */
	readonly isCache?: boolean | undefined;
};

type Group = {readonly thresholds: Thresholds; readonly isCache: boolean};

const valuesOf = (placed: RuleGroup['thresholds']): Thresholds =>
	withOverrides(defaultThresholds, thresholdsIn(new Map([...(placed ?? [])].map(([name, {value}]) => [name, value]))));

/** What the rules are told of each node: of the target that it is, or that it was found from. */
export class TargetRules {
	readonly #isStrict: boolean;
	readonly #groups: ReadonlyMap<string | undefined, Group>;
	/** A thousand nodes of one target share theirs. */
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
