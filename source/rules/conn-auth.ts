import type {NextStep} from '../domain/finding.js';
import {words} from './next-steps.js';
import {connectionArguments, type NodeFacts, quoted} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/** These credentials get nowhere: who may ask about users has other ones. */
const askAsAdministrator = ({record, settings}: NodeFacts, command: string): NextStep => {
	const where = connectionArguments(record.endpoint, {...settings, user: 'ADMIN'});
	return {kind: 'command', text: ['redis-cli', ...where, '--askpass', command].join(' ')};
};

/**
The server refuses the credentials, or wants some: NOAUTH, WRONGPASS, and the words older versions use. Any version. A wrong
password, a user that doesn't exist and one that is off get the same words: what tells them apart is ACL GETUSER.
*/
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
			meaning: `The server is there and answers; redis-top can see nothing of it. ${
				failure.code === 'WRONGPASS'
					? 'It says the same for a wrong password, an unknown user and a user that is off.'
					: 'Others may be locked out alike.'
			}`,
			next: [
				words(
					failure.code === 'NOAUTH'
						? 'give --user and --askpass, or REDISCLI_AUTH'
						: 'check the user and the password; tried again every 15 seconds only, because loops of wrong ones lock accounts out',
				),
				...(failure.code === 'WRONGPASS'
					? [
							askAsAdministrator(facts, `ACL GETUSER ${quoted(facts.settings.user ?? 'default')}`),
							words('no such user, flags off (ACL SETUSER NAME on), or flags on: then it is the password'),
						]
					: []),
				askAsAdministrator(facts, 'ACL LOG 10'),
			],
			action: null,
		});
	},
});
