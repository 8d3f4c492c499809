import type {ThresholdOverrides} from '../domain/threshold.js';
import type {RuleSettings} from '../rules/node-facts.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {Placed} from './file/file-settings.js';

/** The thresholds and the role that the config file gives a group of targets. */
export type RuleGroup = {
	/** The profile's name; undefined for targets without a profile. */
	readonly profile?: string | undefined;
	/** The thresholds at the top level of the file, overridden by the profile's. */
	readonly thresholds?: ReadonlyMap<string, Placed<number>> | undefined;
	/** True for `role = "cache"`: eviction is expected there, so findings about it are milder. */
	readonly isCache?: boolean | undefined;
};

type Group = {readonly thresholds: ThresholdOverrides; readonly isCache: boolean};

const valuesOf = (placed: RuleGroup['thresholds']): ThresholdOverrides =>
	Object.fromEntries([...(placed ?? [])].map(([name, {value}]) => [name, value]));

/**
The thresholds and the role of each node. They are the settings of the node's target, or of the target from which the
node was discovered.
*/
export class TargetRules {
	readonly #isStrict: boolean;
	readonly #groups: ReadonlyMap<string | undefined, Group>;
	/** The rule settings, memoized by profile: 1,000 nodes of one target share one object. */
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

		const {thresholds, isCache} = this.#groups.get(profile) ?? {thresholds: {}, isCache: false};
		const settings = {thresholds, isCache, isStrict: this.#isStrict, isTls, user: username, hasPassword};
		this.#known.set(key, settings);
		return settings;
	}
}
