import type {MonitorEvent} from '../domain/event.js';
import {statementMessage} from '../domain/statement.js';
import {clusterEvent, type EventInput} from './cluster-event.js';
import {electionEvents, failureReportEvents} from './failure-report-events.js';
import {roleEvents, slotEvents} from './owner-events.js';
import type {ClusterVerdict, ClusterVerdictKind} from './verdict.js';
import {durationText} from './verdict-text.js';

/** The events of a cluster between two comparisons of its views. Causes come before their effects. */
export function clusterEvents(before: EventInput, after: EventInput): readonly MonitorEvent[] {
	return [
		...failureReportEvents(before, after),
		...electionEvents(before, after),
		...roleEvents(before, after),
		...slotEvents(before, after),
		...verdictEvents(before, after),
	];
}

/**
The kinds of verdicts whose start and end become events. The value names the condition in the text of the end event.
*/
const conditions: ReadonlyMap<ClusterVerdictKind, string> = new Map([
	['views-differ', 'the disagreement about slots'],
	['split-brain', 'the split brain'],
	['fenced-primary', 'the second ownership of its slots'],
	['minority', 'the separation from the majority'],
	['no-majority', 'the lack of a majority'],
	['owner-failed', 'the outage of its slots'],
	['stale-node', 'the lag behind the newest epoch'],
	['unclaimed', 'the disagreement about its slots'],
]);

/** The events of verdicts that began or ended. The event of an end tells how long the verdict lasted. */
function verdictEvents(before: EventInput, after: EventInput): MonitorEvent[] {
	const event = clusterEvent(after);
	// Several verdicts of one kind may exist at a time, so the key has the first slot, or the node of a `stale-node`.
	// Verdicts without slots and all `minority` verdicts share the key of their kind.
	const keyOf = ({kind, slots, nodes}: ClusterVerdict) =>
		`${kind} ${kind === 'minority' ? '' : (slots[0]?.first ?? (kind === 'stale-node' ? nodes[0] : ''))}`;
	const lasting = ({verdicts}: EventInput) =>
		new Map(verdicts.filter(({kind}) => conditions.has(kind)).map(verdict => [keyOf(verdict), verdict]));
	const [was, is] = [lasting(before), lasting(after)];
	const begun = [...is]
		.filter(([key]) => !was.has(key))
		.map(([, verdict]) =>
			event(
				verdict.kind,
				verdict.severity === 'ok' ? 'info' : verdict.severity,
				verdict.nodes[0],
				statementMessage(verdict),
			),
		);
	// Without any view, redis-top can't know whether a condition has ended.
	const over = after.comparison.views.length === 0 ? [] : [...was].filter(([key]) => !is.has(key));
	const ended = over.map(([, {kind, sinceMs, nodes}]) => {
		const lasted = sinceMs === undefined ? '' : `, after ${durationText(after.atMs - sinceMs)}`;
		return event(`${kind}-over`, 'info', nodes[0], `${conditions.get(kind) ?? kind} is over${lasted}`);
	});
	return [...begun, ...ended];
}
