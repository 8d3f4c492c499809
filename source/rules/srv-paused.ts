import {said} from './evidence.js';
import {absent} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** Commands that wait by their nature: a client blocked in one of them says nothing of a pause. */
const waitingCommands =
	/^(?:blpop|brpop|brpoplpush|blmove|blmpop|bzpopmin|bzpopmax|bzmpop|xread|xreadgroup|wait|waitaof|bgsave|shutdown|module|cluster\|.*)$/i;

/**
CLIENT PAUSE holds clients back. Valkey ≥ 8.1 says so (`paused_reason`); elsewhere it shows in CLIENT LIST, when that was
asked for: clients blocked (`flags=b`) in a command that never waits.

- BLPOP and its like wait by nature.
*/
export const srvPaused = nodeRule({
	id: 'srv.paused',
	needs: {
		pause: {
			read(facts) {
				const reason = facts.text('clients', 'paused_reason');
				if (reason !== undefined) {
					return {isPaused: reason !== 'none', why: reason, isSaid: true};
				}

				const clients = facts.record.clients?.value;
				if (clients === undefined || facts.sample === undefined) {
					return undefined;
				}

				const held = clients.filter(({flags, command}) => flags.includes('b') && !waitingCommands.test(command));
				return {isPaused: held.length > 0, why: held[0]?.command ?? '', isSaid: false};
			},
			missing: () => absent('only Valkey from 8.1 on says so in INFO; elsewhere it shows in CLIENT LIST (panel 4)'),
		},
	},
	evaluate({pause}, facts) {
		if (!pause.isPaused) {
			return clear;
		}

		return fires(
			'warning',
			pause.isSaid
				? `clients are paused (${pause.why})`
				: `clients are held back in ${pause.why}: CLIENT PAUSE, likely`,
			{
				evidence: said(
					facts,
					['clients', 'paused_reason'],
					['clients', 'paused_timeout_milliseconds', 'milliseconds'],
					['clients', 'blocked_clients'],
				),
				meaning: "Their commands wait until the pause ends. One of all commands (not WRITE) can't be undone.",
				next: [ask(facts, 'CLIENT UNPAUSE'), words('a failover pauses writes for its duration by itself')],
				action: 'client-unpause',
			},
		);
	},
});
