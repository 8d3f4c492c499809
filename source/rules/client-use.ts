import {message} from '../domain/message.js';
import {mebibyte} from '../domain/threshold.js';
import {bytes, count, percent} from '../text/units.js';
import {addressName, clientName, clientText} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {flaggedClients, infoNumber} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

export const cliBlocked = rule({
	id: 'cli.blocked',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes the share of clients that wait in a blocking command: `blocked_clients` of `connected_clients`.',
		since: '2.4',
		falsePositives: [
			'Consumers of queues and streams always wait. The finding is only info.',
			'A share of fewer than ten clients says little. The rule is clear below ten clients.',
		],
	},
	thresholds: {
		share: {value: 0.5, unit: 'share', source: 'of the connected clients'},
		clients: {value: 10, unit: 'count', source: 'a share of fewer clients says little'},
	},
	raiseAfterMs: 60_000,
	needs: {blocked: infoNumber('clients', 'blocked_clients'), clients: infoNumber('clients', 'connected_clients')},
	evaluate({blocked, clients}, facts, limits) {
		const share = blocked / Math.max(1, clients);
		return clients < limits.clients || share <= limits.share
			? clear
			: fires('info', {
					problem: 'has many clients waiting',
					detail: `${count(blocked)} of ${count(clients)} in blocking commands`,
					evidence: infoEvidence(
						facts,
						['clients', 'blocked_clients', 'count'],
						['clients', 'connected_clients', 'count'],
					),
					meaning:
						'Consumers of queues usually wait. If it is new here, their producers may be gone, or clients are paused.',
					next: [hint('see what they wait for: panel 4, flag b and the last command')],
					action: 'client-unblock',
				});
	},
});

