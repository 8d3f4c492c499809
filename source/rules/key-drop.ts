import {keyCount} from '../domain/metric.js';
import {count, seconds} from '../text/units.js';
import {ask, logSteps, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
More than half of the keys were gone from one sample to the next, and still are. Since 2.6.

- Keys that expired or were evicted explain it; so does a restart that still loads.
- It stays for ten minutes, or until the keys are back.
*/
export const keyDropped = nodeRule({
	id: 'key.drop',
	raiseAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const drop = facts.watch.keyDrop;
		const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
		const agoSeconds = (facts.nowMs - (drop?.atMs ?? Number.NEGATIVE_INFINITY)) / 1000;
		const isOver =
			drop === undefined ||
			keys === undefined ||
			agoSeconds > facts.threshold('key.drop.recent') ||
			keys > drop.from * facts.threshold('key.drop.share');
		if (isOver) {
			return clear;
		}

		const how = drop.byRestart ? ' by a restart' : drop.byFlush === true ? ' by a flush' : '';
		return fires('critical', `keys fell from ${count(drop.from)} to ${count(drop.to)}${how}`, {
			evidence: [
				{name: 'keys before', value: drop.from, unit: 'count'},
				{name: 'keys after', value: drop.to, unit: 'count'},
				{name: 'since then', value: seconds(agoSeconds)},
			],
			meaning: drop.byRestart
				? 'The process started without its data. Its replicas copy the emptiness.'
				: 'FLUSHALL, FLUSHDB, a synchronisation with an empty primary, or a mass deletion. Replicas follow.',
			next: [
				words('keep the dump file and the append-only files: copy them away before anything saves over them'),
				ask(facts, 'INFO commandstats'),
				...logSteps(facts),
			],
			action: null,
		});
	},
});
