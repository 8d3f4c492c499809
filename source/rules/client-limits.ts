import {clientLimit} from '../derive/client-limit.js';
import {mainNewcomer, nextNewcomers} from '../derive/seen-newcomers.js';
import type {ClientRow} from '../domain/client.js';
import type {NextStep} from '../domain/finding.js';
import {message, type Name, nameOf} from '../domain/message.js';
import {count, percent, perSecond} from '../text/units.js';
import {type NamedClients, namedClients, otherClients} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {clientsOfConfig, type FileLimit, fileLimitOf, fileLimitSteps, filesAllow, reservedFiles} from './file-limit.js';
import {type HeldThread, heldThread} from './held-thread.js';
import {idleConnections, idleSteps} from './idle-connections.js';
import {absent, answerMissing, clientRows, hostFact, increase, infoNumber, rate, setting} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';

const settingsMissing = answerMissing('CONFIG GET');
const limitUnknown = absent('neither INFO nor CONFIG GET of this server says maxclients');

export const maxClients = {
	read: ({record, sample}: NodeFacts) => (sample === undefined ? undefined : clientLimit({...record, sample})),
	missing: (facts: NodeFacts) => (facts.record.config === undefined ? settingsMissing(facts) : limitUnknown),
};

/**
The clients with one name that together hold more than half of the used connections. Undefined if no name does, or if
CLIENT LIST was not read.
*/
export function mainHolder(facts: NodeFacts, used: number): NamedClients | undefined {
	const [first] = namedClients(otherClients(facts));
	return first !== undefined && first.connections > used / 2 ? first : undefined;
}

/** The limit of open files that lowered `maxclients` to its present value; undefined if none did. */
function loweredLimit({record}: NodeFacts, clients: number | undefined): FileLimit | undefined {
	const limit = fileLimitOf(record);
	return limit?.clients === clients ? limit : undefined;
}

/** The steps for more clients. The server refuses the action while a limit of open files stands in its way. */
const raising = (lowered: FileLimit | undefined, steps: readonly NextStep[], thread?: HeldThread) =>
	lowered === undefined
		? // Clients that wait for a command that holds the thread fill a larger limit as well.
			{
				next: [...(thread?.next ?? []), ...steps],
				action: thread === undefined ? ('set-maxclients' as const) : undefined,
			}
		: {next: [...fileLimitSteps(lowered), ...steps.slice(0, 1)]};

/** The largest `maxclients` up to `asked` that the server takes: it refuses one above its limit of open files. */
const mostClients = ({record}: NodeFacts, asked: number): number =>
	Math.min(asked, fileLimitOf(record)?.clients ?? asked);

