import {count} from '../../text/units.js';
import {said} from '../evidence.js';
import {ask, words} from '../next-steps.js';
import {clear, fires, nodeRule} from '../rule.js';
import {rate} from '../rule-needs.js';

/**
Logins fail: `acl_access_denied_auth`, more than ten a minute. Since 7.2.

- An application with yesterday's password does this as well as somebody who guesses.
*/
export const secAuthfail = nodeRule({
	id: 'sec.authfail',
	needs: {failures: rate('stats', 'acl_access_denied_auth')},
	evaluate({failures}, facts) {
		return failures * 60 <= facts.threshold('sec.authfail.rate')
			? clear
			: fires('warning', `${count(Math.round(failures * 60))} logins a minute fail`, {
					evidence: said(facts, ['stats', 'acl_access_denied_auth', 'count']),
					meaning: 'Some application has an old password, or somebody tries them out.',
					next: [ask(facts, 'ACL LOG 10'), words('its client-info names who')],
					action: null,
				});
	},
});
