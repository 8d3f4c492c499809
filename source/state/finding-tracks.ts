import {isDeepStrictEqual} from 'node:util';
import {type Firing, type Severity, severityRank} from '../domain/finding.js';
import type {RuleId} from '../rules/all-rules.js';
import type {RuleResult} from '../rules/engine.js';
import {type Finding, findingKey} from '../rules/finding.js';
import type {RuleTiming} from '../rules/rule.js';
import type {Suspicion} from './monitor-state.js';

/**
How long a finding stays listed after its condition ended, in milliseconds. An operator who looks at the screen only now
and then still sees it.
*/
export const latchMs = 15 * 60_000;

/**
Shortest wait for which redis-top does not evaluate a rule more often, in milliseconds. If a condition must hold for at
least this time, its rule is evaluated at the usual interval during the wait.
*/
const patientMs = 30_000;

/** The longest time that `check` waits for a condition to hold, in milliseconds. */
const confirmedWithinMs = 5000;

/**
Shortest time between two evaluations that both count as confirmation of a condition, in milliseconds. Evaluations
closer together may rest on the same samples.
*/
const samplesApartMs = 500;

/**
How many evaluations a finding needs.
- `watch`: as many and for as long as the rule demands.
- `once`: one evaluation, as in `snapshot`. A rule whose condition must hold for a while is left out, unless it has
`countsAtOnce`.
- `confirm`: a few samples, as in `check`. A condition that must hold for up to five seconds is waited for as in
`watch`. If it must hold for longer, its rule is evaluated only with `countsAtOnce`, and then without waiting.
*/
export type TrackingMode = 'watch' | 'once' | 'confirm';

/** The rule of a finding, with the node and subject that it is about. */
export type Condition = Pick<Finding, 'rule'> & Partial<Pick<Finding, 'node' | 'subject'>>;

/** How soon the rules have to be evaluated again. */
export type Urgency = 'now' | 'soon' | 'none';

type Track = {
	firstFiredAtMs: number;
	fired: number;
	/** When the condition last held, in milliseconds since the epoch. */
	lastFiredAtMs: number;
	/** Number of evaluations in a row in which the condition of an open finding did not hold. */
	good: number;
	/** Number of evaluations in a row that were less severe than the open finding. */
	milder: number;
	readonly clearAfter: number;
	readonly raiseAfterMs: number;
	finding: Finding | undefined;
	/** The last evaluation, if it fired and may become a finding; not used in mode `once`. */
	held: {readonly result: RuleResult; readonly firing: Firing} | undefined;
};

/**
Turns the results of rules into findings. A condition is listed once it has held for the rule's number of evaluations
(`raiseAfter`) and time (`raiseAfterMs`), or at once if an evaluation is certain by itself. It ends after `clearAfter`
clear evaluations in a row. Its severity rises at once. It falls after `clearAfter` milder evaluations in a row. A rule
that could not be evaluated changes nothing: a node that doesn't answer may still have its problems.
*/
export class FindingTracks {
	readonly #mode: TrackingMode;
	readonly #tracks = new Map<string, Track>();
	/** The rules of which a condition was ever tracked. For other rules no key is computed, which saves time. */
	readonly #rules = new Set<RuleId>();
	/** The memoized urgency; undefined when it was not read since the last evaluation. */
	#urgency: Urgency | undefined;

	constructor(mode: TrackingMode = 'watch') {
		this.#mode = mode;
	}

	/** Whether a condition of the rule was ever seen. If not, `heldMs` is 0 for each condition of the rule. */
	hasSeen(rule: RuleId): boolean {
		return this.#rules.has(rule);
	}

	/** For how long a condition has held at `atMs`, in milliseconds; 0 when it does not hold. */
	heldMs(condition: Condition, atMs: number): number {
		const track = this.#rules.has(condition.rule) ? this.#tracks.get(findingKey(condition)) : undefined;
		return track === undefined || track.fired === 0 ? 0 : Math.max(0, atMs - track.firstFiredAtMs);
	}

	/**
	Notes a condition that has held since `sinceMs` according to a recording.

	@param isListed Whether the finding is listed as soon as its rule fires.
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
			lastFiredAtMs: sinceMs,
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
	How soon the rules have to be evaluated again. `now`: a condition was seen, and becomes a finding if it is seen again.
	`soon`: a condition must hold for a short while, or a finding above info is open.
	*/
	get urgency(): Urgency {
		this.#urgency ??= this.#findUrgency();
		return this.#urgency;
	}