export const cliMax = rule({
	id: 'cli.max',
	scope: 'node',
	docs: {
		looksAt:
			'The rule computes the share of `maxclients` in use: `connected_clients`, `connected_slaves` and `cluster_connections` together. INFO has `maxclients` since 6.2. For older servers the rule reads CONFIG GET.',
		since: 'any',
		falsePositives: ["redis-top's own two connections are included. They are negligible beside the default of 10,000."],
	},
	thresholds: {
		warning: {value: 0.8, unit: 'share', source: 'leaves time to find a leak'},
		critical: {value: 0.9, unit: 'share', source: 'awesome-prometheus-alerts'},
	},
	needs: {clients: infoNumber('clients', 'connected_clients'), limit: maxClients},
	evaluate({clients, limit}, facts, limits) {
		const links = facts.number('clients', 'cluster_connections') ?? 0;
		const used = clients + (facts.number('replication', 'connected_slaves') ?? 0) + links;
		const share = used / limit;
		if (limit <= 0 || share < limits.warning) {
			return clear;
		}

		const holder = mainHolder(facts, used);
		const idle = idleConnections(facts, used);
		const lowered = loweredLimit(facts, limit);
		const asked = lowered === undefined ? clientsOfConfig(facts.record, limit) : undefined;
		// Connections that nobody uses, and a lowered limit, are full by themselves. Others may be waiting for replies.
		const thread = idle === undefined && lowered === undefined && asked === undefined ? heldThread(facts) : undefined;
		const unlikeConfig = asked === undefined ? '' : `, not the ${asked} of its config`;
		const held = holder === undefined ? '' : message`, ${count(holder.connections)} by ${holder.name}`;
		const taken =
			holder === undefined
				? `all ${count(limit)} connections are taken${unlikeConfig}`
				: message`${holder.name} has ${count(holder.connections)} of ${count(limit)} connections${unlikeConfig}`;
		return fires(share >= limits.critical ? 'critical' : 'warning', {
			...(used >= limit
				? {
						problem: 'turns new clients away',
						...(idle !== undefined
							? {reason: message`${count(idle.connections)} of ${count(limit)} are idle, from ${idle.name}`}
							: lowered === undefined
								? thread === undefined
									? {reason: taken}
									: {detail: holder === undefined ? undefined : taken, reason: thread.reason}
								: {detail: holder === undefined ? undefined : taken, reason: filesAllow(lowered)}),
					}
				: {
						problem: 'has few connections left',
						detail: message`${count(used)} of ${count(limit)} taken (${percent(share)})${held}`,
						reason:
							idle !== undefined
								? message`${count(idle.connections)} are idle, from ${idle.name}`
								: asked === undefined
									? thread?.reason
									: `maxclients is not the ${asked} of its config`,
					}),
			effect: used >= limit ? 'connections-refused' : undefined,
			...(thread !== undefined
				? {culprit: thread.culprit}
				: idle === undefined && holder === undefined
					? {}
					: {culprit: {client: (idle ?? holder)?.name}}),
			evidence: [
				{name: 'connections', value: used, unit: 'count'},
				{name: 'maxclients', value: limit, unit: 'count'},
				...(idle === undefined
					? []
					: [{name: 'none of them used for', value: idle.idleSeconds, unit: 'seconds' as const}]),
				...(thread?.evidence ?? []),
				...infoEvidence(facts, ['clients', 'connected_clients', 'count'], ['clients', 'blocked_clients', 'count']),
			],
			meaning: message`${lowered === undefined ? '' : message`Its config asks for ${lowered.asked} clients; the limit of open files at its start lowered them. Now ${taken}. `}When none is left, new clients get an error and are disconnected, redis-top among them.`,
			...raising(
				lowered,
				[
					...(idle === undefined ? [] : idleSteps(facts, idle)),
					...(asked === undefined
						? []
						: [hint(`set it back over a connection that is open: CONFIG SET maxclients ${mostClients(facts, asked)}`)]),
					holder === undefined
						? hint('find who holds them: panel 4 counts them by address, name or user')
						: hint(message`ask why ${holder.name} holds so many: does it close what it opens, is its pool limited`),
					redisCli(facts, 'CONFIG GET timeout'),
					hint('close what leaks, or raise maxclients (and the limit of open files with it)'),
				],
				thread,
			),
		});
	},
});

export const cliRejected = rule({
	id: 'cli.rejected',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `rejected_connections` grows. A server with the default log level logs nothing about it.',
		since: '2.4',
		falsePositives: [
			'The counter includes connections that protected mode refuses. The text of the finding names both causes.',
		],
	},
	raiseAfter: 1,
	clearAfter: 10,
	needs: {rejected: increase('stats', 'rejected_connections')},
	evaluate({rejected}, facts) {
		const limit = facts.number('clients', 'maxclients');
		const lowered = loweredLimit(facts, limit);
		const share = limit === undefined ? 0 : (facts.number('clients', 'connected_clients') ?? 0) / limit;
		// Protected mode turns clients of other hosts away while there is room.
		const isFull = rejected > 0 && lowered === undefined && share >= facts.limitsOf(cliMax).warning;
		const thread = isFull ? heldThread(facts) : undefined;
		return rejected === 0
			? clear
			: fires('critical', {
					problem: 'turns new clients away',
					detail: `${count(rejected)} since the last sample`,
					reason: thread?.reason,
					culprit: thread?.culprit,
					effect: 'connections-refused',
					evidence: [
						{name: 'rejected_connections, since the sample before', value: rejected, unit: 'count'},
						...(thread?.evidence ?? []),
						...infoEvidence(facts, ['clients', 'connected_clients', 'count'], ['clients', 'maxclients', 'count']),
					],
					meaning:
						'Clients that connect now get an error and are disconnected: maxclients is reached, or protected mode refuses other hosts.',
					...raising(
						lowered,
						[
							hint('find who holds the connections: panel 4 counts them by address, name or user'),
							hint('close what leaks, or raise maxclients'),
						],
						thread,
					),
				});
	},
});

