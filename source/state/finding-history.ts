import {isDeepStrictEqual} from 'node:util';
import type {Severity, Statement} from '../domain/finding.js';
import {type BlindRule, type Finding, findingKey} from '../rules/finding.js';
import {latchMs} from './finding-tracks.js';

/**
The text that a finding had from the time `atMs` on. The evidence is not kept, because evidence for each second would
take too much memory.
*/
type Version = {readonly atMs: number; readonly severity: Severity; readonly said: Statement};

type Kept = {
	finding: Finding;
	versions: Version[];
	/** The number of the last list of findings that had this finding. The lists are counted from 1. */
	list: number;
	/**
	When the finding was first missing from the list of findings. A finding of severity info leaves the list without an
	end time, so this time is used as its end.
	*/
	goneAtMs: number;
};

/** The end time of a finding that still holds. */
const still = Number.POSITIVE_INFINITY;

/** Largest number of versions that are kept of all findings together. A version takes about 150 bytes. */
const versionsKept = 20_000;
const fewestVersions = 4;

/**
Most versions that are kept of the list of rules that could not be evaluated. With many nodes one version has tens of
thousands of rules, and fewer versions are kept.
*/
const blindChangesKept = 100;
const fewestBlindChanges = 3;
const blindRulesKept = 50_000;

/**
Shown in place of a past finding's evidence when the finding's text at that time differs from its newest text. Only the
evidence of the newest text is kept.
*/
const evidenceOfThePast = [{name: 'readings', value: 'not kept, only what it said then'}];

/**
The findings of the last half hour with the texts that they had then. A past moment must not show present figures.
*/
export class FindingHistory {
	readonly #keptMs: number;
	readonly #findings = new Map<string, Kept>();
	/**
	The kept findings by their newest `Finding` objects. Nearly all findings keep their object from one list to the
	next. A key is computed only for a finding with a new object.
	*/
	readonly #byObject = new WeakMap<Finding, Kept>();
	#list = 0;
	readonly #blind: Array<{readonly atMs: number; readonly rules: readonly BlindRule[]}> = [];

	/** @param keptMs How long findings are kept, in milliseconds. */
	constructor(keptMs: number) {
		this.#keptMs = keptMs;
	}

	/** The number of findings in the history. */
	get size(): number {
		return this.#findings.size;
	}

	/**
	Adds the present list of findings.

	@param findings All findings that are listed now.
	*/
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
			// The same condition may occur again later, so the key contains the time when it began.
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

	/** The findings that were listed at a moment, with their texts of that time. */
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

/** Keeps every second version and the newest version. The history gets less detailed instead of shorter. */
const thinned = (versions: readonly Version[]): Version[] =>
	versions.filter((_, index) => index % 2 === 0 || index === versions.length - 1);

const isSameBlindness = (one: readonly BlindRule[] | undefined, other: readonly BlindRule[]): boolean =>
	one?.length === other.length &&
	one.every((rule, index) => rule.rule === other[index]?.rule && rule.node === other[index]?.node);
