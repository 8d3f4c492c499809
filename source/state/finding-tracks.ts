import {isDeepStrictEqual} from 'node:util';
import {type Firing, severityRank} from '../domain/finding.js';
import type {RuleId} from '../rules/all-rules.js';
import type {RuleResult} from '../rules/engine.js';
import {type Finding, findingKey} from '../rules/finding.js';
import type {RuleTiming} from '../rules/rule.js';

/** How long a finding stays listed after its condition has ended, milliseconds: nobody looks at the screen all the time. */
export const latchMs = 15 * 60_000;

/** A condition that must hold for this long, milliseconds, is not evaluated more often while it is awaited. */
const patientMs = 30_000;

/** `once`: one evaluation, as in `check`. A condition then counts at once, or not at all if it must hold for a while. */
export type TrackingMode = 'watch' | 'once';

/** What a finding is about. */
export type Condition = Pick<Finding, 'rule'> & Partial<Pick<Finding, 'node' | 'subject'>>;

/** How soon another evaluation matters. */
export type Urgency = 'now' | 'soon' | 'none';

type Track = {
	firstFiredAtMs: number;
	fired: number;
	/** Clear evaluations in a row since it was raised. */
	good: number;
	/** Evaluations in a row that were less severe than what is raised. */
	milder: number;
	readonly clearAfter: number;
	readonly raiseAfterMs: number;
	finding: Finding | undefined;
};

/**
Turns the results of rules into findings. A condition is listed once it has held for the rule's number of evaluations and
for its time, and ends after several clear evaluations in a row. It becomes more severe at once, and less severe as
slowly as it ends. A rule that could not be evaluated changes nothing: a node that doesn't answer is not cured.
*/
export class FindingTracks {
	readonly #mode: TrackingMode;
	readonly #tracks = new Map<string, Track>();
	/** Rules that ever had a track here; for the others no key is made. */
	readonly #rules = new Set<RuleId>();
	/** Memoized since the last evaluation; undefined: not asked for since then. */
	#urgency: Urgency | undefined;

	constructor(mode: TrackingMode = 'watch') {
		this.#mode = mode;
	}

	/** How long a condition has held at `atMs`, milliseconds; 0 if it does not hold. */
	heldMs(condition: Condition, atMs: number): number {
		const track = this.#rules.has(condition.rule) ? this.#tracks.get(findingKey(condition)) : undefined;
		return track === undefined || track.fired === 0 ? 0 : Math.max(0, atMs - track.firstFiredAtMs);
	}

	/**
	How soon another evaluation matters: `now` where a condition has been seen and is raised when it is seen again, `soon`
	where it must hold for a short while, or something worse than info is raised.
	*/
	get urgency(): Urgency {
		this.#urgency ??= this.#findUrgency();
		return this.#urgency;
	}

	/** Takes the results of one evaluation that are not clear. True if the list of findings changed. */
	step(results: readonly RuleResult[], atMs: number): boolean {
		let isChanged = false;
		this.#urgency = undefined;
		const mentioned = new Set<string>();
		for (const result of results) {
			const {rule, node, subject, evaluation} = result;
			if (evaluation.kind !== 'fires' && !this.#rules.has(rule.id)) {
				continue;
			}

			const key = findingKey({rule: rule.id, node, subject});
			mentioned.add(key);
			if (result.evaluation.kind === 'fires') {
				isChanged = this.#fire(key, result, result.evaluation, atMs) || isChanged;
			}
		}

		for (const [key, track] of this.#tracks) {
			if (!mentioned.has(key)) {
				isChanged = this.#calm(key, track, atMs) || isChanged;
			}
		}

		return isChanged;
	}

	/** The findings that hold, and those that ended within the last quarter of an hour. */
	findings(): Finding[] {
		return [...this.#tracks.values()].flatMap(({finding}) => finding ?? []);
	}

	#findUrgency(): Urgency {
		let urgency: Urgency = 'none';
		for (const {fired, finding, raiseAfterMs} of this.#tracks.values()) {
			const isRaised = finding !== undefined && finding.clearedAtMs === undefined;
			if (!isRaised && fired > 0 && raiseAfterMs === 0) {
				return 'now';
			}

			if (isRaised ? finding.severity !== 'info' : fired > 0 && raiseAfterMs < patientMs) {
				urgency = 'soon';
			}
		}

		return urgency;
	}

	#fire(key: string, {rule, node, subject}: RuleResult, firing: Firing, atMs: number): boolean {
		const track = this.#tracks.get(key) ?? {
			firstFiredAtMs: atMs,
			fired: 0,
			good: 0,
			milder: 0,
			clearAfter: rule.clearAfter,
			raiseAfterMs: rule.raiseAfterMs,
			finding: undefined,
		};
		this.#rules.add(rule.id);
		this.#tracks.set(key, track);
		if (track.fired === 0) {
			track.firstFiredAtMs = atMs;
		}

		track.fired += 1;
		track.good = 0;
		const isRaised = track.finding !== undefined && track.finding.clearedAtMs === undefined;
		const isDue = this.#mode === 'once' ? countsAtOnce(rule) : hasHeld(rule, track, atMs);
		if (!isRaised && !isDue) {
			return false;
		}

		const {finding} = track;
		const isMilder =
			isRaised && finding !== undefined && severityRank[firing.severity] < severityRank[finding.severity];
		track.milder = isMilder ? track.milder + 1 : 0;
		const severity = isMilder && track.milder < rule.clearAfter ? finding.severity : firing.severity;
		const next: Finding = {
			...withoutKind(firing),
			severity,
			rule: rule.id,
			node,
			subject,
			sinceMs: track.firstFiredAtMs,
			clearedAtMs: undefined,
		};
		// An equal finding keeps its object. A thousand nodes have two thousand findings, and a change ranks all of them again.
		if (isDeepStrictEqual(finding, next)) {
			return false;
		}

		track.finding = next;
		return true;
	}

	#calm(key: string, track: Track, atMs: number): boolean {
		track.fired = 0;
		const {finding} = track;
		if (finding === undefined) {
			this.#tracks.delete(key);
			return false;
		}

		if (finding.clearedAtMs !== undefined) {
			const isOver = atMs - finding.clearedAtMs >= latchMs;
			if (isOver) {
				this.#tracks.delete(key);
			}

			return isOver;
		}

		track.good += 1;
		if (track.good < track.clearAfter) {
			// A condition that comes back before its end is the same one.
			track.fired = 1;
			return false;
		}

		track.good = 0;
		// Nobody needs to see that a finding of severity info has ended.
		if (finding.severity === 'info') {
			this.#tracks.delete(key);
		} else {
			track.finding = {...finding, clearedAtMs: atMs};
		}

		return true;
	}
}

/** Whether one evaluation is enough for a rule. */
export const countsAtOnce = ({raiseAfterMs, countsAtOnce}: RuleTiming): boolean => countsAtOnce || raiseAfterMs === 0;

const hasHeld = ({raiseAfter, raiseAfterMs}: RuleTiming, {fired, firstFiredAtMs}: Track, atMs: number): boolean =>
	fired >= raiseAfter && atMs - firstFiredAtMs >= raiseAfterMs;

/** The firing of an evaluation. */
function withoutKind(firing: Firing & {readonly kind?: unknown}): Firing {
	const {kind: _, ...rest} = firing;
	return rest;
}
