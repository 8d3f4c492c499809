import {primaryAddress} from '../../../derive/replication-peers.js';
import {nodesOf} from '../../../domain/topology.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {lineWidth} from '../../../text/fit.js';
import {type Line, type Span, span} from '../../../text/line.js';
import {bytes, count, percent, perSecond, signed} from '../../../text/units.js';
import {changeTotals, fleetTotals} from '../../../topology/fleet-totals.js';
import {shardsWithoutSuccessor} from '../../../topology/promotion-bars.js';
import {topologyOf} from '../../../topology/topology.js';
import {filterTitle, listBody} from '../../list-body.js';
import {shortName} from '../../node-names.js';
import type {PanelInput} from '../../panel.js';
import {titleParts} from '../../panel-box.js';
import type {Card} from '../card.js';
import {boundText} from '../commands/commands-columns.js';
import {nodeColumns, nodeRows} from './overview-nodes.js';

/** Height that the card needs to show all nodes, in lines, with its frame, titles and totals. */
export const nodesHeight = ({state}: PanelInput): number => state.nodes.size + (state.nodes.size > 1 ? 4 : 3);

export function nodesCard(input: PanelInput): Card {
	return room => {
		const rows = nodeRows(input);
		const {sort, isInverted} = input.table;
		const totals = input.state.nodes.size > 1 && room.height >= 4 ? [totalsLine(input, room.width)] : [];
		const body = listBody(
			{
				columns: nodeColumns(input.nowMs, input.glyphs, input.node?.since !== undefined),
				rows,
				keyOf: ({record}) => record.address,
				nodeOf: ({record}) => record.address,
				sort: sort === undefined ? undefined : {id: sort, isInverted},
				table: input.table,
				whenEmpty: 'No node is known.',
				glyphs: input.glyphs,
			},
			{...room, height: room.height - totals.length},
		);
		return {
			title: titleParts('Nodes', focusTitle(input), filterTitle(input.table)),
			right: input.state.nodes.size > 1 ? body.range : undefined,
			padding: 0,
			lines: [...totals, ...body.lines],
		};
	};
}

/** What the title says about the node in focus. With several nodes, it names that node. */
function focusTitle({node, state}: PanelInput): string | undefined {
	const text = replicationTitle(node);
	return text === undefined || node === undefined || state.nodes.size < 2
		? text
		: `${shortName(node.address, state)} ${text}`;
}

const counted = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** Totals of all nodes, the fullest node and the slowest node, as many figures as fit. */
function totalsLine({state, node, glyphs}: PanelInput, width: number): Line {
	const totals = fleetTotals(state.nodes);
	const changes = node?.since === undefined ? undefined : changeTotals(state.nodes);
	type Format = (value: number | undefined) => string;
	type Total = keyof ReturnType<typeof changeTotals>;
	const total = (id: Total, value: number | undefined, format: Format, changeFormat = format) =>
		changes === undefined ? format(value) : signed(changes[id], changeFormat);
	const shards = topologyOf(state.nodes).shards.filter(shard =>
		nodesOf(shard).some(({reach}) => reach !== 'gone'),
	).length;
	const {fullest, latency, slowest} = totals;
	const uncovered = shardsWithoutSuccessor(topologyOf(state.nodes), state.nodes);
	const byHand = uncovered.filter(({unfit}) => unfit.some(({isReadyByHand}) => isReadyByHand)).length;
	const withoutCandidate = uncovered.length - byHand;
	// The cells are padded, so that figures don't move when a number gains or loses a digit.
	const part = (label: string, value: string, cells = 5): Span[] => [
		span(`  ${label} `, 'label'),
		span(value.padEnd(cells)),
	];
	const parts: readonly Span[][] = [
		[
			span(' all ', 'label'),
			totals.answering < totals.nodes
				? span(`! ${totals.answering} of ${totals.nodes} answer`, 'warning')
				: span(
						`${counted(totals.nodes, totals.nodes < state.nodes.size ? 'data node' : 'node')}, ${counted(shards, 'shard')}`,
					),
		],
		...(withoutCandidate === 0
			? []
			: [[span(`  ! ${counted(withoutCandidate, 'shard')} cannot fail over`, 'warning')]]),
		...(byHand === 0 ? [] : [[span(`  ! failover of ${counted(byHand, 'shard')} only by hand`, 'warning')]]),
		part('ops', total('operations', totals.operations, perSecond, count), 7),
		part('used', total('usedMemory', totals.usedMemory, bytes)),
		part('keys', total('keys', totals.keys, count)),
		part('clients', total('connectedClients', totals.clients, count)),
		part('p99', latency === undefined ? '-' : boundText(latency.p99, glyphs)),
		...(fullest === undefined ? [] : [part('fullest', `${fullest.address} ${percent(fullest.value)}`)]),
		...(slowest === undefined ? [] : [part('slowest', `${slowest.address} ${boundText(slowest.value, glyphs)}`)]),
	];
	let line: Span[] = [];
	for (const each of parts) {
		if (lineWidth([...line, ...each]) > width) {
			break;
		}

		line = [...line, ...each];
	}

	return line;
}

/**
The title's text about replication, such as `primary with 2 replicas, backlog 1.00M` or `replica of 10.0.1.11:6379, link
up`. Undefined before the first sample.
*/
export function replicationTitle(node: NodeRecord | undefined): string | undefined {
	const info = node?.sample?.info;
	if (node === undefined || info === undefined) {
		return undefined;
	}

	if (node.role === 'sentinel') {
		return 'sentinel';
	}

	if (node.role === 'replica') {
		const link = info.text('replication', 'master_link_status') ?? '-';
		return `replica of ${primaryAddress(info) ?? '-'}, link ${link === 'down' ? '!! down' : link}`;
	}

	const replicas = node.replicas.length;
	const backlog =
		info.number('replication', 'repl_backlog_active') === 1
			? `, backlog ${bytes(info.number('replication', 'repl_backlog_size'))}`
			: '';
	return `${node.role}, ${replicas === 0 ? 'no replicas' : `${replicas} replica${replicas === 1 ? '' : 's'}`}${backlog}`;
}
