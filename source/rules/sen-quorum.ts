import {ask} from './next-steps.js';
import {fires, fleetRule} from './rule.js';
import {monitoredGroups, sayingSo} from './sentinel-groups.js';

/** One failed check may still come from timers that are about to be right again, and so may one that succeeded. */
const checksInVain = 2;

/** SENTINEL CKQUORUM says that no failover could be agreed on or authorised now, twice in a row. Since 2.8.4. */
export const senQuorum = fleetRule({
	id: 'sen.quorum',
	raiseAfter: 1,
	evaluate: fleet =>
		monitoredGroups(fleet).flatMap(group => {
			const {first, sentinels} = sayingSo(group, ({quorumCheck}) => (quorumCheck?.failures ?? 0) >= checksInVain);
			if (first === undefined) {
				return [];
			}

			const {sentinel, primary} = first;
			const firing = fires(
				'critical',
				`${group.name}: no quorum: nothing would be failed over (${sentinels.length} of ${group.words.length} sentinels say so)`,
				{
					evidence: [
						{name: 'CKQUORUM', value: primary.quorumCheck?.text ?? '-'},
						{name: 'quorum', value: primary.quorum ?? '-'},
					],
					meaning: 'When the primary stops now it stays down until a person promotes a replica.',
					next: [ask(sentinel, `SENTINEL CKQUORUM ${group.name}`), ask(sentinel, `SENTINEL SENTINELS ${group.name}`)],
					action: null,
				},
			);
			return [{...firing, subject: group.name}];
		}),
});
