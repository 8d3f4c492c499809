import {said} from './evidence.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Writes are refused for want of good replicas (NOREPLICAS): `min_slaves_good_slaves` below min-replicas-to-write, or the
replies that say so. Since 2.8; the field is there only where the setting is in use.
*/
export const repMinGood = nodeRule({
	id: 'rep.min_good',
	raiseAfter: 1,
	clearAfter: 5,
	roles: ['primary'],
	needs: {},
	evaluate(_, facts) {
		const good = facts.number('replication', 'min_slaves_good_slaves');
		const wanted = Number(facts.setting('min-replicas-to-write') ?? Number.NaN);
		const refused = facts.errorIncrease('NOREPLICAS') ?? 0;
		const isShort = good !== undefined && good < wanted;
		if (!isShort && refused === 0) {
			return clear;
		}

		return fires(
			'critical',
			`refuses writes (NOREPLICAS): ${good ?? 'too few'} good replicas of ${Number.isNaN(wanted) ? 'those' : wanted} wanted`,
			{
				evidence: [
					...said(
						facts,
						['replication', 'min_slaves_good_slaves', 'count'],
						['replication', 'connected_slaves', 'count'],
					),
					...(Number.isNaN(wanted) ? [] : [{name: 'min-replicas-to-write', value: wanted}]),
					...(refused > 0
						? [{name: 'NOREPLICAS replies since the sample before', value: refused, unit: 'count' as const}]
						: []),
				],
				meaning: 'It was set to refuse rather than to write what too few replicas have.',
				next: [
					words('bring the replicas back: panel 3 says which are gone or silent'),
					ask(facts, 'CONFIG SET min-replicas-to-write 0'),
				],
				action: null,
			},
		);
	},
});
