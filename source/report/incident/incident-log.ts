import type {AuditEntry} from '../../domain/audit.js';
import type {MonitorEvent} from '../../domain/event.js';
import type {BlindRule} from '../../rules/finding.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {EpisodeLog} from './episodes.js';
import {FigureLog} from './figure-log.js';

/**
The lasting reasons why a rule can't be evaluated: an ACL denies a command, or a fact is not visible from this machine.
*/
const lastingReasons: ReadonlySet<BlindRule['reason']> = new Set<BlindRule['reason']>(['denied', 'unseen']);

/**
A rule that could not be evaluated, with the durations. `totalMs` is the length of all periods that have ended, in
milliseconds. `sinceMs` is the start of the present period, in milliseconds since the epoch; undefined while the rule is
evaluated.
*/
type BlindTime = {readonly blind: BlindRule; sinceMs: number | undefined; totalMs: number};

/** Collects the content of a report from successive states of a recording or of servers. */
export class IncidentLog {
	readonly fromMs: number;
	readonly toMs: number;
	readonly #episodes = new EpisodeLog();
	readonly #figures: FigureLog;
	readonly #events = new Map<string, MonitorEvent>();
	readonly #blind = new Map<string, BlindTime>();
	#last: MonitorState | undefined;
	#lastMs = 0;

	/**
	@param fromMs First moment of the report, in milliseconds since the epoch.
	@param toMs Last moment of the report, in the same unit.
	@param intervalMs Milliseconds between two polls, for the charts.
	*/
	constructor(fromMs: number, toMs: number, intervalMs?: number) {
		this.fromMs = fromMs;
		this.toMs = toMs;
		this.#figures = new FigureLog(fromMs, toMs, intervalMs);
	}

	add(state: MonitorState, nowMs: number): void {
		const last = this.#last;
		this.#last = state;
		if (last?.findings !== state.findings) {
			this.#episodes.add(state, nowMs);
		}

		if (last?.nodes !== state.nodes) {
			this.#episodes.noteSuccessors(state);
		}

		this.#figures.add(state);
		if (last?.events !== state.events) {
			for (const event of state.events) {
				if (event.atMs >= this.fromMs && event.atMs <= this.toMs) {
					this.#events.set(`${event.atMs} ${event.node} ${event.kind}`, event);
				}
			}
		}

		if (last?.blindRules !== state.blindRules) {
			this.#noteBlind(state.blindRules, nowMs);
		}

		this.#lastMs = nowMs;
	}

	/** The state that was added last; undefined before a state was added. */
	get last(): MonitorState | undefined {
		return this.#last;
	}

	get episodes() {
		return this.#episodes.episodes;
	}

	/** The events within the time of the report, oldest first. */
	get events(): readonly MonitorEvent[] {
		return [...this.#events.values()].sort((one, other) => one.atMs - other.atMs);
	}

	/** The lines of the audit log within the time of the report, oldest first. */
	get actions(): readonly AuditEntry[] {
		return (this.#last?.audit?.entries ?? []).filter(({at}) => {
			const atMs = Date.parse(at);
			return atMs >= this.fromMs && atMs <= this.toMs;
		});
	}

	/** The rules that could not be evaluated for at least half of the report's period. */
	get blindRules(): readonly BlindRule[] {
		const halfMs = (this.#lastMs - this.fromMs) / 2;
		return [...this.#blind.values()]
			.filter(({sinceMs, totalMs}) => totalMs + (sinceMs === undefined ? 0 : this.#lastMs - sinceMs) >= halfMs)
			.map(({blind}) => blind);
	}

	#noteBlind(blindRules: readonly BlindRule[], nowMs: number): void {
		const now = new Map(
			blindRules
				.filter(({reason}) => lastingReasons.has(reason))
				.map(blind => [`${blind.rule} ${blind.node} ${blind.why}`, blind]),
		);
		for (const [key, time] of this.#blind) {
			if (time.sinceMs !== undefined && !now.has(key)) {
				time.totalMs += nowMs - time.sinceMs;
				time.sinceMs = undefined;
			}
		}

		for (const [key, blind] of now) {
			const time = this.#blind.get(key) ?? {blind, sinceMs: undefined, totalMs: 0};
			time.sinceMs ??= nowMs;
			this.#blind.set(key, time);
		}
	}

	figures() {
		return this.#figures.figures();
	}
}
