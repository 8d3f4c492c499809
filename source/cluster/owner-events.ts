import type {MonitorEvent} from '../domain/event.js';
import {type Message, message} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import {clusterEvent, type EventInput} from './cluster-event.js';
import {isPrimaryLine, type ReadView} from './node-view.js';
import {durationText, nameIn, rangesText} from './verdict-text.js';

type Change = {readonly was: ReadView; readonly is: ReadView};

/**
The nodes whose views differ between the two comparisons, each with its earlier and its later view. A node without a
view in one comparison is left out.
*/
function changesOf(before: EventInput, after: EventInput): Change[] {
	return after.comparison.views.flatMap(is => {
		const was = before.comparison.viewOf.get(is.self.id);
		return was === undefined || was === is ? [] : [{was, is}];
	});
}

/** Events of promotion and demotion, according to the role that the node itself reports. */
export function roleEvents(before: EventInput, after: EventInput): MonitorEvent[] {
	const event = clusterEvent(after);
	return changesOf(before, after).flatMap(({was, is}) => {
		if (!isPrimaryLine(was.self) && isPrimaryLine(is.self)) {
			return [event('promoted', 'warning', is.address, promotedMessage(was, is, before, after))];
		}

		if (isPrimaryLine(was.self) && !isPrimaryLine(is.self)) {
			const primary = is.self.primaryId;
			const source = primary === undefined ? 'another node' : nameIn(primary, after.comparison);
			const epochs = `${is.self.configEpoch} against ${was.self.configEpoch}`;
			return [
				event(
					'demoted',
					'warning',
					is.address,
					message`demoted: replicates from ${source}, which wins by epoch (${epochs})`,
				),
			];
		}

		return [];
	});
}

function promotedMessage(was: ReadView, {self}: ReadView, before: EventInput, after: EventInput): Message {
	const what = self.slots.length === 0 ? 'without slots' : `owns ${rangesText(self.slots)}`;
	const old = was.self.primaryId;
	if (old === undefined) {
		return `promoted in epoch ${self.configEpoch}: ${what}`;
	}

	const report = after.failureReports.get(old);
	const earlier = before.failureReports.get(old);
	const failedSinceMs = report?.failedSinceMs ?? earlier?.failedSinceMs;
	const sinceMs = report?.sinceMs ?? earlier?.sinceMs;
	const outage =
		failedSinceMs === undefined || sinceMs === undefined
			? ', which had not failed: the failover was requested'
			: `; they were without an owner for ${durationText(after.atMs - sinceMs)}, ${durationText(after.atMs - failedSinceMs)} of it after FAIL`;
	return message`promoted in epoch ${self.configEpoch}: ${what} of ${nameIn(old, after.comparison)}${outage}`;
}

/** Events of slots that moved from one primary to another. Both stayed primaries. */
export function slotEvents(before: EventInput, after: EventInput): MonitorEvent[] {
	const stretchesBefore = before.comparison.claims.stretches;
	const moved = new Map<string, {first: number; last: number}[]>();
	let index = 0;
	for (const stretch of after.comparison.claims.stretches) {
		for (; (stretchesBefore[index]?.last ?? Number.POSITIVE_INFINITY) < stretch.first; index++);
		for (let at = index; (stretchesBefore[at]?.first ?? Number.POSITIVE_INFINITY) <= stretch.last; at++) {
			const was = stretchesBefore[at];
			const [from, to] = [was?.claimants[0], stretch.claimants[0]];
			const isAlone = was?.claimants.length === 1 && stretch.claimants.length === 1;
			if (
				was !== undefined &&
				isAlone &&
				from !== undefined &&
				to !== undefined &&
				from !== to &&
				staysPrimary(from, after)
			) {
				const key = `${from} ${to}`;
				const range = {first: Math.max(was.first, stretch.first), last: Math.min(was.last, stretch.last)};
				moved.set(key, [...(moved.get(key) ?? []), range]);
			}
		}
	}

	const {comparison} = after;
	return [...moved].map(([key, ranges]) => {
		const [from, to] = key.split(' ') as [NodeId, NodeId];
		return clusterEvent(after)(
			'slots-moved',
			'info',
			comparison.nameOf(to),
			message`took slots ${rangesText(ranges)} over from ${nameIn(from, comparison)}`,
		);
	});
}

const staysPrimary = (id: NodeId, {comparison}: EventInput): boolean => {
	const self = comparison.viewOf.get(id)?.self;
	return self !== undefined && isPrimaryLine(self);
};
