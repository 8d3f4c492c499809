import {isAnnouncedUnreachable} from '../topology/announced.js';
import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {fires} from './rule.js';

/**
A node that the cluster names, that others of it trust, and that redis-top never reached: its announced address is one that
only the cluster can reach (containers, NAT). Since 3.0.
*/
export const cluAnnounce = clusterRule(
	'clu.announce',
	(_, fleet) =>
		[...fleet.nodes.values()]
			.filter(({record, nodes}) => record.origin === 'cluster' && isAnnouncedUnreachable(record, nodes))
			.map(({address, record}) => ({
				...fires(
					'warning',
					`was never reached from here (${record.failure?.text ?? 'no answer'}), though the cluster trusts it`,
					{
						evidence: [{name: 'announced', value: address}],
						meaning:
							"The address it announces may be one that only the cluster can reach, so clients outside can't either.",
						next: [
							askNode(fleet, undefined, 'CLUSTER NODES'),
							words(
								'map it with --nat-map, or let it announce what can be reached: cluster-announce-ip, cluster-announce-hostname',
							),
						],
						action: null,
					},
				),
				node: address,
			})),
	{raiseAfterMs: 5000, countsAtOnce: true},
);
