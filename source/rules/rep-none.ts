import {primaryNamedBy} from '../topology/replication-edges.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {isSettling, settling} from './replication-grace.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A primary without a replica, though a node that redis-top knows calls it its primary. Since 2.4.

- A single server is one by design: without such a node there is nothing to say.
*/
export const repNone = nodeRule({
	id: 'rep.none',
	raiseAfterMs: 10_000,
	roles: ['primary'],
	needs: {connected: field('replication', 'connected_slaves')},
	evaluate({connected}, facts) {
		const followers =
			connected > 0
				? []
				: [...facts.nodes.values()].filter(
						record => record.address !== facts.address && primaryNamedBy(record) === facts.address,
					);
		if (followers.length === 0) {
			return clear;
		}

		return isSettling(facts)
			? settling
			: fires('info', 'has no replica now', {
					evidence: [
						...said(facts, ['replication', 'connected_slaves', 'count']),
						...followers.map(({address}) => ({name: 'meant to follow', value: address as string})),
					],
					meaning: 'Nothing can take over, and what it has is only here.',
					next: [words(`look at ${followers[0]?.address}`), ask(facts, 'INFO replication')],
					action: null,
				});
	},
});
