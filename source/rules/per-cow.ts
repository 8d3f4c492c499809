import {bytes, percent} from '../text/units.js';
import {said} from './evidence.js';
import {absent, field} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** Copies that a save makes are large: of the one that runs (`current_cow_peak`, 7.0), else of the last (4.0). */
export const perCow = nodeRule({
	id: 'per.cow',
	raiseAfter: 1,
	needs: {
		copied: {
			read: facts =>
				facts.number('persistence', 'current_cow_peak') || facts.number('persistence', 'rdb_last_cow_size'),
			missing: () => absent('INFO persistence does not say what saves copy (Redis 4.0 does)'),
		},
		resident: field('memory', 'used_memory_rss'),
	},
	evaluate({copied, resident}, facts) {
		const isMuch = copied > facts.threshold('per.cow.bytes') && copied > facts.threshold('per.cow.share') * resident;
		if (!isMuch) {
			return clear;
		}

		const isNow = (facts.number('persistence', 'current_cow_peak') ?? 0) > 0;
		return fires(
			isNow ? 'warning' : 'info',
			`${isNow ? 'the save that runs has' : 'the last save'} copied ${bytes(copied)}, ${percent(copied / resident)} of its memory`,
			{
				evidence: said(
					facts,
					['persistence', 'current_cow_peak', 'bytes'],
					['persistence', 'rdb_last_cow_size', 'bytes'],
					['memory', 'used_memory_rss', 'bytes'],
				),
				meaning: 'Each page written during a save is held twice; the machine must have room for that.',
				next: [words('save at a time of few writes, or leave more of the machine free')],
				action: null,
			},
		);
	},
});
