import {answerMissing, unseen} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, nodeRule} from './rule.js';

const answer = answerMissing('ACL DRYRUN');
const isAnonymous = ({settings}: NodeFacts): boolean => settings.user === undefined && !settings.hasPassword;

/**
The user of everybody who gives no name may do everything, SHUTDOWN too. Since 7.0, by ACL DRYRUN: what the user may is known
without reading its password.

- That it needs no password is known only where redis-top gave none: with one it can't be told.
- As servers come, and meant so in many private networks: advice; an open door at a public address is sec.noauth.
*/
export const secDefaultAll = nodeRule({
	id: 'sec.default_all',
	needs: {
		mayStop: {
			read: (facts: NodeFacts): boolean | undefined =>
				isAnonymous(facts) ? facts.record.defaultUserCanShutdown?.value : undefined,
			missing: (facts: NodeFacts) =>
				isAnonymous(facts) ? answer(facts) : unseen('shows only to somebody who connects without a password'),
		},
	},
	evaluate({mayStop}, facts) {
		return mayStop
			? advises(facts, 'lets whoever reaches it do everything, SHUTDOWN too, without a name or a password', {
					evidence: [{name: 'ACL DRYRUN default SHUTDOWN', value: 'OK'}],
					meaning: 'A mistake in any application, or anybody in its network, can stop it or delete all of it.',
					next: [
						words('give each application a user with the rights it needs: ACL SETUSER'),
						ask(facts, 'ACL SETUSER default -@dangerous   # when all have users of their own'),
						words('redis-top acl prints the line for a user of its own'),
					],
					action: null,
					adviceCost: 'every application needs a user first',
				})
			: clear;
	},
});
