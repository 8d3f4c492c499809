import type {SentinelPeer} from '../domain/sentinel.js';
import {ask, words} from './next-steps.js';
import {fires, fleetRule} from './rule.js';
import {monitoredGroups} from './sentinel-groups.js';

/** Why sentinels pass over a replica; undefined for one that they would promote. Source: sentinel.c, `sentinelSelectSlave`. */
function barOf({flags, linkStatus, priority}: SentinelPeer): string | undefined {
	if (flags.has('s_down') || flags.has('o_down')) {
		return 'is down';
	}

	if (flags.has('disconnected')) {
		return 'is not connected';
	}

	if (priority === 0) {
		return 'has priority 0';
	}

	return linkStatus === 'err' ? 'has no link to the primary' : undefined;
}

/** A failover now would end with `-NOGOODSLAVE No suitable replica to promote`: there is none, or each is barred. */
export const senNoReplica = fleetRule({
	id: 'sen.no_replica',
	raiseAfter: 3,
	evaluate: fleet =>
		monitoredGroups(fleet).flatMap(group => {
			const told = group.words.filter(({primary}) => primary.replicas !== undefined);
			const [first] = told;
			const bars = told.map(({primary}) => (primary.replicas ?? []).map(replica => ({replica, why: barOf(replica)})));
			const hasGood = bars.some(replicas => replicas.some(({why}) => why === undefined));
			// While a failover runs the links of all replicas are being changed.
			const isChanging = told.some(({primary}) => primary.flags.has('failover_in_progress'));
			if (first === undefined || hasGood || isChanging) {
				return [];
			}

			const listed = bars[0] ?? [];
			const why = listed.map(({replica, why: reason}) => `${replica.address} ${reason}`).join(', ');
			const firing = fires(
				'warning',
				`${group.name}: no replica that sentinels would promote${why === '' ? ': it has none' : `: ${why}`}`,
				{
					evidence: [{name: 'num-slaves', value: first.primary.replicaCount ?? listed.length}],
					meaning: 'A failover would end with NOGOODSLAVE, and the primary stays the only one.',
					next: [
						ask(first.sentinel, `SENTINEL REPLICAS ${group.name}`),
						words('bring a replica back, or give one a replica-priority above 0'),
					],
					action: null,
				},
			);
			return [{...firing, subject: group.name}];
		}),
});
