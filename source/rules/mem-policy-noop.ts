import {keyspace} from '../parse/info-fields.js';
import {percent} from '../text/units.js';
import {said} from './evidence.js';
import {limitShare} from './memory-limit.js';
import {field, word} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The policy evicts keys with a TTL only (`volatile-…`), hardly any has one, and memory is near its limit. Since 3.2.
Policies of later versions go by their prefix.
*/
export const memPolicyNoop = nodeRule({
	id: 'mem.policy_noop',
	needs: {policy: word('memory', 'maxmemory_policy'), limit: field('memory', 'maxmemory')},
	evaluate({policy}, facts) {
		const share = limitShare(facts) ?? 0;
		const rows = facts.sample === undefined ? [] : keyspace(facts.sample.info);
		const keys = rows.reduce((sum, row) => sum + row.keys, 0);
		const expires = rows.reduce((sum, row) => sum + (row.expires ?? 0), 0);
		const isNoop =
			policy.startsWith('volatile-') &&
			keys > 0 &&
			expires / keys < facts.threshold('mem.policy_noop.share') &&
			share >= facts.threshold('mem.max.warning');
		if (!isNoop) {
			return clear;
		}

		return fires('warning', `policy ${policy}, but only ${percent(expires / keys)} of the keys have a TTL`, {
			evidence: [
				{name: 'keys', value: keys, unit: 'count'},
				{name: 'expires', value: expires, unit: 'count'},
				...said(
					facts,
					['memory', 'maxmemory_policy'],
					['memory', 'used_memory', 'bytes'],
					['memory', 'maxmemory', 'bytes'],
				),
			],
			meaning: 'Little can be evicted: once that is gone, writes are refused as with noeviction.',
			next: [words('give keys a TTL, or choose an allkeys policy if all of them may go'), ask(facts, 'INFO keyspace')],
			action: 'set-policy',
		});
	},
});
