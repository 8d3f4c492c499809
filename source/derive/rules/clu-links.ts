import {namesText} from '../cluster/verdict-words.js';
import {askNode, clusterRule, verdictFindings} from '../cluster-rule.js';
import {words} from '../next-steps.js';
import {fires} from '../rule.js';

/**
Bus links that don't carry: a node that some distrust while it answers redis-top and others of the cluster, and links that a
node calls disconnected to one that it doesn't hold failed. Since 3.0; a link is down for a moment whenever a node restarts.
*/
export const cluLinks = clusterRule(
	'clu.links',
	(watch, fleet) => {
		const {comparison} = watch;
		const next = [words('check port + 10000 (or cluster-port) both ways, and the announced bus address')];
		const cut = comparison.views.flatMap(view => {
			const peers = [...view.lines.values()].filter(
				({id, linkState, flags}) =>
					id !== view.self.id &&
					linkState === 'disconnected' &&
					comparison.viewOf.has(id) &&
					!flags.has('fail') &&
					!flags.has('fail?'),
			);
			return peers.length === 0
				? []
				: [
						{
							...fires(
								'warning',
								`has no bus link to ${namesText(
									peers.map(({id}) => id),
									comparison,
								)}`,
								{
									evidence: [{name: 'disconnected', value: peers.length}],
									meaning: 'News of the cluster takes other ways, and after the node timeout it will suspect them.',
									next: [askNode(fleet, view.address, 'CLUSTER NODES'), ...next],
									action: null,
								},
							),
							node: view.address,
						},
					];
		});
		return [...verdictFindings(watch, ['one-sided-link'], () => next), ...cut];
	},
	{raiseAfterMs: 5000},
);
