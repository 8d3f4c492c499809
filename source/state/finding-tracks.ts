import {isDeepStrictEqual} from 'node:util';
import {type Firing, type Severity, severityRank} from '../domain/finding.js';
import type {RuleId} from '../rules/all-rules.js';
import type {RuleResult} from '../rules/engine.js';
import {type Finding, findingKey} from '../rules/finding.js';
import type {RuleTiming} from '../rules/rule.js';

/** How long a finding stays listed after its condition has ended, milliseconds: nobody looks at the screen all the time. */
export const latchMs = 15 * 60_000;

/** A condition that must hold for this long, milliseconds, is not evaluated more often while it is awaited. */
const patientMs = 30_000;

/** A condition that must hold for longer, milliseconds, is not waited for by `check`. */
const confirmedWithinMs = 5000;

/** Two evaluations closer together may rest on the same samples, milliseconds. */
const samplesApartMs = 500;

/**
- `watch`: the rule's number of evaluations and its time.
- `once`: one evaluation, as in `snapshot`. A condition counts at once, or not at all if it must hold for a while.
- `confirm`: a few samples, as in `check`. It is as patient as `watch` for up to five seconds. A longer time counts as
  held for the rules with `countsAtOnce`, and is not evaluated for the others.
*/
export type TrackingMode = 'watch' | 'once' | 'confirm';

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
	/** In mode `confirm`: the last evaluation, if it fired and may be raised. */
	held: {readonly result: RuleResult; readonly firing: Firing} | undefined;
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
	A condition that has held since `sinceMs` as far as a recording says.

	@param isListed It is listed as soon as its rule fires.
	*/
	expect(
		condition: Condition,
		{sinceMs, isListed}: {readonly sinceMs: number; readonly isListed: boolean},
		{raiseAfter, clearAfter, raiseAfterMs}: RuleTiming,
	): void {
		const key = findingKey(condition);
		const known = this.#tracks.get(key);
		this.#rules.add(condition.rule);
		this.#tracks.set(key, {
			good: 0,
			milder: 0,
			clearAfter,
			raiseAfterMs,
			held: undefined,
			...known,
			finding: known?.finding && {...known.finding, sinceMs},
			firstFiredAtMs: sinceMs,
			fired: Math.max(known?.fired ?? 0, isListed ? raiseAfter : 1),
		});
	}

	/**
	How soon another evaluation matters: `now` where a condition has been seen and is raised when it is seen again, `soon`
	where it must hold for a short while, or something worse than info is raised.
	*/
	get urgency(): Urgency {
		this.#urgency ??= this.#findUrgency();
		return this.#urgency;
	}

	/** Whether a condition worse than info is seen that another sample may confirm. */
	get isUnconfirmed(): boolean {
		return [...this.#tracks.values()].some(
			({finding, held}) => finding === undefined && held !== undefined && held.firing.severity !== 'info',
		);
	}

	/** In mode `confirm`, when no more samples come: what has held in all of them is raised. True if that is news. */
	conclude(): boolean {
		let isChanged = false;
		for (const track of this.#tracks.values()) {
			const {finding, held, fired, raiseAfterMs} = track;
			if (finding === undefined && held !== undefined && (raiseAfterMs === 0 || fired > 1)) {
				track.finding = findingOf(held.result, held.firing, held.firing.severity, track.firstFiredAtMs);
				isChanged = true;
			}
		}

		return isChanged;
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

	#fire(key: string, result: RuleResult, firing: Firing, atMs: number): boolean {
		const {rule} = result;
		const track = this.#tracks.get(key) ?? {
			firstFiredAtMs: atMs,
			fired: 0,
			good: 0,
			milder: 0,
			clearAfter: rule.clearAfter,
			raiseAfterMs: rule.raiseAfterMs,
			finding: undefined,
			held: undefined,
		};
		this.#rules.add(rule.id);
		this.#tracks.set(key, track);
		if (track.fired === 0) {
			track.firstFiredAtMs = atMs;
		}

		track.fired += 1;
		track.good = 0;
		const isRaised = track.finding !== undefined && track.finding.clearedAtMs === undefined;
		track.held = this.#mode === 'confirm' && isEvaluatedIn('confirm', rule) ? {result, firing} : undefined;
		if (!isRaised && !this.#isDue(rule, firing, track, atMs)) {
			return false;
		}

		const {finding} = track;
		const isMilder =
			isRaised && finding !== undefined && severityRank[firing.severity] < severityRank[finding.severity];
		track.milder = isMilder ? track.milder + 1 : 0;
		const severity = isMilder && track.milder < rule.clearAfter ? finding.severity : firing.severity;
		const next = findingOf(result, firing, severity, track.firstFiredAtMs);
		// An equal finding keeps its object. A thousand nodes have two thousand findings, and a change ranks all of them again.
		if (isDeepStrictEqual(finding, next)) {
			return false;
		}

		track.finding = next;
		return true;
	}

	#isDue(rule: RuleTiming, {severity}: Firing, track: Track, atMs: number): boolean {
		switch (this.#mode) {
			case 'watch':
				return hasHeld(rule, track, atMs);
			case 'once':
				return isEvaluatedIn('once', rule);
			case 'confirm':
				// Advice is no alarm: nobody waits for its confirmation.
				return isEvaluatedIn('confirm', rule) && (isAdvice(rule, severity) || isConfirmed(rule, track, atMs));
		}
	}

	#calm(key: string, track: Track, atMs: number): boolean {
		track.fired = 0;
		track.held = undefined;
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

/** Whether a rule's condition can be raised in this mode. */
export function isEvaluatedIn(mode: TrackingMode, {raiseAfterMs, countsAtOnce}: RuleTiming): boolean {
	switch (mode) {
		case 'watch':
			return true;
		case 'once':
			return countsAtOnce || raiseAfterMs === 0;
		case 'confirm':
			return countsAtOnce || raiseAfterMs <= confirmedWithinMs;
	}
}

const isAdvice = ({raiseAfterMs}: RuleTiming, severity: Severity): boolean => severity === 'info' && raiseAfterMs === 0;

/** Whether a few samples say as much as the rule's patience would. */
function isConfirmed(rule: RuleTiming, {fired, firstFiredAtMs}: Track, atMs: number): boolean {
	const wantedMs = rule.raiseAfterMs <= confirmedWithinMs ? rule.raiseAfterMs : 0;
	const apartMs = rule.raiseAfter > 1 ? samplesApartMs : 0;
	return fired >= rule.raiseAfter && atMs - firstFiredAtMs >= Math.max(wantedMs, apartMs);
}

const hasHeld = ({raiseAfter, raiseAfterMs}: RuleTiming, {fired, firstFiredAtMs}: Track, atMs: number): boolean =>
	fired >= raiseAfter && atMs - firstFiredAtMs >= raiseAfterMs;

const findingOf = (
	{rule, node, subject}: RuleResult,
	firing: Firing,
	severity: Severity,
	sinceMs: number,
): Finding => ({
	...withoutKind(firing),
	severity,
	rule: rule.id,
	node,
	subject,
	sinceMs,
	clearedAtMs: undefined,
});

/** The firing of an evaluation. */
function withoutKind(firing: Firing & {readonly kind?: unknown}): Firing {
	const {kind: _, ...rest} = firing;
	return rest;
}
