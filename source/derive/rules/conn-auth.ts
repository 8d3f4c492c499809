import {ask, words} from '../next-steps.js';
import {clear, fires, nodeRule} from '../rule.js';

/** The server refuses the credentials, or wants some: NOAUTH, WRONGPASS, and the words older versions use. Any version. */
export const connAuth = nodeRule({
	id: 'conn.auth',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const {failure} = facts.record;
		if (failure?.layer !== 'auth') {
			return clear;
		}

		return fires('critical', failure.text, {
			evidence: [{name: 'reply', value: failure.code}],
			meaning: 'The server is there and answers; redis-top can see nothing of it. Others may be locked out alike.',
			next: [
				words(
					failure.code === 'NOAUTH'
						? 'give --user and --askpass, or REDISCLI_AUTH'
						: 'check the user and the password; tried again every 15 seconds only, because loops of wrong ones lock accounts out',
				),
				ask(facts, 'ACL LOG 10'),
			],
			action: null,
		});
	},
});
