import {seconds} from '../text/units.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** What is known of a node is old, because its polls fail. Any version. Why they fail is another rule's business. */
export const connStale = nodeRule({
	id: 'conn.stale',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const {failure, lastReplyAtMs, intervalMs} = facts.record;
		const ageSeconds = (facts.nowMs - (lastReplyAtMs ?? facts.nowMs)) / 1000;
		const oldSeconds = (facts.threshold('conn.stale.intervals') * intervalMs) / 1000;
		if (failure === undefined || ageSeconds <= oldSeconds) {
			return clear;
		}

		const isCritical = ageSeconds > Math.max(oldSeconds, facts.threshold('conn.stale.critical'));
		return fires(isCritical ? 'critical' : 'warning', `data is ${seconds(ageSeconds)} old`, {
			evidence: [{name: 'age', value: ageSeconds, unit: 'seconds'}],
			meaning: 'Whatever is shown of this node is as of then; it may be better or worse now.',
			next: [words('see why it does not answer: the finding beside this one, or redis-top diagnose')],
			action: null,
		});
	},
});
