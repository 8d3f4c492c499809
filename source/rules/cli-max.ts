import {count, percent} from '../text/units.js';
import {said} from './evidence.js';
import {answerMissing, field} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/** In INFO since 6.2; a setting before. */
const maxClients = {
	read: (facts: NodeFacts) => facts.number('clients', 'maxclients') ?? numeric(facts.setting('maxclients')),
	missing: answerMissing('CONFIG GET'),
};

const numeric = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

/**
Connections near `maxclients`: clients, replicas and cluster links count together. Since 6.2 (maxclients in INFO), before
by CONFIG GET.

- Redis-top's own two connections are among them.
*/
export const cliMax = nodeRule({
	id: 'cli.max',
	needs: {clients: field('clients', 'connected_clients'), limit: maxClients},
	evaluate({clients, limit}, facts) {
		const links = facts.number('clients', 'cluster_connections') ?? 0;
		const used = clients + (facts.number('replication', 'connected_slaves') ?? 0) + links;
		const share = used / limit;
		if (limit <= 0 || share < facts.threshold('cli.max.warning')) {
			return clear;
		}

		const isFull = share >= facts.threshold('cli.max.critical');
		return fires(
			isFull ? 'critical' : 'warning',
			`${count(used)} of ${count(limit)} connections are taken (${percent(share)})`,
			{
				evidence: [
					{name: 'connections', value: used, unit: 'count'},
					{name: 'maxclients', value: limit, unit: 'count'},
					...said(facts, ['clients', 'connected_clients', 'count'], ['clients', 'blocked_clients', 'count']),
				],
				meaning: 'When none is left, new clients are turned away with an error, redis-top among them.',
				next: [
					words('find who holds them: panel 4 counts them by address, name or user'),
					ask(facts, 'CONFIG GET timeout'),
					words('close what leaks, or raise maxclients (and the limit of open files with it)'),
				],
				action: 'set-maxclients',
			},
		);
	},
});
