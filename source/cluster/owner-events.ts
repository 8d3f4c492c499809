import type {MonitorEvent} from '../domain/event.js';
import type {NodeId} from '../domain/node.js';
import {eventAt, type Watched} from './cluster-of.js';
import {isPrimaryLine, type ReadView} from './node-view.js';
import {durationText, rangesText} from './verdict-words.js';

type Change = {readonly was: ReadView; readonly is: ReadView};

/** Those whose view is in both comparisons. */
function changesOf(before: Watched, after: Watched): Change[] {
	return after.comparison.views.flatMap(is => {
		const was = before.comparison.viewOf.get(is.self.id);
		return was === undefined || was === is ? [] : [{was, is}];
	});
}

/** Promoted and demoted, by each node's own word. */
export function roleEvents(before: Watched, after: Watched): MonitorEvent[] {
	const event = eventAt(after);
	const {nameOf} = after.comparison;
	return changesOf(before, after).flatMap(({was, is}) => {
		if (!isPrimaryLine(was.self) && isPrimaryLine(is.self)) {
			return [event('promoted', 'warning', is.address, promotedText(was, is, before, after))];
		}

		if (isPrimaryLine(was.self) && !isPrimaryLine(is.self)) {
			const primary = is.self.primaryId;
			const whom = primary === undefined ? 'another' : nameOf(primary);
			return [
				event(
					'demoted',
					'warning',
					is.address,
					`demoted: follows ${whom}, which is right by epoch (${is.self.configEpoch} against ${was.self.configEpoch})`,
				),
			];
		}

		return [];
	});
}

function promotedText(was: ReadView, {self}: ReadView, before: Watched, after: Watched): string {
	const what = self.slots.length === 0 ? 'without slots' : `owns ${rangesText(self.slots)}`;
	const old = was.self.primaryId;
	if (old === undefined) {
		return `promoted in epoch ${self.configEpoch}: ${what}`;
	}

	const failedSinceMs = after.distrust.get(old)?.failedSinceMs ?? before.distrust.get(old)?.failedSinceMs;
	const sinceMs = after.distrust.get(old)?.sinceMs ?? before.distrust.get(old)?.sinceMs;
	const gap =
		failedSinceMs === undefined || sinceMs === undefined
			? ', which had not failed: somebody asked for it'
			: `; they were without an owner for ${durationText(after.atMs - sinceMs)}, ${durationText(after.atMs - failedSinceMs)} of it after fail`;
	return `promoted in epoch ${self.configEpoch}: ${what} of ${after.comparison.nameOf(old)}${gap}`;
}

/** Slots that went from one primary to another while both stayed primaries. */
export function slotEvents(before: Watched, after: Watched): MonitorEvent[] {
	const ownerBefore = before.comparison.claims.stretches;
	const moved = new Map<string, {first: number; last: number}[]>();
	let index = 0;
	for (const stretch of after.comparison.claims.stretches) {
		for (; (ownerBefore[index]?.last ?? Number.POSITIVE_INFINITY) < stretch.first; index++);
		for (let at = index; (ownerBefore[at]?.first ?? Number.POSITIVE_INFINITY) <= stretch.last; at++) {
			const was = ownerBefore[at];
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

	const {nameOf} = after.comparison;
	return [...moved].map(([key, ranges]) => {
		const [from, to] = key.split(' ') as [NodeId, NodeId];
		return eventAt(after)(
			'slots-moved',
			'info',
			nameOf(to),
			`took slots ${rangesText(ranges)} over from ${nameOf(from)}`,
		);
	});
}

const staysPrimary = (id: NodeId, {comparison}: Watched): boolean => {
	const self = comparison.viewOf.get(id)?.self;
	return self !== undefined && isPrimaryLine(self);
};
