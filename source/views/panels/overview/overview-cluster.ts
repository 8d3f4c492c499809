import type {NodeRecord} from '../../../state/monitor-state.js';
import {pairs} from '../../../text/frame.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {count} from '../../../text/units.js';
import {type Card, toned, values} from '../card.js';
import {clusterNumber} from '../changes.js';
import {nothing} from './overview-lists.js';

/** The card of the cluster, as the node in focus reports it. */
export function clusterCard(node: NodeRecord, glyphs: Glyphs): Card {
	return ({width}) => {
		const field = (name: string) => node.clusterInfo?.value.get(name) ?? '-';
		const number = (name: string) => clusterNumber(node, name);
		const state = field('cluster_state');
		const isBad = state !== 'ok' && state !== '-';
		const lost = Number(field('cluster_slots_fail')) + Number(field('cluster_slots_pfail')) || 0;
		return {
			panel: 'cluster',
			title: '8 Cluster',
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
