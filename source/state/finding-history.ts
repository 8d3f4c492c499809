import {isDeepStrictEqual} from 'node:util';
import type {Severity, Statement} from '../domain/finding.js';
import {type BlindRule, type Finding, findingKey} from '../rules/finding.js';
import {latchMs} from './finding-tracks.js';

/** What a finding said from a moment on. Keeping its evidence of each second as well would take too much memory. */
type Version = {readonly atMs: number; readonly severity: Severity; readonly said: Statement};

type Kept = {
	finding: Finding;
	versions: Version[];
	/** The number of the last list with this finding. */
	list: number;
	/** When it was first missing from the list. Findings of severity info leave the list without a time of their end. */
	goneAtMs: number;
};

/** The end of a finding that holds. */
const still = Number.POSITIVE_INFINITY;

/** Versions kept over all findings, about 150 bytes each. */
const versionsKept = 20_000;
const fewestVersions = 4;

/** How many changes of the rules that could not be evaluated are kept. Many nodes have tens of thousands of such rules: fewer are kept then. */
const blindChangesKept = 100;
const fewestBlindChanges = 3;
const blindRulesKept = 50_000;

/** Shown instead of the evidence, where the text of the past differs from the newest. */
const evidenceOfThePast = [{name: 'readings', value: 'not kept, only what it said then'}];

/** What the rules found over the last half hour, as they said it then: a past moment must not show the figures of now. */
export class FindingHistory {
	readonly #keptMs: number;
	readonly #findings = new Map<string, Kept>();
	/** The same by a finding's newest object, which stays the same while the finding says the same, as nearly all do. */
	readonly #byObject = new WeakMap<Finding, Kept>();
	#list = 0;
	readonly #blind: Array<{readonly atMs: number; readonly rules: readonly BlindRule[]}> = [];

	/** @param keptMs How far back one can look. */
	constructor(keptMs: number) {
		this.#keptMs = keptMs;
	}

	/** The number of findings in the history. */
	get size(): number {
		return this.#findings.size;
	}

	/** @param findings All that are listed now. */
	add(findings: readonly Finding[], blindRules: readonly BlindRule[], atMs: number): void {
		this.#list += 1;
		const most = Math.max(fewestVersions, Math.floor(versionsKept / Math.max(1, this.#findings.size)));
		for (const finding of findings) {
			const same = this.#byObject.get(finding);
			if (same?.finding === finding) {
				same.list = this.#list;
				same.goneAtMs = still;
				continue;
			}

			const {severity, problem, detail, reason, sinceMs} = finding;
			const said: Statement = {problem, detail, reason};
			// The same condition may come again.
			const key = `${findingKey(finding)} ${sinceMs}`;
			const kept = this.#findings.get(key) ?? {finding, versions: [], list: 0, goneAtMs: still};
			const last = kept.versions.at(-1);
			kept.finding = finding;
			kept.list = this.#list;
			kept.goneAtMs = still;
			if (last === undefined || last.severity !== severity || !isDeepStrictEqual(last.said, said)) {
				kept.versions.push({atMs, severity, said});
			}

			if (kept.versions.length > most) {
				kept.versions = thinned(kept.versions);
			}

			this.#findings.set(key, kept);
			this.#byObject.set(finding, kept);
		}

		this.#forgetGone(atMs);
		const lastBlind = this.#blind.at(-1)?.rules;
		if (lastBlind !== blindRules && !isSameBlindness(lastBlind, blindRules)) {
			this.#blind.push({atMs, rules: blindRules});
			const changesKept = Math.min(blindChangesKept, Math.floor(blindRulesKept / Math.max(1, blindRules.length)));
			this.#blind.splice(0, this.#blind.length - Math.max(fewestBlindChanges, changesKept));
		}
	}

	#forgetGone(nowMs: number): void {
		for (const [key, kept] of this.#findings) {
			if (kept.list !== this.#list && kept.goneAtMs === still) {
				kept.goneAtMs = nowMs;
			}

			const {finding, goneAtMs} = kept;
			if (goneAtMs < nowMs - this.#keptMs || (finding.clearedAtMs ?? still) < nowMs - this.#keptMs - latchMs) {
				this.#findings.delete(key);
				this.#byObject.delete(finding);
			}
		}
	}

	/** The findings that were listed at a moment, as they said it then. */
	findingsAt(atMs: number): readonly Finding[] {
		return [...this.#findings.values()]
			.filter(({finding: {sinceMs, clearedAtMs = still}, goneAtMs}) => {
				return sinceMs <= atMs && clearedAtMs >= atMs - latchMs && goneAtMs > atMs;
			})
			.map(({finding, versions}) => findingAt(finding, versions, atMs));
	}

	blindRulesAt(atMs: number): readonly BlindRule[] {
		return this.#blind.findLast(change => change.atMs <= atMs)?.rules ?? [];
	}
}

function findingAt(finding: Finding, versions: readonly Version[], atMs: number): Finding {
	const version = versions.findLast(known => known.atMs <= atMs) ?? versions[0];
	if (version === undefined) {
		return finding;
	}

	const {problem, detail, reason} = finding;
	return {
		...finding,
		...version.said,
		severity: version.severity,
		evidence: isDeepStrictEqual(version.said, {problem, detail, reason}) ? finding.evidence : evidenceOfThePast,
		clearedAtMs: (finding.clearedAtMs ?? still) > atMs ? undefined : finding.clearedAtMs,
	};
}

/** Every second version, and the newest: less detail rather than a shorter past. */
const thinned = (versions: readonly Version[]): Version[] =>
	versions.filter((_, index) => index % 2 === 0 || index === versions.length - 1);

const isSameBlindness = (one: readonly BlindRule[] | undefined, other: readonly BlindRule[]): boolean =>
	one?.length === other.length &&
	one.every((rule, index) => rule.rule === other[index]?.rule && rule.node === other[index]?.node);
