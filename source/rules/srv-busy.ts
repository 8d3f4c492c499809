import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A script or function runs for so long that everything else is answered BUSY. Since 2.6.

- For the first five seconds (`busy-reply-threshold`) there is no reply at all: that is conn.unresponsive.
- A module's command that is busy can't be killed and has words of its own.
*/
export const srvBusy = nodeRule({
	id: 'srv.busy',
	raiseAfter: 1,
	clearAfter: 1,
	roles: ['primary', 'replica', 'unknown'],
	needs: {},
	evaluate(_, facts) {
		const {failure} = facts.record;
		if (failure?.state !== 'busy') {
			return clear;
		}

		const isModule = /module/.test(failure.text);
		const kill = /FUNCTION KILL/.test(failure.text) ? 'FUNCTION KILL' : 'SCRIPT KILL';
		return fires('critical', failure.text, {
			evidence: [{name: 'reply', value: failure.code}],
			meaning:
				"Nothing else runs until it ends. One that has written can't be killed without losing its writes (UNKILLABLE).",
			next: [
				...(isModule ? [] : [ask(facts, kill)]),
				words('UNKILLABLE: wait, or SHUTDOWN NOSAVE, which loses what was written since the last save'),
				ask(facts, 'SLOWLOG GET 5'),
			],
			action: isModule ? null : kill === 'FUNCTION KILL' ? 'function-kill' : 'script-kill',
		});
	},
});
