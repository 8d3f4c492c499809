import type {MonitorEvent} from '../domain/event.js';
import {type Severity, severityRank} from '../domain/finding.js';
import {message} from '../domain/message.js';
import type {OpenFinding} from '../record/entry.js';
import type {RuleId} from '../rules/all-rules.js';
import {type Finding, findingKey, findingWithCulprit} from '../rules/finding.js';
import {shortAge} from '../text/units.js';
import type {TrackingMode} from './finding-tracks.js';

/**
The kinds of events that report the same fact as a rule's finding: `begins` lists those that report its beginning,
`ends` those that report its end.
*/
type SameFact = {readonly begins: readonly string[]; readonly ends: readonly string[]; readonly isOfAnyNode?: boolean};

const reach: SameFact = {begins: ['node-lost', 'reply-late'], ends: ['node-back']};

/**
Describes a finding about the whole cluster, by the kinds of events that report the same fact. Such an event may name
another node than the finding does.
*/
const clusterVerdict = (...kinds: readonly string[]): SameFact => ({
	begins: kinds,
	ends: kinds.map(kind => `${kind}-over`),
	isOfAnyNode: true,
});

/**
The rules for which another event already reports the fact of the finding. Such a finding has no event of its own.
*/
const sameFacts: ReadonlyMap<RuleId, SameFact> = new Map<RuleId, SameFact>([
	['conn.refused', reach],
	['conn.unreachable', reach],
	['conn.unresponsive', reach],
	['conn.refusing', reach],
	['conn.auth', reach],
	['conn.stale', reach],
	['srv.loading', reach],
	['srv.busy', reach],
	['srv.restarted', {begins: ['restarted'], ends: []}],
	['per.rdb_fail', {begins: ['save-failed'], ends: ['save-done']}],
	['per.aof_write', {begins: ['aof-write-failed'], ends: ['aof-write-restored']}],
	['per.aof_rewrite', {begins: ['rewrite-failed'], ends: ['rewrite-done']}],
	['rep.link_down', {begins: ['link-lost'], ends: ['link-restored']}],
	['rep.lost', {begins: ['replica-lost'], ends: ['replica-gained']}],
	['clu.node_fail', {begins: ['failed'], ends: ['trusted-again', 'promoted'], isOfAnyNode: true}],
	['clu.split', clusterVerdict('split-brain', 'fenced-primary')],
	['clu.minority', clusterVerdict('minority', 'no-majority')],
	['clu.slots_fail', clusterVerdict('owner-failed')],
	['clu.coverage', clusterVerdict('owner-failed')],
	['clu.view', clusterVerdict('views-differ', 'stale-node')],
]);

/**
How long before the beginning of a condition an event may have reported the same fact, in milliseconds. The rule may see
the condition a poll later than the event's source does.
*/
const beforeMs = 10_000;

type Told = {readonly event: 'opened' | 'worse' | 'over'; readonly finding: Finding};

/**
Whether an event reports a change of a finding. Outputs that report the changes of findings themselves leave these
events out.
*/
export const isFindingEvent = ({kind}: Pick<MonitorEvent, 'kind'>): boolean => kind.startsWith('finding-');

/** Makes an event whenever a finding of severity warning or critical opens, gets worse or ends. */
export class FindingEvents {
	/** The severity of each finding above info whose condition holds, by `findingKey`. */
	readonly #held = new Map<string, Severity>();
	/**
	Keys of the conditions that held before this session's first evaluation. When the finding of such a condition opens,
	no event is made, because the condition is not new.
	*/
	readonly #expected = new Set<string>();
	readonly #mode: TrackingMode;
	/** The last list of findings. The same list again leads to no events. */
	#last: readonly Finding[] = [];

	/** @param mode Events are made only in mode `watch`. A command that takes a few samples and exits shows no events. */
	constructor(mode: TrackingMode = 'watch') {
		this.#mode = mode;
	}

	/** Notes conditions that held before this session began. */
	expect(findings: readonly OpenFinding[]): void {
		for (const {rule, node, subject, isListed = true} of findings) {
			if (isListed) {
				this.#expected.add(findingKey({rule: rule as RuleId, node, subject}));
			}
		}
	}

	/**
	The events for the changes since the last list of findings, newest last.
	@param known The events so far. A finding that reports the same fact as one of these events has no event of its own.
	*/
	of(findings: readonly Finding[], known: readonly MonitorEvent[], nowMs: number): readonly MonitorEvent[] {
		if (findings === this.#last || this.#mode !== 'watch') {
			return [];
		}

		this.#last = findings;
		const told = findings.flatMap(finding => this.#told(finding)).filter(each => !isKnown(each, known));
		const alike = Map.groupBy(told, ({event, finding: {rule, severity}}) => `${event} ${rule} ${severity}`);
		return [...alike.values()].flatMap(changes => eventOf(changes, nowMs));
	}

	#told(finding: Finding): readonly Told[] {
		const key = findingKey(finding);
		const held = this.#held.get(key);
		if (finding.clearedAtMs !== undefined) {
			// An ended finding stays listed for a while. The key stays in `#expected`: the ended finding may be an
			// earlier one with the same key, and the expected condition began after its end.
			this.#held.delete(key);
			return held === undefined ? [] : [{event: 'over', finding}];
		}

		if (finding.severity === 'info') {
			return [];
		}

		this.#held.set(key, finding.severity);
		if (held === undefined) {
			return this.#expected.delete(key) ? [] : [{event: 'opened', finding}];
		}

		return severityRank[finding.severity] > severityRank[held] ? [{event: 'worse', finding}] : [];
	}
}

function isKnown({event, finding: {rule, node, sinceMs}}: Told, known: readonly MonitorEvent[]): boolean {
	const same = sameFacts.get(rule);
	if (same === undefined || event === 'worse') {
		return false;
	}

	const [kinds, fromMs] = event === 'over' ? [same.ends, sinceMs] : [same.begins, sinceMs - beforeMs];
	return known.some(
		other => kinds.includes(other.kind) && other.atMs >= fromMs && (same.isOfAnyNode === true || other.node === node),
	);
}

/**
Makes one event of several findings of a rule that change in the same way at once. The event names the first node and
the number of the other nodes.
*/
function eventOf([first, ...others]: readonly Told[], atMs: number): readonly MonitorEvent[] {
	if (first === undefined) {
		return [];
	}

	const {event, finding} = first;
	const {node, sinceMs, clearedAtMs = atMs} = finding;
	const nodes = new Set(others.map(other => other.finding.node));
	nodes.delete(node);
	const more = nodes.size === 0 ? '' : `; ${nodes.size} more ${nodes.size === 1 ? 'node' : 'nodes'} too`;
	const text = findingWithCulprit(finding);
	return [
		{
			atMs,
			node,
			kind: `finding-${event}`,
			severity: event === 'over' ? 'info' : finding.severity,
			text:
				event === 'over'
					? message`ended after ${shortAge(clearedAtMs - sinceMs)}: ${text}${more}`
					: message`${event === 'worse' ? 'worse: ' : ''}${text}${more}`,
		},
	];
}
