import type {MonitorEvent} from '../domain/event.js';
import {type Message, message} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import {clusterEvent, type EventInput} from './cluster-event.js';
import type {ClusterComparison} from './comparison.js';
import type {FailureReport} from './failure-reports.js';
import {replicasOf} from './promotion.js';
import {countText, durationText, nameIn, namesMessage, rangesText} from './verdict-text.js';

/**
Events about failure reports. An event of PFAIL names the reporting nodes. An event of FAIL gives the time since PFAIL.
The event of the end of PFAIL or FAIL gives the duration.
*/
export function failureReportEvents(before: EventInput, after: EventInput): MonitorEvent[] {
	const event = clusterEvent(after);
	const {comparison} = after;
	const {nameOf, viewOf} = comparison;
	const events: MonitorEvent[] = [];
	for (const [id, report] of after.failureReports) {
		const earlier = before.failureReports.get(id);
		if (earlier === undefined && !report.isFailed) {
			events.push(
				event(
					'suspected',
					'warning',
					nameOf(id),
					message`flagged PFAIL (fail?) by ${namesMessage(report.by, comparison)}${ownAnswer(id, comparison)}`,
				),
			);
		}

		if (report.isFailed && earlier?.isFailed !== true) {
			const severity = slotsOf(id, before.comparison).length > 0 ? 'critical' : 'warning';
			events.push(event('failed', severity, nameOf(id), failedText(id, report, before, after)));
		}
	}

	for (const [id, earlier] of before.failureReports) {
		// Only a node that reported the failure can take its report back. Without a view of such a node, redis-top can't
		// know whether the failure is over.
		if (!after.failureReports.has(id) && earlier.by.some(reporter => viewOf.has(reporter))) {
			events.push(reachedAgain(id, earlier, after));
		}
	}

	return events;
}

const ownAnswer = (id: NodeId, {viewOf, isUnreached}: ClusterComparison): string =>
	viewOf.has(id) ? '; it answers redis-top' : isUnreached(id) ? '; it does not answer redis-top either' : '';

function failedText(
	id: NodeId,
	{by, sinceMs, failedSinceMs}: FailureReport,
	before: EventInput,
	{comparison}: EventInput,
): string {
	const others = comparison.views.filter(({self}) => self.id !== id).length;
	const after =
		failedSinceMs !== undefined && failedSinceMs > sinceMs
			? `, ${durationText(failedSinceMs - sinceMs)} after the first PFAIL`
			: '';
	const slots = slotsOf(id, before.comparison);
	const owned = slots.length === 0 ? '' : `; it owns slots ${rangesText(slots)}`;
	return `marked FAIL by ${by.length} of ${countText(others, 'other node')}${after}${owned}${ownAnswer(id, comparison)}`;
}

function reachedAgain(id: NodeId, {isFailed, sinceMs, failedSinceMs}: FailureReport, after: EventInput): MonitorEvent {
	const sinceFailed =
		failedSinceMs === undefined ? '' : `, ${durationText(after.atMs - failedSinceMs)} after it was marked FAIL`;
	const text = isFailed
		? `no longer marked FAIL${sinceFailed}`
		: `no longer flagged PFAIL, after ${durationText(after.atMs - sinceMs)}`;
	return clusterEvent(after)('trusted-again', 'info', after.comparison.nameOf(id), text);
}

/** The slots that a node claims in its own view. If its view is missing: the slots that another view assigns to it. */
const slotsOf = (id: NodeId, {viewOf, views}: ClusterComparison) =>
	(viewOf.get(id)?.self ?? views.map(({lines}) => lines.get(id)).find(line => (line?.slots.length ?? 0) > 0))?.slots ??
	[];

const newestEpoch = ({views}: ClusterComparison): number =>
	views.reduce((max, {currentEpoch}) => Math.max(max, currentEpoch ?? 0), 0);

/** Events of elections. A new epoch while an owner is marked FAIL means that a replica asks for votes. */
export function electionEvents(before: EventInput, after: EventInput): MonitorEvent[] {
	const epoch = newestEpoch(after.comparison);
	if (before.comparison.views.length === 0 || epoch <= newestEpoch(before.comparison)) {
		return [];
	}

	const {comparison} = after;
	return comparison.claims.unclaimed
		.filter(({owner}) => after.failureReports.get(owner)?.isFailed === true)
		.map(({owner}) => {
			const replicas = replicasOf(owner, comparison).filter(id => comparison.viewOf.has(id));
			const [only] = replicas;
			const node = replicas.length === 1 && only !== undefined ? comparison.nameOf(only) : undefined;
			const text: Message = message`election in epoch ${epoch} for the slots of ${nameIn(owner, comparison)}`;
			return clusterEvent(after)('election', 'info', node, text);
		});
}
