import {type CommandFamily, serverProduct} from '../derive/server-product.js';
import {absent} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, rule} from './rule.js';

/** The first release of a release line, such as 8.2, that fixes all known vulnerabilities. */
type FixedRelease = {
	readonly line: string;
	/** The third number of the version: 9 for release 8.2.9. */
	readonly patch: number;
	/** The vulnerabilities that the release fixes, the newest first. */
	readonly fixes: string;
};

const luaFix = 'CVE-2025-49844 (a Lua script runs code)';
const restoreFix = 'CVE-2026-23479, CVE-2026-25243, CVE-2026-23631 (clients run code)';
const newestFix = 'CVE-2026-62356, and the check of names in TLS certificates';
const valkeyFix = 'CVE-2026-56684, CVE-2026-63639 (clients run code)';

/**
The fixed release of each release line, as of 28 November 2026. A release line has no entry if none of its releases has
all known fixes, or if its fixes are not known. Sources: the release notes at https://github.com/redis/redis/releases
and https://github.com/valkey-io/valkey/releases.
*/
const fixedReleases: Readonly<Record<CommandFamily, readonly FixedRelease[]>> = {
	redis: [
		{line: '6.2', patch: 20, fixes: luaFix},
		{line: '7.2', patch: 11, fixes: luaFix},
		{line: '7.4', patch: 9, fixes: restoreFix},
		{line: '8.0', patch: 4, fixes: luaFix},
		{line: '8.2', patch: 9, fixes: newestFix},
		{line: '8.4', patch: 6, fixes: newestFix},
		{line: '8.6', patch: 6, fixes: newestFix},
		{line: '8.8', patch: 2, fixes: newestFix},
		{line: '8.10', patch: 1, fixes: newestFix},
	],
	valkey: [
		{line: '7.2', patch: 11, fixes: luaFix},
		{line: '8.0', patch: 10, fixes: valkeyFix},
		{line: '8.1', patch: 9, fixes: valkeyFix},
		{line: '9.0', patch: 5, fixes: valkeyFix},
		{line: '9.1', patch: 1, fixes: valkeyFix},
	],
};

const versionedProduct = {
	read: ({sample}: NodeFacts) => {
		const product = sample && serverProduct(sample.info);
		return product?.version === undefined || product.product !== product.family
			? undefined
			: {product: product.family, version: product.version};
	},
	missing: () => absent('INFO server does not say a version of Redis or Valkey'),
};

export const secFix = rule({
	id: 'sec.fix',
	scope: 'node',
	docs: {
		looksAt:
			'The rule compares `redis_version`, for Valkey `valkey_version`, with the first release of the same line that fixes known vulnerabilities. The table is of 28 November 2026.',
		since: 'any',
		falsePositives: [
			'A distribution may have added fixes to an older release. The finding is only advice.',
			'A line without a fixed release is not in the table. The rule is clear for it. sec.old reports lines that get no fixes at all.',
		],
	},
	needs: {server: versionedProduct},
	evaluate({server: {product, version}}, facts) {
		const [major, minor, patch = Number.NaN] = version.split('.').map(Number);
		const fixed = fixedReleases[product].find(({line}) => line === `${major}.${minor}`);
		if (fixed === undefined || !(patch < fixed.patch)) {
			return clear;
		}

		const name = product === 'valkey' ? 'Valkey' : 'Redis';
		return advises(facts, {
			problem: `runs ${name} ${version}, which lacks security fixes`,
			detail: `fixed in ${fixed.line}.${fixed.patch}: ${fixed.fixes}`,
			evidence: [
				{name: product === 'valkey' ? 'valkey_version' : 'redis_version', value: version},
				{name: 'fixed in', value: `${fixed.line}.${fixed.patch}`},
			],
			meaning: 'Whoever may send commands to it may take it over, unless the distribution added the fixes.',
			next: [redisCli(facts, 'INFO server'), hint('update the replicas first, then fail over to one: nothing is lost')],
			adviceCost: 'a failover, and a look at the release notes',
		});
	},
});

export const securityFixRules = [secFix] as const;