export const cliFdlimit = rule({
	id: 'cli.fdlimit',
	scope: 'node',
	docs: {
		looksAt:
			"The rule compares the process's limit of open files with `maxclients` plus 32, the files that the server keeps for itself. The limit is known only if the server runs on this machine.",
		since: 'any',
		falsePositives: [],
	},
	needs: {limit: hostFact(({process}) => process?.openFilesLimit), clients: setting('maxclients')},
	evaluate({limit, clients}) {
		const needed = Number(clients) + reservedFiles;
		return limit >= needed
			? clear
			: fires('warning', {
					problem: 'may open too few files',
					detail: `${limit} where maxclients ${clients} needs ${needed}`,
					evidence: [
						{name: 'open files limit', value: limit, unit: 'count'},
						{name: 'maxclients', value: Number(clients), unit: 'count'},
					],
					meaning: 'It runs out of file descriptors before maxclients: connections then fail without a clear error.',
					next: [hint('raise LimitNOFILE of its unit (or ulimit -n), then restart'), hint('or lower maxclients')],
				});
	},
});

/**
The clients that connected within the last second. CLIENT LIST may be older than INFO. A client that was one second old
in CLIENT LIST may have kept its connection since then, so its age alone is not enough. Ids rise in the order of
arrival: a client of the last second has one of the highest ids.
*/
function newClients(facts: NodeFacts, connectionsPerSecond: number): readonly ClientRow[] {
	const received = facts.number('stats', 'total_connections_received') ?? Number.POSITIVE_INFINITY;
	return otherClients(facts).filter(({id, ageSeconds}) => ageSeconds <= 1 && id > received - connectionsPerSecond);
}

/**
Whose most of the new connections are: the name of the clients, or their host without a name. The readings of CLIENT LIST
of the last minute count, else the clients that the last reading shows. Undefined if nobody has more than half.
*/
export function mainArrival(facts: NodeFacts, connectionsPerSecond: number): Name | undefined {
	const {newcomers} = facts.memory;
	const atMs = facts.record.clients?.atMs ?? facts.nowMs;
	const key = mainNewcomer(
		newcomers.length > 0
			? newcomers
			: nextNewcomers([], {atMs, value: newClients(facts, connectionsPerSecond).map(row => ({...row, ageSeconds: 0}))}),
	);
	return key === undefined ? undefined : nameOf('client', key);
}

/** Least time, milliseconds, for which a server that stands still lets clients time out and connect again. */
const longBlockMs = 500;

/** Milliseconds after such a time in which clients that gave up are still connecting. */
const afterBlockMs = 5000;

/**
Whether the server stood still a moment ago: a command held it, or a poll waited. Clients time out then and connect again,
and the server accepts all waiting connections at once, those included whose clients have gone.
*/
function hasJustStoodStill(facts: NodeFacts): boolean {
	const {sample, earlier, record, nowMs} = facts;
	const serverMs = (facts.number('server', 'server_time_usec') ?? nowMs * 1000) / 1000;
	const sinceMs = serverMs - ((sample?.atMs ?? nowMs) - (earlier?.atMs ?? nowMs)) - afterBlockMs;
	return (
		// A poll that waits while the one beside it does not shows a moment. Both wait under a lasting load.
		[sample, earlier].filter(each => (each?.roundTripMs ?? 0) >= longBlockMs).length === 1 ||
		(record.slowlog?.value.entries ?? []).some(
			({atMs, durationMicroseconds}) => atMs >= sinceMs && durationMicroseconds >= longBlockMs * 1000,
		)
	);
}

