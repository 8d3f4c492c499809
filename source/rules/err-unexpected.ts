import {count} from '../text/units.js';
import {said} from './evidence.js';
import {increase} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Errors that should not be possible: while the append-only file is loaded or a primary's commands are applied. Since 6.0.
*/
export const errUnexpected = nodeRule({
	id: 'err.unexpected',
	raiseAfter: 1,
	needs: {errors: increase('stats', 'unexpected_error_replies')},
	evaluate({errors}, facts) {
		return errors === 0
			? clear
			: fires('critical', `${count(errors)} unexpected errors while applying what a primary or a file said`, {
					evidence: said(facts, ['stats', 'unexpected_error_replies', 'count']),
					meaning: 'This copy may differ from its primary or its file now.',
					next: [
						words('read the server log: it names the command'),
						words('compare the replica with its primary; a full resynchronization makes it equal'),
					],
					action: null,
				});
	},
});
