import {message} from '../domain/message.js';
import {count, seconds} from '../text/units.js';
import {namedClients, otherClients} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {clientRows} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

/** WAIT waits for acknowledgements of replicas, WAITAOF (7.2) also for the append-only file. */
const waits: ReadonlySet<string> = new Set(['wait', 'waitaof']);

export const cliWait = rule({
	id: 'cli.wait',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads CLIENT LIST. It counts clients that are blocked (`flags=b`) in WAIT or WAITAOF for longer than five seconds. The finding is critical on a primary without a replica, because nothing ends the wait. Shorter waits in WAIT count there as well, as a warning: each WAIT lasts until its timeout.',
		since: '3.0',
		falsePositives: [
			'A client may wait for a slow replica. A replica acknowledges each second, so shorter waits do not count.',
		],
	},
	thresholds: {seconds: {value: 5, unit: 'seconds', source: 'a replica acknowledges each second'}},
	roles: ['primary'],
	needs: {clients: clientRows},
	evaluate(_, facts, limits) {
		const online = facts.record.replicas.filter(({state}) => state === 'online').length;
		// WAITAOF may wait for the local file alone, so only WAIT surely lasts until its timeout without a replica.
		const waiting = otherClients(facts).filter(
			({command, flags, idleSeconds}) =>
				flags.includes('b') &&
				waits.has(command.toLowerCase()) &&
				(idleSeconds >= limits.seconds || (online === 0 && command.toLowerCase() === 'wait')),
		);
		const [first, ...more] = namedClients(waiting);
		if (first === undefined) {
			return clear;
		}

		const command = waiting[0]?.command.toUpperCase() ?? 'WAIT';
		const longest = Math.max(...waiting.map(({idleSeconds}) => idleSeconds));
		const others = more.length === 0 ? '' : message` and ${more.length} more`;
		const isLong = longest >= limits.seconds;
		return fires(online === 0 && isLong ? 'critical' : 'warning', {
			problem: message`keeps clients of ${first.name}${others} waiting in ${command}`,
			detail: isLong
				? `${count(waiting.length)} of them, up to ${seconds(longest)}`
				: `${count(waiting.length)} of them, each until its timeout`,
			reason:
				online === 0
					? `it has no replica that could acknowledge${command === 'WAITAOF' ? ', or waits for its disk' : ''}`
					: `${count(online)} ${online === 1 ? 'replica has' : 'replicas have'} not acknowledged enough`,
			effect: isLong ? 'writes-paused' : 'slow',
			culprit: more.length === 0 ? {client: first.name, command} : {command},
			evidence: [
				{name: `clients in ${command}`, value: waiting.length, unit: 'count'},
				{name: 'longest wait', value: longest, unit: 'seconds'},
				{name: 'replicas online', value: online, unit: 'count'},
				...infoEvidence(facts, ['clients', 'blocked_clients', 'count']),
			],
			meaning:
				'Their writes are done here, and the clients wait until enough replicas have them. With a timeout of 0 they wait forever.',
			next: [
				hint('attach a replica, or find out why its replicas do not acknowledge: panel 3'),
				redisCli(facts, 'INFO replication'),
				hint('CLIENT UNBLOCK ID ends one wait; the client then gets the number of replicas that have acknowledged'),
			],
			action: 'client-unblock',
		});
	},
});

export const waitRules = [cliWait] as const;
