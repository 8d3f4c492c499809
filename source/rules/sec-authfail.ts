import {count} from '../text/units.js';
import {refusalEvidence, refusalsLately} from './access-refusals.js';
import {said} from './evidence.js';
import {rareAnswerMissing, rate} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

const counted = rate('stats', 'acl_access_denied_auth');
const listed = rareAnswerMissing('ACL LOG');
const isLogin = ({lack}: {readonly lack: string}): boolean => lack === 'auth';

/** By the counter; before it was there, by what ACL LOG has of the last minute. */
function failuresPerMinute(facts: NodeFacts): number | undefined {
	if (facts.number('stats', 'acl_access_denied_auth') !== undefined) {
		const failures = counted.read(facts);
		return failures === undefined ? undefined : failures * 60;
	}

	return refusalsLately(facts, isLogin)?.reduce((sum, refusal) => sum + refusal.count, 0);
}

/**
Logins fail, more than ten a minute: `acl_access_denied_auth` since 7.2, by ACL LOG since 6.0; who it is, ACL LOG tells.

- An application with yesterday's password does this as well as somebody who guesses.
*/
export const secAuthfail = nodeRule({
	id: 'sec.authfail',
	needs: {
		failures: {
			read: failuresPerMinute,
			missing: (facts: NodeFacts) =>
				facts.number('stats', 'acl_access_denied_auth') === undefined ? listed(facts) : counted.missing(facts),
		},
	},
	evaluate({failures}, facts) {
		return failures <= facts.threshold('sec.authfail.rate')
			? clear
			: fires('warning', `${count(Math.round(failures))} logins a minute fail`, {
					evidence: [
						...said(facts, ['stats', 'acl_access_denied_auth', 'count']),
						...refusalEvidence(refusalsLately(facts, isLogin)),
					],
					meaning: 'Some application has an old password, or somebody tries them out.',
					next: [ask(facts, 'ACL LOG 10'), words('its client-info names who')],
					action: null,
				});
	},
});
