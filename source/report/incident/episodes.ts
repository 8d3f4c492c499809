import {type Effect, type Severity, severityRank} from '../../domain/finding.js';
import type {NodeAddress, NodeRole} from '../../domain/node.js';
import {type NamedClients, namedClients, otherClients} from '../../rules/client-names.js';
import {type Finding, findingKey} from '../../rules/finding.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {familyUrgency} from '../../state/urgency.js';
import {rankedFindings} from '../../state/verdict.js';
import {effectTexts} from './effect-text.js';
import {canBeTakenOver, type Successor, successorOf} from './successor.js';

/**
Time in milliseconds after the end of a finding. A finding that returns within this time continues its episode instead
of beginning a new one.
*/
const sameEpisodeMs = 60_000;

/**
Time before the end of a finding, in milliseconds. A finding ends some polls after its condition, and a reading just
before the end may show what ended it, such as the raised limit. So the report quotes what was found before this time.
*/
const settledMs = 15_000;

/** Most names of clients that are kept for an episode. */
const mostClients = 5;

/** A change of a finding at a moment: it opened, its severity changed, or it closed. */
export type EpisodeStep = {
	readonly atMs: number;
	readonly what: 'opened' | 'again' | 'worse' | 'milder' | 'over';
	readonly severity: Severity;
	readonly finding: Finding;
};

/** A warning or critical finding from its beginning to its end. */
export type Episode = {
	readonly id: number;
	readonly node: NodeAddress | undefined;
	/** The role of the node when the finding opened. */
	readonly role: NodeRole | undefined;
	/**
	The finding at its highest severity, as the report quotes it. A finding that tells of a moment or makes a forecast is
	quoted as it was first. Others are quoted as they were last, but not within the last seconds before their end.
	*/
	readonly finding: Finding;
	/** When the finding was as it is quoted, in milliseconds since the epoch. */
	readonly quotedAtMs: number;
	readonly severity: Severity;
	readonly effect: Effect | undefined;
	/**
	When the condition began to hold, in milliseconds since the epoch. It may have begun before the report's period.
	*/
	readonly beganMs: number;
	/**
	When the condition ended, in milliseconds since the epoch; undefined if it still held at the end of the report's
	period.
	*/
	readonly endedMs: number | undefined;
	readonly steps: readonly EpisodeStep[];
	/** The `id` of the episode that explains this episode; undefined for an episode that is itself a cause. */
	readonly causeId: number | undefined;
	/** The urgency of the finding's effect; 0 is the most urgent. */
	readonly urgency: number;
	/**
	The replica that was promoted in the place of this episode's node while the episode lasted; undefined if no replica
	was promoted.
	*/
	readonly successor: Successor | undefined;
	/** The clients that were connected to the node when the finding opened, as far as CLIENT LIST was read. */
	readonly clients: readonly NamedClients[];
};

type Mutable<T> = {-readonly [Key in keyof T]: T[Key]};
type Quote = {readonly atMs: number; readonly finding: Finding};
type Track = Omit<Mutable<Episode>, 'steps'> & {
	steps: EpisodeStep[];
	now: Severity;
	/** The findings of the last seconds at the highest severity, oldest first. */
	quotes: Quote[];
};

/** Makes episodes from the findings of successive states. */
export class EpisodeLog {
	readonly #all: Track[] = [];
	/** The newest episode of each finding, by the finding's key. */
	readonly #last = new Map<string, Track>();

	get episodes(): readonly Episode[] {
		return this.#all;
	}

