import {seconds} from '../text/units.js';
import {ask} from './next-steps.js';
import {fires, fleetRule} from './rule.js';
import {monitoredGroups, sayingSo} from './sentinel-groups.js';

/** A failover that goes on for longer than `failover-timeout` of the sentinel that leads it. */
export const senFailing = fleetRule({
	id: 'sen.failing',
	raiseAfter: 1,
	evaluate: (fleet, heldMs) =>
		monitoredGroups(fleet).flatMap(group => {
			const {first} = sayingSo(group, ({flags}) => flags.has('failover_in_progress'));
			if (first === undefined) {
				return [];
			}

			const limitMs = first.primary.failoverTimeoutMs ?? first.sentinel.threshold('sen.failing.seconds') * 1000;
			const isStuck = heldMs(undefined, group.name) > limitMs;
			const firing = fires(
				isStuck ? 'critical' : 'info',
				isStuck
					? `${group.name}: a failover goes on for longer than its timeout (${seconds(limitMs / 1000)})`
					: `${group.name}: a failover is under way`,
				{
					evidence: [
						{name: 'flags', value: [...first.primary.flags].join(',')},
						{name: 'failover-timeout', value: limitMs, unit: 'milliseconds'},
					],
					meaning: 'The new primary is being set up; clients learn of it when the sentinels have agreed.',
					next: [ask(first.sentinel, `SENTINEL MASTER ${group.name}`)],
					action: null,
				},
			);
			return [{...firing, subject: group.name}];
		}),
});
