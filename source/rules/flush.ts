import type {ClientRow} from '../domain/client.js';
import {message} from '../domain/message.js';
import {count, seconds} from '../text/units.js';
import {clientName, otherClients} from './client-names.js';
import {clientRows} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const flushes: ReadonlySet<string> = new Set(['flushall', 'flushdb', 'swapdb']);

/**
The client that emptied a database last. Only clients count whose last command emptied a database. Undefined if CLIENT
LIST shows no such client.
*/
export function lastFlusher(facts: NodeFacts): ClientRow | undefined {
	const [last] = otherClients(facts)
		.filter(({command}) => flushes.has(command.toLowerCase()))
		.toSorted((one, other) => one.idleSeconds - other.idleSeconds);
	return last;
}

export const keyFlush = rule({
	id: 'key.flush',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads CLIENT LIST. It fires where the last command of a connection was FLUSHALL, FLUSHDB or SWAPDB, within ten minutes. So redis-top sees a deletion that happened before its start.',
		since: '2.4',
		falsePositives: [
			'A declared cache may be emptied on purpose. The finding is only info with `role = "cache"`.',
			'A connection that sends another command, or ends, no longer shows the deletion.',
		],
	},
	thresholds: {recent: {value: 600, unit: 'seconds', source: 'then it is news no more'}},
	raiseAfter: 1,
	roles: ['primary'],
	needs: {clients: clientRows},
	evaluate(_, facts, limits) {
		const client = lastFlusher(facts);
		if (client === undefined || client.idleSeconds > limits.recent) {
			return clear;
		}

		const command = client.command.toUpperCase();
		const calls = facts.record.commands.find(rate => rate.command === client.command.toLowerCase())?.calls ?? 0;
		return fires(facts.settings.isCache ? 'info' : 'warning', {
			problem: message`ran ${command} from ${clientName(client)}`,
			detail: `${seconds(client.idleSeconds)} ago${calls > 1 ? `, ${count(calls)} times since its start` : ''}`,
			tells: 'moment',
			effect: 'data-lost',
			culprit: {client: clientName(client), command},
			evidence: [
				{name: 'client', value: message`${clientName(client)}`},
				{name: 'ago', value: client.idleSeconds, unit: 'seconds'},
				...(calls === 0 ? [] : [{name: `calls of ${client.command}`, value: calls, unit: 'count' as const}]),
			],
			meaning: 'It emptied a database. The replicas and the append-only file lost the keys as well.',
			next: [
				hint('stop what sends it; a test or a job may have the wrong address'),
				hint('keep the RDB file: copy it away before a save replaces it'),
				redisCli(facts, 'INFO commandstats'),
				...logSteps(facts),
			],
			action: 'client-kill',
		});
	},
});

export const flushRules = [keyFlush] as const;