export const cliChurn = rule({
	id: 'cli.churn',
	scope: 'node',
	docs: {
		looksAt:
			'The rule compares new connections per second (`total_connections_received`) with commands (`total_commands_processed`). It fires above a hundred connections a second, if there is one for every ten commands.',
		since: '2.4',
		falsePositives: [
			'Health checks connect for each request too. They make fewer than a hundred connections a second.',
			'A server that stood still accepts all waiting connections at once. The rule is clear for five seconds after a command of half a second.',
		],
	},
	thresholds: {
		rate: {value: 100, unit: 'perSecond', source: 'health checks make fewer connections'},
		share: {value: 0.1, unit: 'share', source: 'of the commands: one connection for ten commands'},
	},
	needs: {
		connections: rate('stats', 'total_connections_received'),
		commands: rate('stats', 'total_commands_processed'),
	},
	evaluate({connections, commands}, facts, limits) {
		const isChurning = connections > limits.rate && connections > limits.share * commands;
		if (!isChurning || hasJustStoodStill(facts)) {
			return clear;
		}

		const from = mainArrival(facts, connections);
		return fires('warning', {
			problem: message`gets too many new connections${from === undefined ? '' : message` from ${from}`}`,
			detail: `${perSecond(connections)} for ${perSecond(commands)} commands`,
			culprit: from && {client: from},
			evidence: [
				{name: 'connections', value: connections, unit: 'perSecond'},
				{name: 'commands', value: commands, unit: 'perSecond'},
			],
			meaning:
				'A client connects for each request instead of keeping a pool. Most of the work is connecting, and with TLS each connection costs a handshake.',
			next: [
				...(from === undefined ? [hint('find it: panel 4, sorted by age, youngest first')] : []),
				hint('let it keep its connections: a pool, or persistent connections (pconnect in PHP)'),
			],
		});
	},
});

export const cliTimeoutsOff = rule({
	id: 'cli.timeouts_off',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether the server settings `timeout` and `tcp-keepalive` are both 0. The default of `tcp-keepalive` is 300.',
		since: 'any',
		falsePositives: [
			'The default `timeout 0` alone is harmless, because keepalive closes connections of dead clients. Both settings must be 0.',
		],
	},
	needs: {timeout: setting('timeout'), keepalive: setting('tcp-keepalive')},
	evaluate({timeout, keepalive}, facts) {
		return timeout !== '0' || keepalive !== '0'
			? clear
			: advises(facts, {
					problem: 'never closes connections of dead clients',
					evidence: [
						{name: 'timeout', value: timeout},
						{name: 'tcp-keepalive', value: keepalive},
					],
					meaning: 'A client whose machine or network died keeps its connection until maxclients is reached.',
					next: [redisCli(facts, 'CONFIG SET tcp-keepalive 300')],
					adviceCost: 'one empty packet a connection every five minutes',
				});
	},
});

export const cliIdleHog = rule({
	id: 'cli.idle_hog',
	scope: 'node',
	docs: {
		looksAt:
			'The rule counts the connections of each address in CLIENT LIST. It fires where one address holds more than half of them, and more than a thousand.',
		since: '2.4',
		falsePositives: ['A proxy and address translation look the same. The text of the finding says so.'],
	},
	thresholds: {
		clients: {value: 1000, unit: 'count', source: 'a connection pool may have as many'},
		share: {value: 0.5, unit: 'share', source: 'of all connections'},
	},
	needs: {clients: clientRows},
	evaluate({clients}, facts, limits) {
		const hosts = new Map<string, number>();
		for (const {address} of clients) {
			const host = address.replace(/:\d+$/, '');
			hosts.set(host, (hosts.get(host) ?? 0) + 1);
		}

		const [host, held] = [...hosts].sort(([, one], [, other]) => other - one)[0] ?? ['', 0];
		const client = nameOf('client', host);
		const isHog = held > limits.clients && held > limits.share * clients.length;
		return isHog
			? fires('warning', {
					problem: 'has most connections from one address',
					detail: message`${client} holds ${count(held)} of ${count(clients.length)}`,
					culprit: {client},
					evidence: [
						{name: 'connections of one address', value: held, unit: 'count'},
						{name: 'connections', value: clients.length, unit: 'count'},
					],
					meaning: 'A client on one machine leaks connections, or the machine is a proxy for many clients.',
					next: [hint('see its names and ages: panel 4, filter by the address'), redisCli(facts, 'CONFIG GET timeout')],
					action: 'client-kill',
				})
			: clear;
	},
});

export const clientLimitsRules = [cliMax, cliRejected, cliFdlimit, cliChurn, cliTimeoutsOff, cliIdleHog] as const;
