import {count} from '../text/units.js';
import {refusalEvidence, refusalsLately} from './access-refusals.js';
import {said} from './evidence.js';
import {increase} from './needs.js';
import {ask} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Users ask for what they may not: `acl_access_denied_cmd`, `_key`, `_channel` rise. Since 7.2; who it was, where
ACL LOG may be read.

- Our own denied commands count there, too: while there are any, it is not looked at.
*/
export const secDenied = nodeRule({
	id: 'sec.denied',
	raiseAfter: 1,
	appliesTo: facts => facts.record.blind.every(({kind}) => kind !== 'denied'),
	needs: {commands: increase('stats', 'acl_access_denied_cmd')},
	evaluate({commands}, facts) {
		const keys = facts.increase('stats', 'acl_access_denied_key') ?? 0;
		const channels = facts.increase('stats', 'acl_access_denied_channel') ?? 0;
		const denied = commands + keys + channels;
		return denied === 0
			? clear
			: fires('info', `denied ${count(denied)} requests for want of rights since the last sample`, {
					evidence: [
						...said(
							facts,
							['stats', 'acl_access_denied_cmd', 'count'],
							['stats', 'acl_access_denied_key', 'count'],
							['stats', 'acl_access_denied_channel', 'count'],
						),
						...refusalEvidence(refusalsLately(facts, ({lack}) => lack !== 'auth')),
					],
					meaning: 'A user lacks a right it needs, or tries what it should not.',
					next: [ask(facts, 'ACL LOG 10')],
					action: null,
				});
	},
});
