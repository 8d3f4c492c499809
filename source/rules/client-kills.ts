import type {CommandRate} from '../derive/command-rates.js';
import {message} from '../domain/message.js';
import {count, perSecond} from '../text/units.js';
import {senderCulprit, sendersOf} from './client-names.js';
import {answerMissing, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const command = 'client|kill';

/** The two names of the command by which a Sentinel gives a node another primary, or makes it one. */
const roleCommands: ReadonlySet<string> = new Set(['slaveof', 'replicaof']);
/**
Calls of CLIENT KILL that come with each such command, so that clients ask for the primary again: one for normal clients,
one for subscribers. Source: Redis sentinel.c, `sentinelSendSlaveOf`.
*/
const killsOfSentinel = 2;

/** The calls of CLIENT KILL since the start and of the interval, without those of Sentinels. */
function killsOf(commands: readonly CommandRate[]) {
	const [killed, roles] = [commands.filter(each => each.command === command), commands.filter(isRoleCommand)];
	const sum = (rates: readonly CommandRate[], field: 'calls' | 'callsOfInterval') =>
		rates.reduce((total, rate) => total + (rate[field] ?? 0), 0);
	const own = (field: 'calls' | 'callsOfInterval') =>
		Math.max(0, sum(killed, field) - killsOfSentinel * sum(roles, field));
	return {calls: own('calls'), now: own('callsOfInterval')};
}

const isRoleCommand = ({command: name}: CommandRate): boolean => roleCommands.has(name);

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
			'A Sentinel disconnects the clients of each node to which it gives another role. Two calls for each REPLICAOF do not count.',
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
		const kills = killsOf(commands);
		if (kills.now === 0 || kills.calls < limits.calls || connections < limits.connections) {
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
