import {words} from './next-steps.js';
import {fires, fleetRule} from './rule.js';
import {monitoredGroups, sayingSo} from './sentinel-groups.js';

/**
A watched primary that its sentinels hold down: `s_down` is what one of them sees, `o_down` what its quorum agreed on.
It lasts `down-after-milliseconds` until the first says so; a failover follows.
*/
export const senDown = fleetRule({
	id: 'sen.down',
	raiseAfter: 1,
	evaluate: fleet =>
		monitoredGroups(fleet).flatMap(group => {
			const agreed = sayingSo(group, ({flags}) => flags.has('o_down'));
			const seen = sayingSo(group, ({flags}) => flags.has('s_down') || flags.has('o_down'));
			const {first} = seen;
			if (first === undefined) {
				return [];
			}

			const isAgreed = agreed.first !== undefined;
			const firing = fires(
				isAgreed ? 'critical' : 'warning',
				`${group.name}: ${seen.sentinels.length} of ${group.words.length} sentinels hold the primary ${first.primary.address} down${isAgreed ? ', and their quorum agrees' : ''}`,
				{
					evidence: [
						{name: 'flags', value: [...first.primary.flags].join(',')},
						{name: 'quorum', value: first.primary.quorum ?? '-'},
					],
					meaning: isAgreed
						? 'A failover is on its way; until it ends nothing can be written.'
						: 'As long as fewer than the quorum say so, nothing is failed over.',
					next: [words(`look at ${first.primary.address}: its process, its host, the network between`)],
					action: 'sentinel-failover',
					remedy: {node: first.sentinel.address, value: group.name},
				},
			);
			return [{...firing, subject: group.name}];
		}),
});
