import type {MonitorState, NodeRecord} from '../../../state/monitor-state.js';
import {pairs} from '../../../text/frame.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {count} from '../../../text/units.js';
import {shortName} from '../../node-names.js';
import {aged, type Card, toned, values} from '../card.js';
import {clusterNumber} from '../changes.js';
import {nothing} from './overview-lists.js';

/**
The card of the cluster, as the node in focus reports it. If that node doesn't answer, the report is that of another node
of the cluster, which the title names: the last report of a dead node is from before the incident.
*/
export function clusterCard(focus: NodeRecord, state: MonitorState, nowMs: number, glyphs: Glyphs): Card {
	const node = focus.reach === 'up' ? focus : (answeringMate(focus, state) ?? focus);
	const title = node === focus ? '8 Cluster' : `8 Cluster  as ${shortName(node.address, state)} sees it`;
	return aged(cardOf(node, title, glyphs), node, nowMs);
}

/** A node of the same cluster that answers and has reported the cluster's state. */
function answeringMate({clusterNodes}: NodeRecord, {nodes}: MonitorState): NodeRecord | undefined {
	const ids = new Set(clusterNodes?.value.map(({id}) => id));
	return [...nodes.values()].find(
		mate =>
			mate.reach === 'up' &&
			mate.clusterInfo !== undefined &&
			mate.clusterNodes?.value.some(({id, flags}) => flags.has('myself') && ids.has(id)) === true,
	);
}

function cardOf(node: NodeRecord, title: string, glyphs: Glyphs): Card {
	return ({width}) => {
		const field = (name: string) => node.clusterInfo?.value.get(name) ?? '-';
		const number = (name: string) => clusterNumber(node, name);
		const state = field('cluster_state');
		const isBad = state !== 'ok' && state !== '-';
		const lost = Number(field('cluster_slots_fail')) + Number(field('cluster_slots_pfail')) || 0;
		return {
			panel: 'cluster',
			title,
			lines:
				node.clusterInfo === undefined
					? nothing(node, 'CLUSTER INFO', false, '')
					: pairs(
							[
								['state', isBad ? toned(`!! ${state}`, 'critical') : state],
								['slots', values(number('cluster_slots_assigned'), ' of 16384, ok ', number('cluster_slots_ok'))],
								[
									'failing',
									lost > 0
										? toned(
												`! ${field('cluster_slots_pfail')} suspected, ${field('cluster_slots_fail')} failed`,
												'warning',
											)
										: '0 slots',
								],
								[
									'nodes',
									values(number('cluster_known_nodes'), ' known, primaries with slots ', number('cluster_size')),
								],
								['epoch', values(number('cluster_current_epoch'), ' mine ', number('cluster_my_epoch'))],
								['roles', rolesText(node)],
							],
							width,
							glyphs.ellipsis,
						),
		};
	};
}

/** `3 primaries, 3 replicas, 1 failing`, from the node's CLUSTER NODES. */
function rolesText({clusterNodes}: NodeRecord): string {
	const nodes = clusterNodes?.value;
	if (nodes === undefined) {
		return '-';
	}

	const having = (...flags: readonly string[]) => nodes.filter(node => flags.some(flag => node.flags.has(flag))).length;
	return `${count(having('master'))} primaries, ${count(having('slave'))} replicas, ${count(having('fail', 'fail?'))} failing`;
}
