import type {MonitorEvent} from '../domain/event.js';
import type {NodeId} from '../domain/node.js';
import {eventAt, type Watched} from './cluster-of.js';
import type {ClusterComparison} from './comparison.js';
import type {Distrust} from './failure-reports.js';
import {replicasOf} from './promotion.js';
import {countText, durationText, namesText, rangesText} from './verdict-words.js';

/** `fail?` by whom, `fail` how long after, trusted again how long after that. */
export function distrustEvents(before: Watched, after: Watched): MonitorEvent[] {
	const event = eventAt(after);
	const {comparison} = after;
	const {nameOf, viewOf} = comparison;
	const events: MonitorEvent[] = [];
	for (const [id, distrust] of after.distrust) {
		const earlier = before.distrust.get(id);
		if (earlier === undefined && !distrust.isFailed) {
			events.push(
				event(
					'suspected',
					'warning',
					nameOf(id),
					`suspected (fail?) by ${namesText(distrust.by, comparison)}${ownAnswer(id, comparison)}`,
				),
			);
		}

		if (distrust.isFailed && earlier?.isFailed !== true) {
			events.push(
				event(
					'failed',
					hadSlots(id, before) ? 'critical' : 'warning',
					nameOf(id),
					failedText(id, distrust, before, after),
				),
			);
		}
	}

	for (const [id, earlier] of before.distrust) {
		// Only who distrusted it can say that it no longer does.
		if (!after.distrust.has(id) && earlier.by.some(accuser => viewOf.has(accuser))) {
			events.push(trustedAgain(id, earlier, after));
		}
	}

	return events;
}

const ownAnswer = (id: NodeId, {viewOf, isUnreached}: ClusterComparison): string =>
	viewOf.has(id) ? '; it answers redis-top' : isUnreached(id) ? '; it does not answer redis-top either' : '';

function failedText(
	id: NodeId,
	{by, sinceMs, failedSinceMs}: Distrust,
	before: Watched,
	{comparison}: Watched,
): string {
	const others = comparison.views.filter(({self}) => self.id !== id).length;
	const after =
		failedSinceMs !== undefined && failedSinceMs > sinceMs
			? `, ${durationText(failedSinceMs - sinceMs)} after the first suspicion`
			: '';
	const slots = slotsOf(id, before.comparison);
	const lost = slots.length === 0 ? '' : `; it owns slots ${rangesText(slots)}`;
	return `held failed by ${by.length} of ${countText(others, 'other node')}${after}${lost}${ownAnswer(id, comparison)}`;
}

function trustedAgain(id: NodeId, {isFailed, sinceMs, failedSinceMs}: Distrust, after: Watched): MonitorEvent {
	const sinceFailed =
		failedSinceMs === undefined ? '' : `, ${durationText(after.atMs - failedSinceMs)} after it was held failed`;
	const text = isFailed
		? `no longer held failed${sinceFailed}`
		: `no longer suspected, after ${durationText(after.atMs - sinceMs)}`;
	return eventAt(after)('trusted-again', 'info', after.comparison.nameOf(id), text);
}

/** Its slots by its own word, else by that of the others. */
const slotsOf = (id: NodeId, {viewOf, views}: ClusterComparison) =>
	(viewOf.get(id)?.self ?? views.map(({lines}) => lines.get(id)).find(line => (line?.slots.length ?? 0) > 0))?.slots ??
	[];

const hadSlots = (id: NodeId, {comparison}: Watched): boolean => slotsOf(id, comparison).length > 0;

const newestEpoch = ({views}: ClusterComparison): number =>
	views.reduce((max, {currentEpoch}) => Math.max(max, currentEpoch ?? 0), 0);

/** A new epoch while an owner is failed is a replica that asks for votes. */
export function electionEvents(before: Watched, after: Watched): MonitorEvent[] {
	const epoch = newestEpoch(after.comparison);
	if (before.comparison.views.length === 0 || epoch <= newestEpoch(before.comparison)) {
		return [];
	}

	const {comparison} = after;
	return comparison.claims.unclaimed
		.filter(({owner}) => after.distrust.get(owner)?.isFailed === true)
		.map(({owner}) => {
			const replicas = replicasOf(owner, comparison).filter(id => comparison.viewOf.has(id));
			const [only] = replicas;
			const node = replicas.length === 1 && only !== undefined ? comparison.nameOf(only) : undefined;
			return eventAt(after)(
				'election',
				'info',
				node,
				`election in epoch ${epoch} for the slots of ${comparison.nameOf(owner)}`,
			);
		});
}
