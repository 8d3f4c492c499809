import type {SlotRange} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';
import {grouped, seconds} from '../text/units.js';
import type {ClusterComparison} from './comparison.js';
import {slotsIn} from './node-view.js';

/** Ranges and names spelled out in one sentence; the rest is counted. */
const spelledOut = 4;

/** `5461-10922 (5,462 slots)`; the first ranges of many. */
export function rangesText(ranges: readonly SlotRange[]): string {
	const shown = ranges
		.slice(0, spelledOut)
		.map(({first, last}) => (first === last ? String(first) : `${first}-${last}`));
	const more = ranges.length > spelledOut ? ` and ${ranges.length - spelledOut} more ranges` : '';
	const total = slotsIn(ranges);
	return `${shown.join(' ')}${more} (${grouped(total)} ${total === 1 ? 'slot' : 'slots'})`;
}

/** `10.0.1.11:6379, 10.0.1.12:6379 and 3 more`. */
export function namesText(ids: readonly NodeId[], {nameOf}: Pick<ClusterComparison, 'nameOf'>): string {
	const names = ids.slice(0, spelledOut).map(nameOf);
	return ids.length > spelledOut ? `${names.join(', ')} and ${ids.length - spelledOut} more` : names.join(', ');
}

export const countText = (n: number, noun: string): string => `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`;

/** `0.5s`, `4s`, `1m12s`: tenths where they say something. */
export function durationText(ms: number): string {
	const tenths = Math.max(0, Math.round(ms / 100));
	return tenths < 100 && tenths % 10 !== 0 ? `${(tenths / 10).toFixed(1)}s` : seconds(tenths / 10);
}