	/** Adds the findings of a moment. Moments must be added in order of time. */
	add(state: MonitorState, nowMs: number): void {
		const seen = new Set<Track>();
		const ranked = rankedFindings(state);
		for (const {finding} of ranked) {
			if (finding.clearedAtMs === undefined && finding.severity !== 'info') {
				seen.add(this.#take(finding, state, nowMs));
			}
		}

		for (const {key, causeKey} of ranked) {
			const track = this.#last.get(key);
			const cause = causeKey === undefined ? undefined : this.#last.get(causeKey);
			if (track !== undefined && cause !== undefined && seen.has(track) && seen.has(cause)) {
				track.causeId = cause.id;
			}
		}

		for (const [key, track] of this.#last) {
			if (track.endedMs === undefined && !seen.has(track)) {
				const cleared = state.findings.find(finding => findingKey(finding) === key)?.clearedAtMs;
				track.endedMs = Math.max(track.beganMs, cleared ?? nowMs);
				settle(track);
				track.steps.push({atMs: track.endedMs, what: 'over', severity: track.now, finding: track.finding});
			}
		}
	}

	/**
	Notes which open outages of primaries were ended for users by a promotion. Called whenever records of nodes have
	changed.
	*/
	noteSuccessors(state: MonitorState): void {
		for (const track of this.#last.values()) {
			if (
				track.endedMs === undefined &&
				track.successor === undefined &&
				track.node !== undefined &&
				canBeTakenOver(track)
			) {
				track.successor = successorOf(track.node, state);
			}
		}
	}

	#take(finding: Finding, state: MonitorState, nowMs: number): Track {
		const {severity, sinceMs, node, effect} = finding;
		const key = findingKey(finding);
		const known = this.#last.get(key);
		if (known === undefined || (known.endedMs !== undefined && sinceMs - known.endedMs > sameEpisodeMs)) {
			const track: Track = {
				id: this.#all.length,
				node,
				role: node === undefined ? undefined : state.nodes.get(node)?.role,
				finding,
				quotedAtMs: nowMs,
				severity,
				effect,
				beganMs: Math.min(sinceMs, nowMs),
				endedMs: undefined,
				steps: [{atMs: nowMs, what: 'opened', severity, finding}],
				causeId: undefined,
				urgency: familyUrgency([finding], state.nodes),
				successor: undefined,
				clients: clientsOf(node, effect, state),
				now: severity,
				quotes: [{atMs: nowMs, finding}],
			};
			this.#all.push(track);
			this.#last.set(key, track);
			return track;
		}

		if (known.endedMs !== undefined) {
			known.endedMs = undefined;
			known.quotes = [];
			const {successor} = known;
			known.successor = successor && state.nodes.get(successor.address)?.role === 'primary' ? successor : undefined;
			known.steps.push({atMs: nowMs, what: 'again', severity, finding});
		} else if (severity !== known.now) {
			const what = severityRank[severity] > severityRank[known.now] ? 'worse' : 'milder';
			known.steps.push({atMs: nowMs, what, severity, finding});
		}

		known.now = severity;
		if (severityRank[severity] >= severityRank[known.severity]) {
			quote(known, {atMs: nowMs, finding});
			known.severity = severity;
			known.effect = effect ?? known.effect;
			known.urgency = Math.min(known.urgency, familyUrgency([finding], state.nodes));
		}

		return known;
	}
}

/** Takes a finding at its highest severity until now as the one that the report quotes. */
function quote(track: Track, now: Quote): void {
	const {finding, severity, quotes} = track;
	const isWorse = severityRank[now.finding.severity] > severityRank[severity];
	// The first text may lack the culprit, because logs are read less often than figures.
	const isFuller = finding.culprit === undefined && now.finding.culprit !== undefined;
	if (now.finding.tells !== undefined && !isWorse && !isFuller) {
		return;
	}

	const firstKept = quotes.findLastIndex(({atMs}) => atMs <= now.atMs - settledMs);
	track.quotes = isWorse ? [now] : [...quotes.slice(Math.max(0, firstKept)), now];
	track.finding = now.finding;
	track.quotedAtMs = now.atMs;
}

/** Goes back to what was found some seconds before a finding ended. */
function settle(track: Track): void {
	const {finding, endedMs = Number.POSITIVE_INFINITY, quotes} = track;
	const settled = quotes.findLast(({atMs}) => atMs <= endedMs - settledMs) ?? quotes[0];
	if (finding.tells === undefined && settled !== undefined) {
		track.finding = settled.finding;
		track.quotedAtMs = settled.atMs;
	}
}

/**
The clients of a node, if users feel the effect on it. Clients with the most connections come first. A node that fails
still has the clients of its last CLIENT LIST.
*/
function clientsOf(
	node: NodeAddress | undefined,
	effect: Effect | undefined,
	{nodes}: Pick<MonitorState, 'nodes'>,
): readonly NamedClients[] {
	const record = node === undefined ? undefined : nodes.get(node);
	const isFelt = effect !== undefined && effectTexts[effect].isFelt;
	return record === undefined || !isFelt ? [] : namedClients(otherClients({record})).slice(0, mostClients);
}

/** Every node that episodes are about, each once. */
export const nodesIn = (episodes: readonly Episode[]): NodeAddress[] => [
	...new Set(episodes.flatMap(({finding, node}) => [...(node === undefined ? [] : [node]), ...(finding.nodes ?? [])])),
];
