import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {bytes, bytesPerSecond, count, milliseconds, percent, perSecond, seconds, unknown} from '../../text/units.js';
import {type NodeSnapshot, snapshotJson, snapshotOf} from '../snapshot/snapshot.js';
import {isoTime} from '../snapshot/snapshot-values.js';
import {known, lag, textTable} from './text-table.js';

/**
Least widths of the columns, in cells: time, address, role, state, then each `name=value`. Nearly every value fits, so
that columns don't move from one sample to the next.
*/
const leastWidths = [20, 15, 7, 8, 11, 9, 15, 8, 13, 12, 10, 11, 14, 15, 10, 9, 12, 13, 10, 9];

/**
One line for each node, for a pipe or a log. A line has time (UTC), address, role and state, then `name=value` cells.
Every node has the same cells in the same order, with `-` for an unknown value. If a node doesn't answer, the reason
follows the cells, after `#`. There are no escape sequences.

`behind` and `behind_s` are the bytes and seconds that a replica is behind its primary, as the primary reports it. On a
primary, they are the values of the replica that is furthest behind. `age` is the age of the values.

@param nowMs Wall time, milliseconds since the epoch.
*/
export function sampleText(state: MonitorState, nowMs: number): string {
	const time = isoTime(nowMs)?.replace(/\.\d+Z$/, 'Z') ?? unknown;
	const {nodes} = snapshotOf({...state, events: []}, nowMs);
	if (nodes.length === 0) {
		return textTable([[time, state.target, 'unknown', 'down']], leastWidths).join('\n');
	}

	return textTable(
		nodes.map(node => [time, ...nodeCells(node, replicationLags(node, state.nodes))]),
		leastWidths,
	).join('\n');
}

type Lag = {readonly behindBytes: number | undefined; readonly behindSeconds: number | undefined};

function replicationLags(node: NodeSnapshot, records: ReadonlyMap<NodeAddress, NodeRecord>): Lag {
	const links =
		node.role === 'replica'
			? [...records.values()].flatMap(({replicas, failure}) =>
					failure === undefined ? replicas.filter(({address}) => address === node.address) : [],
				)
			: node.failure === null
				? (records.get(node.address)?.replicas ?? [])
				: [];
	return {
		behindBytes: largest(links.map(link => link.behindBytes)),
		behindSeconds: largest(links.map(link => link.behindSeconds)),
	};
}

function largest(values: ReadonlyArray<number | undefined>): number | undefined {
	const known = values.filter(value => value !== undefined);
	return known.length === 0 ? undefined : Math.max(...known);
}

function nodeCells(node: NodeSnapshot, {behindBytes, behindSeconds}: Lag): string[] {
	const {rates, memory, clients, keyspace, replication, failure} = node;
	const limit = known(memory?.maxmemoryBytes);
	const used = bytes(known(memory?.usedBytes));
	return [
		node.address,
		node.role,
		node.state,
		`ops=${perSecond(known(rates.operationsPerSecond))}`,
		`hit=${percent(known(rates.hitRatio))}`,
		`mem=${limit === undefined || limit === 0 ? used : `${used}/${bytes(limit)}`}`,
		`cpu=${percent(known(rates.cpuCores))}`,
		`clients=${count(known(clients?.connected))}`,
		`blocked=${count(known(clients?.blocked))}`,
		`in=${bytesPerSecond(known(rates.networkInputBytesPerSecond))}`,
		`out=${bytesPerSecond(known(rates.networkOutputBytesPerSecond))}`,
		`evicted=${perSecond(known(rates.evictedPerSecond))}`,
		`rejected=${perSecond(known(rates.connectionsRejectedPerSecond))}`,
		`keys=${count(known(keyspace?.keys))}`,
		`link=${replication?.primary?.link ?? unknown}`,
		`behind=${bytes(behindBytes)}`,
		`behind_s=${lag(behindSeconds)}`,
		`rtt=${milliseconds(known(node.roundTripMs)).replace(' ', '')}`,
		`age=${node.ageMs === null ? unknown : seconds(node.ageMs / 1000)}`,
		...(failure === null ? [] : [`# ${failure.text}`]),
	];
}

/** The output formats of the monitor when it runs without a screen. In JSON, each sample is one line. */
export const sampleFormats = {
	text: sampleText,
	json: (state: MonitorState, nowMs: number): string => snapshotJson(state, nowMs, 0),
};
