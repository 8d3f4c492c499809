import {keyspace} from '../parse/info-fields.js';
import {count, percent} from '../text/units.js';
import {pending} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, nodeRule} from './rule.js';

type Keys = {readonly all: number; readonly expiring: number};

function keysOf({sample}: NodeFacts): Keys | undefined {
	const rows = sample === undefined ? undefined : keyspace(sample.info);
	return rows?.reduce(({all, expiring}, {keys, expires = 0}) => ({all: all + keys, expiring: expiring + expires}), {
		all: 0,
		expiring: 0,
	});
}

/**
A cache whose keys never expire. Any version. Only where the target was declared one (`role = "cache"`): of data it is right.

- A handful of keys is no cache yet.
*/
export const keyNoexpire = nodeRule({
	id: 'key.noexpire',
	appliesTo: ({settings}) => settings.isCache,
	needs: {keys: {read: keysOf, missing: () => pending('the node gives no data now')}},
	evaluate({keys: {all, expiring}}, facts) {
		return all < facts.threshold('key.noexpire.keys') || expiring / all >= facts.threshold('key.noexpire.share')
			? clear
			: advises(facts, `${percent(expiring / all)} of the cache's ${count(all)} keys have a time to live`, {
					evidence: [
						{name: 'keys', value: all, unit: 'count'},
						{name: 'with a time to live', value: expiring, unit: 'count'},
					],
					meaning: 'What is never asked for again stays until memory is full, and then eviction has to find it.',
					next: [
						words('write with EX, a little different for each key'),
						ask(facts, 'CONFIG GET maxmemory-policy'),
						words('with a volatile-* policy keys without a time to live are never evicted'),
					],
					action: null,
					adviceCost: 'a miss when a key has expired',
				});
	},
});
