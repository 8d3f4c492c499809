import {memoizeByRef} from '../../../domain/memoize.js';
import {scale} from '../../../domain/scale.js';
import type {MonitorState} from '../../../state/monitor-state.js';
import {type Line, span} from '../../../text/line.js';
import {ageSince, grouped} from '../../../text/units.js';
import {allRecentText} from './recent-text.js';
import {entriesOf, type SlowRow} from './slowlog-rows.js';

type Nodes = MonitorState['nodes'];

/**
The newest slow log entries of all nodes whose log was read. Memoized, because each drawing of the screen needs them
several times.
*/
export const mergedRows = memoizeByRef((nodes: Nodes): readonly SlowRow[] =>
	[...nodes.values()]
		.flatMap(node => entriesOf(node).map(entry => ({entry, address: node.address})))
		.sort((a, b) => b.entry.atMs - a.entry.atMs)
		.slice(0, scale.mergedSlowlogRows)
		.map(({entry, address}): SlowRow => ({...entry, node: address})),
);

const dataNodes = (nodes: Nodes) => [...nodes.values()].filter(({role}) => role !== 'sentinel');

/** The number of nodes whose slow log was read, and the number of all nodes that have a slow log. */
export function readLogs(nodes: Nodes): {readonly read: number; readonly all: number} {
	const data = dataNodes(nodes);
	return {read: data.filter(({slowlog}) => slowlog !== undefined).length, all: data.length};
}

/**
The totals of all slow logs, and the age of the log that was read longest ago. The ages differ, because the logs of many
nodes are read one after the other.
*/
export function coverageFact(nodes: Nodes, nowMs: number): Line {
	const logs = dataNodes(nodes).flatMap(({slowlog}) => slowlog ?? []);
	const lost = logs.reduce((total, {value}) => total + value.lost, 0);
	const oldestMs = logs.reduce((oldest, {atMs}) => Math.min(oldest, atMs), Number.POSITIVE_INFINITY);
	const {read, all} = readLogs(nodes);
	return [
		span(' new       ', 'label'),
		span(read === 0 ? '-' : allRecentText(logs, 'in the minute before each was read')),
		span('  lost ', 'label'),
		lost > 0 ? span(`! ${grouped(lost)} dropped unread`, 'warning') : span(read === 0 ? '-' : '0'),
		span('  read ', 'label'),
		span(read === 0 ? '-' : `${ageSince(oldestMs, nowMs)} ago or later`),
		...(read < all ? [span(`, ${grouped(all - read)} nodes not yet`, 'dim')] : []),
	];
}
