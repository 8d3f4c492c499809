import {bytes, count, percent} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {clientRows, infoNumber} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

export const cliBlocked = rule({
	id: 'cli.blocked',
	scope: 'node',
	docs: {
		looksAt: 'More than half of the clients wait in a blocking command, for a minute.',
		since: '2.4',
		falsePositives: ['Consumers of queues and streams always wait: only info. Fewer than ten clients are no crowd.'],
	},
	raiseAfterMs: 60_000,
	needs: {blocked: infoNumber('clients', 'blocked_clients'), clients: infoNumber('clients', 'connected_clients')},
	evaluate({blocked, clients}, facts) {
		const share = blocked / Math.max(1, clients);
		return clients < facts.threshold('cli.blocked.clients') || share <= facts.threshold('cli.blocked.share')
			? clear
			: fires('info', {
					problem: `${count(blocked)} of ${count(clients)} clients wait in blocking commands`,

					evidence: infoEvidence(
						facts,
						['clients', 'blocked_clients', 'count'],
						['clients', 'connected_clients', 'count'],
					),
					meaning:
						'Usual for consumers of queues; new where it is new: their producers are gone, or clients are paused.',
					next: [hint('see what they wait for: panel 4, flag b and the last command')],
					action: 'client-unblock',
				});
	},
});

export const cliMonitor = rule({
	id: 'cli.monitor',
	scope: 'node',
	docs: {
		looksAt: 'A client runs MONITOR: flag `O` in CLIENT LIST. It can halve the throughput of a busy server.',
		since: '2.4',
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {clients: clientRows},
	evaluate({clients}, facts) {
		const monitors = clients.filter(({flags}) => flags.includes('O'));
		const [first] = monitors;
		return first === undefined
			? clear
			: fires('warning', {
					problem: `${first.address}${first.name === '' ? '' : ` (${first.name})`} runs MONITOR`,

					evidence: monitors.map(({address, name, ageSeconds}) => ({
						name: `client ${address} ${name}`.trim(),
						value: ageSeconds,
						unit: 'seconds',
					})),
					meaning:
						'Every command of every client is copied to it; on a busy server that costs up to half of its throughput.',
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
			'A subscriber reads too slowly: flag `P` and more than 8 MB of output waiting, the soft limit after which the server closes it within a minute.',
		since: '2.4',
		falsePositives: [],
	},
	needs: {clients: clientRows},
	evaluate({clients}, facts) {
		const slow = clients.filter(
			({flags, outputBufferBytes = 0}) =>
				flags.includes('P') && outputBufferBytes > facts.threshold('cli.pubsub.bytes'),
		);
		const [first] = slow;
		return first === undefined
			? clear
			: fires('warning', {
					problem: `subscriber ${first.address} is ${bytes(first.outputBufferBytes)} behind`,

					evidence: slow.map(({address, outputBufferBytes = 0}) => ({
						name: `omem of ${address}`,
						value: outputBufferBytes,
						unit: 'bytes',
					})),
					meaning:
						'It reads more slowly than is published; soon the server closes its connection and it loses messages.',
					next: [
						hint('look at that client: its processor, its network'),
						redisCli(facts, 'CONFIG GET client-output-buffer-limit'),
					],
					action: 'client-kill',
				});
	},
});

/** `tracking-table-max-keys` as servers have it unless told otherwise. Source: redis.conf. */
const defaultTableKeys = 1_000_000;

export const cliTracking = rule({
	id: 'cli.tracking',
	scope: 'node',
	docs: {
		looksAt:
			"The table of client-side caching near its limit: beyond it, keys are invalidated that nobody changed. Clients in broadcast mode are counted by prefixes, which this table doesn't hold.",
		since: '6.0',
		falsePositives: [],
	},
	needs: {keys: infoNumber('stats', 'tracking_total_keys')},
	evaluate({keys}, facts) {
		const limit = Number(facts.setting('tracking-table-max-keys') ?? defaultTableKeys);
		// 0 is no limit.
		return !(limit > 0) || keys / limit < facts.threshold('cli.tracking.share')
			? clear
			: fires('warning', {
					problem: `the tracking table holds ${count(keys)} of ${count(limit)} keys (${percent(keys / limit)})`,

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
			'Many keys under WATCH: every write of one of them has to look up who watches it. Since Redis 7.4 and Valkey 8.0.',
		since: 'any',
		falsePositives: [],
	},
	needs: {watching: infoNumber('clients', 'watching_clients'), keys: infoNumber('clients', 'total_watched_keys')},
	evaluate({watching, keys}, facts) {
		return keys <= facts.threshold('cli.watch.keys')
			? clear
			: fires('info', {
					problem: `${count(watching)} clients watch ${count(keys)} keys`,

					evidence: [
						{name: 'watching_clients', value: watching, unit: 'count'},
						{name: 'total_watched_keys', value: keys, unit: 'count'},
					],
					meaning:
						'Writes to watched keys cost more, and a client that forgets UNWATCH keeps its keys until it leaves.',
					next: [hint('find who: panel 4, clients with the flag x are in MULTI, old ones come first by age')],
				});
	},
});

export const clientUseRules = [cliBlocked, cliMonitor, cliPubsub, cliTracking, cliWatch] as const;
