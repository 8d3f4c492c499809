import {message} from '../domain/message.js';
import {count, perSecond} from '../text/units.js';
import {senderCulprit, sendersOf} from './client-names.js';
import {answerMissing, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const command = 'client|kill';

export const cliKilled = rule({
	id: 'cli.killed',
	scope: 'node',
	docs: {
		looksAt:
			'Clients are disconnected by CLIENT KILL again and again, and connect again: `cmdstat_client|kill` and `total_connections_received`. redis-top asks the node in focus for INFO commandstats.',
		since: '7.0',
		falsePositives: [
			'An operator closes a connection now and then. The rule needs several calls, and clients that connect again.',
			'Connections are closed once when a password was changed. The rule needs several calls.',
		],
	},
	thresholds: {
		calls: {value: 5, unit: 'count', source: 'since the start; an operator sends fewer'},
		connections: {value: 2, unit: 'perSecond', source: 'new connections; a pool connects at once'},
	},
	raiseAfter: 1,
	clearAfter: 10,
	needs: {
		commands: {
			read: ({record}: NodeFacts) =>
				record.commands.some(({callsOfInterval}) => callsOfInterval !== undefined) ? record.commands : undefined,
			missing: answerMissing('INFO commandstats'),
		},
		connections: rate('stats', 'total_connections_received'),
	},
	evaluate({commands, connections}, facts, limits) {
		const kills = commands.find(each => each.command === command);
		const isAgain = (kills?.callsOfInterval ?? 0) > 0 && (kills?.calls ?? 0) >= limits.calls;
		if (kills === undefined || !isAgain || connections < limits.connections) {
			return clear;
		}

		const senders = sendersOf(facts, command);
		return fires('warning', {
			problem: message`has its clients disconnected by CLIENT KILL${senders?.text ?? ''}`,
			detail: `${count(kills.calls)} times since its start, ${perSecond(connections)} new connections`,
			effect: 'slow',
			culprit: senderCulprit('CLIENT KILL', senders),
			evidence: [
				{name: `cmdstat_${command} calls`, value: kills.calls, unit: 'count'},
				{name: 'new connections', value: connections, unit: 'perSecond'},
			],
			meaning: 'Requests that were under way fail, and each client connects and logs in again.',
			next: [
				senders?.only === undefined
					? hint('find who sends it: panel 4, by last command; often it is a cron job or a watchdog')
					: hint(message`stop ${senders.only}, or let it close chosen connections alone: CLIENT KILL ID`),
				redisCli(facts, 'CLIENT LIST'),
			],
		});
	},
});

export const clientKillRules = [cliKilled] as const;
