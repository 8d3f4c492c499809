import {words} from './next-steps.js';
import {quoted} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The user redis-top connects as may not ask for everything (NOPERM). Since 6.0.

- Each denied command is asked again after ten minutes only: our own denials would fill the server's ACL LOG.
*/
export const connNoperm = nodeRule({
	id: 'conn.noperm',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {},
	evaluate(_, facts) {
		const denied = facts.record.blind.filter(({kind}) => kind === 'denied');
		if (denied.length === 0 || facts.sample === undefined) {
			return clear;
		}

		const grants = denied.flatMap(({grant}) => grant ?? []);
		return fires('info', `this user may not run ${denied.map(({command}) => command).join(', ')}`, {
			evidence: denied.map(({command, why}) => ({name: command, value: why})),
			meaning: 'What rests on these commands stays dark: the panels say so, and the rules below are not evaluated.',
			next: [
				{
					kind: 'command',
					text: `${facts.cli} ACL SETUSER ${quoted(facts.settings.user ?? 'default')} ${grants.join(' ')}`,
				},
				words('redis-top acl prints the whole line for a user with just the rights that are needed'),
			],
			action: null,
		});
	},
});
