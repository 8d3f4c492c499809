import type {SlotRange} from '../domain/cluster.js';
import {joinMessages, type Message, message, type Name, nodeName} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import {grouped, seconds} from '../text/units.js';
import type {ClusterComparison} from './comparison.js';
import {slotsIn} from './node-view.js';

type Naming = Pick<ClusterComparison, 'nameOf'>;

/** Number of slot ranges or node names that a sentence lists. Further ranges or names are only counted. */
const spelledOut = 4;

/** Slot ranges as text: `5461-10922 (5,462 slots)`. If there are many ranges, only the first ranges are listed. */
export function rangesText(ranges: readonly SlotRange[]): string {
	const shown = ranges
		.slice(0, spelledOut)
		.map(({first, last}) => (first === last ? String(first) : `${first}-${last}`));
	const more = ranges.length > spelledOut ? ` and ${ranges.length - spelledOut} more ranges` : '';
	return `${shown.join(' ')}${more} (${countText(slotsIn(ranges), 'slot')})`;
}

/** The node's address, or the start of its node id if no view has an address. */
export const nameIn = (id: NodeId, {nameOf}: Naming): Name => nodeName(nameOf(id));

/** Nodes as text: `10.0.1.11:6379, 10.0.1.12:6379 and 3 more`. */
export function namesMessage(ids: readonly NodeId[], naming: Naming): Message {
	const names = joinMessages(
		ids.slice(0, spelledOut).map(id => nameIn(id, naming)),
		', ',
	);
	return ids.length > spelledOut ? message`${names} and ${ids.length - spelledOut} more` : names;
}

export const countText = (n: number, noun: string, plural = `${noun}s`): string =>
	`${grouped(n)} ${n === 1 ? noun : plural}`;

export const primariesText = (n: number): string => countText(n, 'primary', 'primaries');

/** A duration as text: `0.5s`, `4s`, `1m12s`. Below ten seconds it has tenths. */
export function durationText(ms: number): string {
	const tenths = Math.max(0, Math.round(ms / 100));
	return tenths < 100 && tenths % 10 !== 0 ? `${(tenths / 10).toFixed(1)}s` : seconds(tenths / 10);
}
