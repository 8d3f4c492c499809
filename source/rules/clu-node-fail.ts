import {failoverCandidateOf} from '../cluster/failover-candidates.js';
import {countText, durationText, namesText, rangesText} from '../cluster/verdict-words.js';
import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {fires} from './rule.js';

/**
A node that a majority holds failed (`fail`), or that some suspect (`fail?`). Since 3.0. Critical where it owns slots that
nobody took over; a replica, or a primary that was replaced, is a warning.
*/
export const cluNodeFail = clusterRule(
	'clu.node_fail',
	(watch, fleet) => {
		const {comparison, distrust, verdicts, atMs} = watch;
		const {nameOf} = comparison;
		return [...distrust].map(([id, {by, isFailed, sinceMs}]) => {
			const node = nameOf(id);
			const lost = verdicts.find(({kind, nodes}) => kind === 'owner-failed' && nodes[0] === node);
			const candidate = lost === undefined ? undefined : failoverCandidateOf(comparison, id);
			const slots = lost === undefined ? '' : `, and slots ${rangesText(lost.slots)} are without an owner`;
			return {
				...fires(
					lost !== undefined && isFailed ? 'critical' : 'warning',
					`is ${isFailed ? 'held failed' : 'suspected (fail?)'} by ${by.length > 2 ? countText(by.length, 'node') : namesText(by, comparison)} for ${durationText(atMs - sinceMs)}${slots}`,
					{
						evidence: [
							{name: 'accusers', value: by.length > 2 ? `${by.length}: ${namesText(by, comparison)}` : by.length},
							{name: 'flag', value: isFailed ? 'fail' : 'fail?'},
						],
						meaning:
							lost === undefined ? 'The cluster works without it, with less in reserve.' : lost.meaning.join(' '),
						next: [
							askNode(fleet, comparison.views.find(view => view.self.id !== id)?.address, 'CLUSTER NODES'),
							words('look at its process and its network; CLUSTER FORGET on every node only when it is gone for good'),
						],
						action: !isFailed
							? null
							: lost === undefined
								? 'cluster-forget'
								: candidate === undefined
									? null
									: 'cluster-failover-force',
						remedy:
							lost === undefined
								? {node: by[0] && comparison.viewOf.get(by[0])?.address, value: id}
								: {node: candidate},
					},
				),
				node: fleet.nodes.has(node) ? node : undefined,
				subject: fleet.nodes.has(node) ? undefined : node,
			};
		});
	},
	{raiseAfter: 1},
);