	/** Whether another sample may confirm a condition of severity warning or critical. */
	get isUnconfirmed(): boolean {
		return [...this.#tracks.values()].some(
			({finding, held}) => finding === undefined && held !== undefined && held.firing.severity !== 'info',
		);
	}

	/**
	A critical condition that the next samples may confirm. Warnings are no suspicions: many of them hold for a single
	sample, and line 2 would change with each.
	*/
	get suspicion(): Suspicion | undefined {
		for (const {finding, held, fired, raiseAfterMs} of this.#tracks.values()) {
			const isOpen = fired > 0 && raiseAfterMs === 0 && (finding === undefined || finding.clearedAtMs !== undefined);
			if (isOpen && held !== undefined && held.firing.severity === 'critical') {
				return {node: held.result.node, problem: held.firing.problem};
			}
		}

		return undefined;
	}

	/**
	Makes findings of the conditions that held in all samples. It is called in mode `confirm`, when no more samples come.
	Returns true if the list of findings changed.
	*/
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

	/**
	Processes one evaluation of the rules. `results` has only the results that are not clear. Returns true if the list of
	findings changed.
	*/
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

	/** The findings that hold, and the findings that ended within the last 15 minutes. */
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
			lastFiredAtMs: atMs,
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
		// What a forecast told begins when it happens: an expired certificate, not one that expires soon.
		if (track.fired === 0 || (track.finding?.tells === 'forecast' && firing.tells !== 'forecast')) {
			track.firstFiredAtMs = atMs;
		}

		track.fired += 1;
		track.lastFiredAtMs = atMs;
		track.good = 0;
		const isRaised = track.finding !== undefined && track.finding.clearedAtMs === undefined;
		track.held = this.#mode !== 'once' && isEvaluatedIn('confirm', rule) ? {result, firing} : undefined;
		if (!isRaised && !this.#isDue(rule, firing, track, atMs)) {
			return false;
		}

		const {finding} = track;
		const isMilder =
			isRaised && finding !== undefined && severityRank[firing.severity] < severityRank[finding.severity];
		track.milder = isMilder ? track.milder + 1 : 0;
		const severity = isMilder && track.milder < rule.clearAfter ? finding.severity : firing.severity;
		const next = findingOf(result, firing, severity, track.firstFiredAtMs);
		// An equal finding keeps its object. 1,000 nodes have 2,000 findings, and each new object makes redis-top rank all
		// of them again.
		if (isDeepStrictEqual(finding, next)) {
			return false;
		}

		track.finding = next;
		return true;
	}

	#isDue(rule: RuleTiming, {severity, isCertain = false}: Firing, track: Track, atMs: number): boolean {
		switch (this.#mode) {
			case 'watch':
				return isCertain || hasHeld(rule, track, atMs);
			case 'once':
				return isEvaluatedIn('once', rule);
			case 'confirm':
				// Advice (severity info) needs no confirmation by further samples, because it is no alarm.
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
		if (track.good < track.clearAfter && !isLongOver(track, atMs)) {
			// A condition that returns before its finding has ended continues the same finding.
			track.fired = 1;
			return false;
		}

		track.good = 0;
		// The end of a finding of severity info is not shown.
		if (finding.severity === 'info') {
			this.#tracks.delete(key);
		} else {
			track.finding = {...finding, clearedAtMs: atMs};
		}

		return true;
	}
}

/**
Milliseconds for each evaluation that a finding's end needs, after which fewer evaluations are enough. While polling is
slowed down to eight seconds, three evaluations would take 24.
*/
const longEvaluationMs = 2000;

/** Whether the last two evaluations were clear, and the condition last held so long ago that no more are awaited. */
const isLongOver = ({good, clearAfter, lastFiredAtMs}: Track, atMs: number): boolean =>
	good > 1 && atMs - lastFiredAtMs >= clearAfter * longEvaluationMs;

/** Whether a rule's condition can become a finding in this mode. */
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

/**
Whether the samples so far confirm the condition in mode `confirm`. A condition that must hold for more than five
seconds is not waited for, unlike in mode `watch`.
*/
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

/** The fields of an evaluation that fired, except those that only say whether it becomes a finding. */
function withoutKind(firing: Firing & {readonly kind?: unknown}): Firing {
	const {kind: _, isCertain: __, ...rest} = firing;
	return rest;
}
