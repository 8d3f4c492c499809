import {count} from '../text/units.js';
import {answerMissing} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The slow log grows: more than ten new entries a minute. Since 2.2.12. Entries that were lost between two looks count too.
*/
export const latSlowlogNew = nodeRule({
	id: 'lat.slowlog_new',
	needs: {history: {read: ({record}: NodeFacts) => record.slowlog?.value, missing: answerMissing('SLOWLOG GET')}},
	evaluate({history}, facts) {
		const threshold = Number(facts.setting('slowlog-log-slower-than') ?? 10_000);
		// With a threshold of 0 every command is an entry.
		return history.perMinute <= facts.threshold('lat.slowlog_new.rate') || threshold < 1000
			? clear
			: fires('warning', `${count(history.perMinute)} slow commands in the last minute`, {
					evidence: [{name: 'new slow log entries in a minute', value: history.perMinute, unit: 'count'}],
					meaning: 'Each of them held up all clients for as long as it ran.',
					next: [words('see which: panel 6'), ask(facts, 'SLOWLOG GET 10')],
					action: 'slowlog-reset',
				});
	},
});
