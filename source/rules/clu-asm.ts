import {durationText, rangesText} from '../cluster/verdict-words.js';
import {askNode, clusterRule, thresholdFor} from './cluster-rule.js';
import {words} from './next-steps.js';
import {fires} from './rule.js';

/**
A migration that the servers run themselves failed, or has not moved for a minute: Valkey >= 9.0 CLUSTER GETSLOTMIGRATIONS,
Redis >= 8.4 CLUSTER MIGRATION STATUS. The log keeps ended ones; a failure counts for ten minutes.
*/
export const cluAsm = clusterRule('clu.asm', ({migrations, atMs}, fleet) => {
	const newsSeconds = thresholdFor(fleet, undefined, 'clu.asm.news');
	const silentSeconds = thresholdFor(fleet, undefined, 'clu.asm.silent');
	return migrations.flatMap(({name, slots, state, message, updatedMs}) => {
		const silentMs = updatedMs === undefined ? 0 : atMs - updatedMs;
		const hasFailed = /^fail/i.test(state) && silentMs <= newsSeconds * 1000;
		const isSilent = !/^(?:success|completed|fail|cancel)/i.test(state) && silentMs > silentSeconds * 1000;
		const how = hasFailed
			? `failed${message === '' ? '' : `: ${message}`}`
			: `is ${state} and has not moved for ${durationText(silentMs)}`;
		return hasFailed || isSilent
			? [
					{
						...fires('warning', `migration of slots ${rangesText(slots)} ${how}`, {
							evidence: [
								{name: 'state', value: state},
								{name: 'last update', value: silentMs / 1000, unit: 'seconds' as const},
							],
							meaning: 'The slots stay with their source; what was copied is thrown away.',
							next: [
								askNode(fleet, undefined, 'CLUSTER GETSLOTMIGRATIONS'),
								words('read the logs of source and target, and start it again'),
							],
							action: null,
						}),
						subject: name,
					},
				]
			: [];
	});
});
