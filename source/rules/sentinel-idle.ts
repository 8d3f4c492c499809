import {message, nodeName} from '../domain/message.js';
import {hint, redisCli} from './next-steps.js';
import {fires, rule} from './rule.js';
import {groupName, monitoredGroups} from './sentinel-groups.js';

export const senIdle = rule({
	id: 'sen.idle',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule reads SENTINEL MASTERS. It fires for a sentinel that monitors no primary, after SENTINEL REMOVE or a start with an empty config file. Other sentinels that list this sentinel as one of their group tell which primary it left.',
		since: '2.8',
		falsePositives: ['A new sentinel monitors nothing until SENTINEL MONITOR. Three readings in a row must show it.'],
	},
	raiseAfter: 3,
	evaluate: fleet => {
		const groups = monitoredGroups(fleet);
		return [...fleet.nodes.values()].flatMap(sentinel => {
			const {address, record} = sentinel;
			if (record.role !== 'sentinel' || record.failure !== undefined || record.sentinel?.value.primaries.length !== 0) {
				return [];
			}

			const left = groups.find(({reports}) =>
				reports.some(({primary}) => primary.sentinels?.some(peer => peer.address === address) === true),
			);
			const primary = left?.reports[0]?.primary;
			const firing = fires('warning', {
				problem:
					left === undefined
						? message`${nodeName(address)} is a sentinel that monitors no primary`
						: message`sentinel ${nodeName(address)} no longer monitors ${groupName(left)}`,
				detail: left === undefined ? undefined : `${left.reports.length} others do`,
				reason: 'clients that ask it find no primary',
				nodes: [address],
				evidence: [{name: 'SENTINEL MASTERS', value: 'empty'}],
				meaning:
					left === undefined
						? 'SENTINEL REMOVE, or a start without its config file. It can neither tell clients the primary nor fail over.'
						: 'SENTINEL REMOVE, or a start without its config file. The others still count it: one more that fails may be the majority.',
				next:
					primary === undefined || left === undefined
						? [
								hint('let it monitor its primary again, with the values of the other sentinels:'),
								redisCli(sentinel, 'SENTINEL MONITOR NAME HOST PORT QUORUM'),
								hint('if it belongs to no deployment any more, take it out of the configuration of the clients'),
							]
						: [
								redisCli(
									sentinel,
									`SENTINEL MONITOR ${left.name} ${primary.host} ${primary.port} ${primary.quorum ?? 'QUORUM'}`,
								),
								hint(
									'then SENTINEL SET for auth-pass, down-after-milliseconds and failover-timeout, as the others have them',
								),
							],
			});
			return [{...firing, subject: address}];
		});
	},
});
