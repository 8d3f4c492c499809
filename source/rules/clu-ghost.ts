import type {ClusterComparison} from '../cluster/comparison.js';
import type {Remedy} from '../domain/finding.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import {type Ghost, ghostsIn} from '../topology/ghosts.js';
import {askNode, clusterRule, thresholdFor} from './cluster-rule.js';
import {words} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {fires} from './rule.js';

/**
Nodes that are carried along without being there: no address, a MEET that was never answered for half a minute, `fail` for a
day; and an address under two ids (a node set up anew where another was). Since 3.0.
*/
export const cluGhost = clusterRule(
	'clu.ghost',
	({comparison}, fleet, heldMs) => {
		const isOld = ({why, pongMs, listedBy}: Ghost, subject: string): boolean => {
			switch (why) {
				case 'noaddr':
					return true;
				case 'handshake':
					return heldMs(undefined, subject) >= thresholdFor(fleet, listedBy[0], 'clu.ghost.handshake') * 1000;
				case 'fail':
					return (
						pongMs !== undefined && fleet.nowMs - pongMs >= thresholdFor(fleet, listedBy[0], 'clu.ghost.fail') * 1000
					);
			}
		};
		const ghosts = ghostsIn(recordsIn(fleet)).map(ghost => {
			const subject = ghost.id.slice(0, 8);
			const {why, address, listedBy} = ghost;
			const what = {noaddr: 'has no address', handshake: 'never answered its MEET', fail: 'failed long ago'}[why];
			return {
				ghost,
				subject,
				finding: {
					...fires(
						isOld(ghost, subject) ? 'warning' : 'info',
						`${address ?? subject} ${what} and is still listed by ${listedBy.length} ${listedBy.length === 1 ? 'node' : 'nodes'}`,
						{
							evidence: [{name: 'flag', value: why}],
							meaning: 'It counts for nothing but confuses every list, and gossip may bring it back.',
							next: [
								askNode(fleet, listedBy[0], `CLUSTER FORGET ${ghost.id}`),
								words('on every node within a minute, or gossip brings it back'),
							],
							action: 'cluster-forget',
							remedy: {node: listedBy[0], value: ghost.id},
						},
					),
					subject,
				},
			};
		});
		const clashes = comparison.clashes.map(({address, ids}) => ({
			...fires('warning', `${address} stands under ${ids.length} ids: a node was set up anew where another was`, {
				evidence: ids.map((id, index) => ({name: `id ${index + 1}`, value: id})),
				meaning: 'The older id is a ghost: nobody answers by it any more.',
				next: [
					askNode(fleet, undefined, 'CLUSTER NODES'),
					words('CLUSTER FORGET the id that the node itself does not have'),
				],
				action: 'cluster-forget',
				remedy: olderId(comparison, address, ids),
			}),
			subject: address,
		}));
		return [
			...ghosts.filter(({ghost, subject}) => ghost.why !== 'fail' || isOld(ghost, subject)).map(({finding}) => finding),
			...clashes,
		];
	},
	{raiseAfterMs: 2000},
);

/** The id that the node at the address does not have itself, and a node that still lists it. */
function olderId({views}: ClusterComparison, address: NodeAddress, ids: readonly NodeId[]): Remedy | undefined {
	const own = views.find(view => view.address === address)?.self.id;
	const value = own === undefined ? undefined : ids.find(id => id !== own);
	const node = views.find(({self, lines}) => value !== undefined && self.id !== value && lines.has(value))?.address;
	return node === undefined ? undefined : {node, value};
}
