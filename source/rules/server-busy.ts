import type {RunningFunction} from '../domain/sample.js';
import {seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {absent, answerMissing} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

export const srvBusy = rule({
	id: 'srv.busy',
	scope: 'node',
	docs: {
		looksAt: 'A script or function runs for so long that everything else is answered BUSY.',
		since: '2.6',
		falsePositives: [
			'For the first five seconds (`busy-reply-threshold`) there is no reply at all: that is conn.unresponsive.',
			"A module's command that is busy can't be killed and has words of its own.",
		],
	},
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
		return fires('critical', {
			problem: failure.text,

			evidence: [{name: 'reply', value: failure.code}],
			meaning:
				"Nothing else runs until it ends. One that has written can't be killed without losing its writes (UNKILLABLE).",
			next: [
				...(isModule ? [] : [redisCli(facts, kill)]),
				hint('UNKILLABLE: wait, or SHUTDOWN NOSAVE, which loses what was written since the last save'),
				redisCli(facts, 'SLOWLOG GET 5'),
			],
			action: isModule ? undefined : kill === 'FUNCTION KILL' ? 'function-kill' : 'script-kill',
		});
	},
});

/** Commands that wait by their nature: a client blocked in one of them says nothing of a pause. */
const waitingCommands =
	/^(?:blpop|brpop|brpoplpush|blmove|blmpop|bzpopmin|bzpopmax|bzmpop|xread|xreadgroup|wait|waitaof|bgsave|shutdown|module|cluster\|.*)$/i;

export const srvPaused = rule({
	id: 'srv.paused',
	scope: 'node',
	docs: {
		looksAt:
			'CLIENT PAUSE holds clients back. Valkey ≥ 8.1 says so (`paused_reason`); elsewhere it shows in CLIENT LIST, when that was asked for: clients blocked (`flags=b`) in a command that never waits.',
		since: 'any',
		falsePositives: ['BLPOP and its like wait by nature.'],
	},
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

		return fires('warning', {
			problem: pause.isSaid
				? `clients are paused (${pause.why})`
				: `clients are held back in ${pause.why}: CLIENT PAUSE, likely`,

			evidence: infoEvidence(
				facts,
				['clients', 'paused_reason'],
				['clients', 'paused_timeout_milliseconds', 'milliseconds'],
				['clients', 'blocked_clients'],
			),
			meaning: "Their commands wait until the pause ends. One of all commands (not WRITE) can't be undone.",
			next: [redisCli(facts, 'CLIENT UNPAUSE'), hint('a failover pauses writes for its duration by itself')],
			action: 'client-unpause',
		});
	},
});

const isHeldByFunction = ({record: {failure}}: NodeFacts): boolean =>
	failure?.state === 'busy' && /FUNCTION KILL/.test(failure.text);

export const fnEngine = rule({
	id: 'fn.engine',
	scope: 'node',
	docs: {
		looksAt:
			'A function runs for more than five seconds: FUNCTION STATS, which a busy server still answers. Of a script (EVAL) nothing is told: that is srv.busy alone.',
		since: '7.0',
		falsePositives: [],
	},
	raiseAfter: 1,
	clearAfter: 1,
	roles: ['primary', 'replica', 'unknown'],
	appliesTo: isHeldByFunction,
	needs: {
		running: {
			read: ({record}: NodeFacts): RunningFunction | undefined => record.failure?.running,
			missing: answerMissing('FUNCTION STATS'),
		},
	},
	evaluate({running: {name, durationMs}}, facts) {
		return durationMs < facts.threshold('fn.engine.seconds') * 1000
			? clear
			: fires('critical', {
					problem: `the function ${name} has been running for ${seconds(durationMs / 1000)}`,

					evidence: [
						{name: 'function', value: name},
						{name: 'duration_ms', value: durationMs, unit: 'milliseconds'},
					],
					meaning: 'Nothing else runs until it ends: every other command is answered BUSY.',
					next: [
						redisCli(facts, 'FUNCTION KILL'),
						hint(
							'UNKILLABLE: it has written; wait, or SHUTDOWN NOSAVE, which loses what was written since the last save',
						),
						hint('have whoever wrote it take smaller steps'),
					],
					action: 'function-kill',
				});
	},
});

export const serverBusyRules = [srvBusy, srvPaused, fnEngine] as const;
