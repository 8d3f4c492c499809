import {nodeFinder} from '../topology/replication-edges.js';
import {ask} from './next-steps.js';
import {fires, fleetRule} from './rule.js';
import {monitoredGroups} from './sentinel-groups.js';

/**
Sentinels that name different primaries, or all of them one that says itself that it is a replica, for longer than a
failover takes to get around.
*/
export const senDisagree = fleetRule({
	id: 'sen.disagree',
	evaluate: (fleet, heldMs) => {
		const records = new Map([...fleet.nodes].map(([address, {record}]) => [address, record]));
		const sameNode = nodeFinder(records);
		return monitoredGroups(fleet).flatMap(group => {
			const named = Map.groupBy(group.words, ({primary}) => sameNode(primary.address));
			const [address] = named.keys();
			const [first] = group.words;
			if (address === undefined || first === undefined) {
				return [];
			}

			const record = records.get(address);
			const isReplica = named.size === 1 && record?.failure === undefined && record?.role === 'replica';
			if (named.size === 1 && !isReplica) {
				return [];
			}

			const title = isReplica
				? `${group.name}: the sentinels name ${address} as the primary, which says that it is a replica`
				: `${group.name}: the sentinels disagree on the primary: ${[...named].map(([who, words]) => `${who} say ${words.length}`).join(', ')}`;
			const isShort = heldMs(undefined, group.name) < first.sentinel.threshold('sen.disagree.seconds') * 1000;
			const firing = fires('critical', title, {
				evidence: group.words.map(({sentinel, primary}) => ({
					name: sentinel.address,
					value: `${primary.address}, epoch ${primary.configEpoch ?? '-'}`,
				})),
				meaning:
					'Clients that ask one sentinel write to another server than those that ask the next. The highest configuration epoch is the newest decision.',
				next: [ask(first.sentinel, `SENTINEL GET-MASTER-ADDR-BY-NAME ${group.name}`)],
				action: null,
			});
			return [
				{
					...(isShort && firing.kind === 'fires' ? {...firing, severity: 'info' as const} : firing),
					subject: group.name,
				},
			];
		});
	},
});
