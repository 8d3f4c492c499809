import type {CommandRate} from '../derive/command-rates.js';
import type {ClientRow} from '../domain/client.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {count, perSecond, seconds} from '../text/units.js';
import {otherClients, presentSendersOf, senderCulprit} from './client-names.js';
import {answerMissing} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';
import {stoppedConsumers} from './stopped-consumers.js';

const listPushes = ['lpush', 'rpush', 'lpushx', 'rpushx'];

/** Commands that add entries, by the command with which a consumer waits for them in the server. */
const addersOf: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
	...['blpop', 'brpop', 'blmove', 'brpoplpush', 'blmpop'].map(command => [command, listPushes] as const),
	...['bzpopmin', 'bzpopmax', 'bzmpop'].map(command => [command, ['zadd']] as const),
	...['xread', 'xreadgroup'].map(command => [command, ['xadd']] as const),
]);

/** Fewest commands of a connection whose usual interval is known: some minutes of a slow worker. */
const fewestCommands = 20;

/**
Fewest calls of missing consumers that their average lets expect between two samples. In the minute for which the finding
is info, there are sixty times as many, at one sample a second.
*/
const fewestExpected = 0.5;

type IdleConsumers = {
	readonly name: string;
	readonly command: string;
	readonly clients: readonly ClientRow[];
	/** The shortest time for which one of them has sent nothing, in seconds. */
	readonly idleSeconds: number;
};

/**
The consumers of one name that all took entries in quick succession, and now neither ask for the next nor wait for it. A
consumer without work waits in the server (flag b). So these are at work on an entry, for many times as long as usual.
*/
function idleConsumers(
	facts: NodeFacts,
	limits: {readonly idle: number; readonly usual: number; readonly times: number},
): IdleConsumers | undefined {
	const waiting = otherClients(facts).filter(({name, command}) => name !== '' && addersOf.has(command.toLowerCase()));
	const isIdle = ({flags, ageSeconds, idleSeconds, totals}: ClientRow): boolean => {
		const usualSeconds = (ageSeconds - idleSeconds) / Math.max(1, totals?.commands ?? 0);
		return (
			!flags.includes('b') &&
			(totals?.commands ?? 0) >= fewestCommands &&
			usualSeconds <= limits.usual &&
			idleSeconds >= Math.max(limits.idle, limits.times * usualSeconds)
		);
	};
	return [...Map.groupBy(waiting, ({name, command}) => `${command.toLowerCase()} ${name}`).values()]
		.filter(clients => clients.length > 1 && clients.every(isIdle))
		.toSorted((one, other) => other.length - one.length)
		.map(clients => ({
			name: clients[0]?.name ?? '',
			command: clients[0]?.command.toLowerCase() ?? '',
			clients,
			idleSeconds: Math.min(...clients.map(({idleSeconds}) => idleSeconds)),
		}))[0];
}

const rateOf = (stats: readonly CommandRate[], names: readonly string[]): CommandRate | undefined =>
	stats
		.filter(({command}) => names.includes(command))
		.toSorted((one, other) => (other.callsPerSecond ?? 0) - (one.callsPerSecond ?? 0))[0];

const goesOn = ({command, callsPerSecond = 0}: CommandRate): Message =>
	`${command.toUpperCase()} goes on at ${perSecond(callsPerSecond)}`;

export const keyNotTaken = rule({
	id: 'key.not_taken',
	scope: 'node',
	docs: {
		looksAt:
			'Entries are added to a queue, and its consumers stopped, long before memory is full. Either no client runs the command any more with which lists were emptied since the start (BRPOP). Or all connections of one name that took an entry with BLPOP, BRPOP, XREADGROUP and the like, in quick succession, are idle without waiting in the server (CLIENT LIST, `tot-cmds`).',
		since: '2.6; connections that hang: Valkey 8.0, Redis 8.2',
		falsePositives: [
			'A deploy stops all consumers for a while. Without any consumer, the finding is info for the first minute.',
			'A consumer may have one entry that takes long. All connections of the name, at least two, must be idle for ten times as long as usual.',
			'A script may take entries. The finding about missing consumers is clear while scripts run.',
		],
	},
	thresholds: {
		rate: {value: 1, unit: 'perSecond', source: 'entries; a queue that is used'},
		absent: {value: 60, unit: 'seconds', source: 'a deploy that stops all consumers takes less'},
		idle: {value: 30, unit: 'seconds', source: 'the time limit of most calls to a database or a service'},
		usual: {value: 3, unit: 'seconds', source: 'between two commands; slower consumers may have long work'},
		times: {value: 10, unit: 'ratio', source: 'to the usual time between two commands'},
	},
	raiseAfter: 2,
	clearAfter: 2,
	roles: ['primary'],
	needs: {
		stats: {
			read: ({record}: NodeFacts) =>
				record.commands.some(({callsPerSecond}) => callsPerSecond !== undefined) ? record.commands : undefined,
			missing: answerMissing('INFO commandstats'),
		},
	},
	evaluate({stats}, facts, limits, heldMs) {
		const idle = idleConsumers(facts, limits);
		const added = idle && rateOf(stats, addersOf.get(idle.command) ?? []);
		if (idle !== undefined && (added?.callsPerSecond ?? 0) >= limits.rate && added !== undefined) {
			const client = nameOf('client', idle.name);
			const command = idle.command.toUpperCase();
			return fires('warning', {
				problem: message`has consumers that hang: ${client} asks for no entry`,
				detail: message`${count(idle.clients.length)} connections idle for ${seconds(idle.idleSeconds)} after ${command}`,
				reason: goesOn(added),
				culprit: {client, command},
				evidence: [
					{name: 'connections idle', value: idle.clients.length, unit: 'count'},
					{name: 'idle for at least', value: seconds(idle.idleSeconds)},
					{name: added.command.toUpperCase(), value: added.callsPerSecond ?? 0, unit: 'perSecond'},
				],
				meaning:
					'They took an entry each, and neither ask for the next nor wait for it. A consumer that waits for a database, a lock or another service looks so. Its queue grows.',
				next: [
					hint(message`look into ${client}: its log, a stack of its threads; what does it wait for?`),
					hint('then restart it: an entry that BLPOP or BRPOP took is lost with it, one of XREADGROUP stays pending'),
					redisCli(facts, 'CLIENT LIST'),
				],
			});
		}

		const pushed = rateOf(stats, listPushes);
		const stopped =
			(pushed?.callsPerSecond ?? 0) >= limits.rate
				? stoppedConsumers(facts, pushed?.command, fewestExpected)
				: undefined;
		if (stopped === undefined || pushed === undefined) {
			return clear;
		}

		const senders = presentSendersOf(facts, pushed.command, pushed.callsPerSecond ?? 0);
		return fires(heldMs < limits.absent * 1000 ? 'info' : 'warning', {
			problem: message`gets list entries${senders?.text ?? ''} that nobody takes`,
			detail: goesOn(pushed),
			reason: stopped.text,
			culprit: senderCulprit(pushed.command.toUpperCase(), senders),
			evidence: [
				{name: pushed.command.toUpperCase(), value: pushed.callsPerSecond ?? 0, unit: 'perSecond'},
				...stopped.evidence,
			],
			meaning: 'The workers of the queue do not run, or cannot connect. What they should do is not done.',
			next: [...stopped.next, redisCli(facts, 'CLIENT LIST')],
		});
	},
});

export const idleConsumerRules = [keyNotTaken] as const;