export const cliMonitor = rule({
	id: 'cli.monitor',
	scope: 'node',
	docs: {
		looksAt:
			'The rule looks for clients with the flag `O` in CLIENT LIST. Such a client runs MONITOR, which can halve the throughput of a busy server.',
		since: '2.4',
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {clients: flaggedClients},
	evaluate({clients}, facts) {
		const monitors = clients.filter(({flags}) => flags.includes('O'));
		const [first] = monitors;
		return first === undefined
			? clear
			: fires('warning', {
					problem: message`runs MONITOR for ${clientText(first)}`,
					culprit: {client: clientName(first), command: 'MONITOR'},
					evidence: monitors.flatMap(client => [
						{name: 'client', value: clientText(client)},
						{name: 'age', value: client.ageSeconds, unit: 'seconds' as const},
					]),
					meaning:
						'The server copies every command of every client to it. On a busy server that costs up to half of the throughput.',
					next: [hint('end it where it runs'), redisCli(facts, `CLIENT KILL ID ${first.id}`)],
					action: 'client-kill',
				});
	},
});

export const cliPubsub = rule({
	id: 'cli.pubsub',
	scope: 'node',
	docs: {
		looksAt:
			'The rule looks for subscribers in CLIENT LIST (flag `P`) with more than 8 MB in the output buffer (`omem`). 8 MB is the soft limit: the server disconnects a subscriber that exceeds it for a minute.',
		since: '2.4',
		falsePositives: ['A large reply fills the output buffer of other clients too. Only subscribers count.'],
	},
	thresholds: {
		bytes: {
			value: 8 * mebibyte,
			unit: 'bytes',
			source: "the soft limit of a subscriber's buffer, redis.conf",
		},
	},
	needs: {clients: flaggedClients},
	evaluate({clients}, facts, limits) {
		const slow = clients.filter(
			({flags, outputBufferBytes = 0}) => flags.includes('P') && outputBufferBytes > limits.bytes,
		);
		const [first] = slow;
		const isUnlimited = /(?:^| )pubsub 0 0 /.test(facts.setting('client-output-buffer-limit') ?? '');
		return first === undefined
			? clear
			: fires('warning', {
					problem: message`has a subscriber that reads too slowly${first.name === '' ? '' : message` (${clientName(first)})`}`,
					detail: message`${addressName(first)} is ${bytes(first.outputBufferBytes)} behind`,
					briefProblems: [message`has a slow subscriber (${clientName(first)})`, 'has a slow subscriber'],
					culprit: {client: clientName(first)},
					evidence: slow.flatMap(client => [
						{name: 'client', value: clientText(client)},
						{name: 'omem', value: client.outputBufferBytes ?? 0, unit: 'bytes' as const},
					]),
					meaning: isUnlimited
						? 'It reads more slowly than others publish. Its buffer has no limit (client-output-buffer-limit): it grows until the memory is full.'
						: 'It reads more slowly than others publish. Soon the server disconnects it, and it loses messages.',
					next: [
						hint('look at that client: its processor, its network'),
						redisCli(
							facts,
							isUnlimited
								? 'CONFIG SET client-output-buffer-limit "pubsub 32mb 8mb 60"'
								: 'CONFIG GET client-output-buffer-limit',
						),
					],
					action: 'client-kill',
				});
	},
});

/** The default of `tracking-table-max-keys`. Source: redis.conf. */
const defaultTableKeys = 1_000_000;

export const cliTracking = rule({
	id: 'cli.tracking',
	scope: 'node',
	docs: {
		looksAt:
			'The rule compares the size of the invalidation table of client-side caching, `tracking_total_keys`, with `tracking-table-max-keys`. Above the limit the server invalidates keys that nobody changed.',
		since: '6.0',
		falsePositives: ['Clients in broadcast mode need no entries in the table. Their prefixes do not count.'],
	},
	thresholds: {
		share: {value: 0.8, unit: 'share', source: 'of tracking-table-max-keys; leaves time to raise it'},
	},
	needs: {keys: infoNumber('stats', 'tracking_total_keys')},
	evaluate({keys}, facts, limits) {
		const limit = Number(facts.setting('tracking-table-max-keys') ?? defaultTableKeys);
		// A `tracking-table-max-keys` of 0 means no limit.
		return !(limit > 0) || keys / limit < limits.share
			? clear
			: fires('warning', {
					problem: 'has a nearly full tracking table',
					detail: `${count(keys)} of ${count(limit)} keys (${percent(keys / limit)})`,
					evidence: [
						{name: 'tracking_total_keys', value: keys, unit: 'count'},
						{name: 'tracking-table-max-keys', value: limit, unit: 'count'},
					],
					meaning: 'When it is full, keys are dropped from clients’ caches although nobody changed them.',
					next: [
						hint('raise tracking-table-max-keys: a key takes about a hundred bytes'),
						hint('let clients track less: OPTIN, or prefixes in broadcast mode'),
					],
				});
	},
});

export const cliWatch = rule({
	id: 'cli.watch',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads the number of keys under WATCH (`total_watched_keys`), in Redis since 7.4 and Valkey since 8.0. At each write to such a key the server looks up the clients that watch it.',
		since: '7.4',
		falsePositives: [],
	},
	thresholds: {
		keys: {value: 1000, unit: 'count', source: 'short transactions watch fewer keys at once'},
	},
	needs: {watching: infoNumber('clients', 'watching_clients'), keys: infoNumber('clients', 'total_watched_keys')},
	evaluate({watching, keys}, _facts, limits) {
		return keys <= limits.keys
			? clear
			: fires('info', {
					problem: 'has many keys under WATCH',
					detail: `${count(keys)} by ${count(watching)} clients`,
					evidence: [
						{name: 'watching_clients', value: watching, unit: 'count'},
						{name: 'total_watched_keys', value: keys, unit: 'count'},
					],
					meaning:
						'Writes to watched keys cost more. A client that forgets UNWATCH keeps its keys until it disconnects.',
					next: [hint('find who: panel 4, clients with the flag x are in MULTI, old ones come first by age')],
				});
	},
});

export const clientUseRules = [cliBlocked, cliMonitor, cliPubsub, cliTracking, cliWatch] as const;
