import {count, percent, perSecond} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {answerMissing, clientRows, hostFact, increase, infoNumber, rate, setting} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';

/** In INFO since 6.2; a setting before. */
const maxClients = {
	read: (facts: NodeFacts) => facts.number('clients', 'maxclients') ?? numeric(facts.setting('maxclients')),
	missing: answerMissing('CONFIG GET'),
};

const numeric = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

export const cliMax = rule({
	id: 'cli.max',
	scope: 'node',
	docs: {
		looksAt: 'Connections near `maxclients`: clients, replicas and cluster links count together.',
		since: '6.2 (maxclients in INFO), before by CONFIG GET',
		falsePositives: ["Redis-top's own two connections are among them."],
	},
	needs: {clients: infoNumber('clients', 'connected_clients'), limit: maxClients},
	evaluate({clients, limit}, facts) {
		const links = facts.number('clients', 'cluster_connections') ?? 0;
		const used = clients + (facts.number('replication', 'connected_slaves') ?? 0) + links;
		const share = used / limit;
		if (limit <= 0 || share < facts.threshold('cli.max.warning')) {
			return clear;
		}

		const isFull = share >= facts.threshold('cli.max.critical');
		return fires(isFull ? 'critical' : 'warning', {
			problem: `${count(used)} of ${count(limit)} connections are taken (${percent(share)})`,

			evidence: [
				{name: 'connections', value: used, unit: 'count'},
				{name: 'maxclients', value: limit, unit: 'count'},
				...infoEvidence(facts, ['clients', 'connected_clients', 'count'], ['clients', 'blocked_clients', 'count']),
			],
			meaning: 'When none is left, new clients are turned away with an error, redis-top among them.',
			next: [
				hint('find who holds them: panel 4 counts them by address, name or user'),
				redisCli(facts, 'CONFIG GET timeout'),
				hint('close what leaks, or raise maxclients (and the limit of open files with it)'),
			],
			action: 'set-maxclients',
		});
	},
});

export const cliRejected = rule({
	id: 'cli.rejected',
	scope: 'node',
	docs: {
		looksAt:
			'New connections are turned away: `rejected_connections` rises. The server logs nothing of it at its usual level.',
		since: '2.4',
		falsePositives: [],
	},
	raiseAfter: 1,
	clearAfter: 10,
	needs: {rejected: increase('stats', 'rejected_connections')},
	evaluate({rejected}, facts) {
		return rejected === 0
			? clear
			: fires('critical', {
					problem: `turned ${count(rejected)} new connections away since the last sample`,

					evidence: [
						{name: 'rejected_connections, since the sample before', value: rejected, unit: 'count'},
						...infoEvidence(facts, ['clients', 'connected_clients', 'count'], ['clients', 'maxclients', 'count']),
					],
					meaning: 'Clients that connect now get an error and a closed connection: maxclients is reached.',
					next: [
						hint('find who holds the connections: panel 4 counts them by address, name or user'),
						hint('close what leaks, or raise maxclients'),
					],
					action: 'set-maxclients',
				});
	},
});

export const cliFdlimit = rule({
	id: 'cli.fdlimit',
	scope: 'node',
	docs: {
		looksAt:
			'The process may open fewer files than `maxclients` needs. Seen where the server runs on this machine. It keeps 32 for itself.',
		since: 'any',
		falsePositives: [],
	},
	needs: {limit: hostFact(({process}) => process?.openFilesLimit), clients: setting('maxclients')},
	evaluate({limit, clients}) {
		const needed = Number(clients) + 32;
		return limit >= needed
			? clear
			: fires('warning', {
					problem: `may open ${limit} files, but maxclients ${clients} needs ${needed}`,

					evidence: [
						{name: 'open files limit', value: limit, unit: 'count'},
						{name: 'maxclients', value: Number(clients), unit: 'count'},
					],
					meaning: 'It runs out of file descriptors before maxclients: connections then fail without a clear error.',
					next: [hint('raise LimitNOFILE of its unit (or ulimit -n), then restart'), hint('or lower maxclients')],
				});
	},
});

export const cliChurn = rule({
	id: 'cli.churn',
	scope: 'node',
	docs: {
		looksAt:
			'Connections come and go faster than they are used: more than a hundred a second, and one for every ten commands.',
		since: '2.4',
		falsePositives: ['Health checks that connect anew each time are few; with TLS each costs a handshake.'],
	},
	needs: {
		connections: rate('stats', 'total_connections_received'),
		commands: rate('stats', 'total_commands_processed'),
	},
	evaluate({connections, commands}, facts) {
		const isChurning =
			connections > facts.threshold('cli.churn.rate') && connections > facts.threshold('cli.churn.share') * commands;
		return isChurning
			? fires('warning', {
					problem: `${perSecond(connections)} new connections for ${perSecond(commands)} commands`,

					evidence: [
						{name: 'connections', value: connections, unit: 'perSecond'},
						{name: 'commands', value: commands, unit: 'perSecond'},
					],
					meaning: 'Some client connects for each request instead of keeping a pool; most of the work is connecting.',
					next: [hint('find it: panel 4, sorted by age, youngest first'), hint('let it keep its connections')],
				})
			: clear;
	},
});

export const cliTimeoutsOff = rule({
	id: 'cli.timeouts_off',
	scope: 'node',
	docs: {
		looksAt:
			'Clients that vanished are never noticed: `timeout` and `tcp-keepalive` are both 0. By default keepalive is 300.',
		since: 'any',
		falsePositives: [],
	},
	needs: {timeout: setting('timeout'), keepalive: setting('tcp-keepalive')},
	evaluate({timeout, keepalive}, facts) {
		return timeout !== '0' || keepalive !== '0'
			? clear
			: advises(facts, {
					problem: 'never closes connections of clients that vanished',

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
			'One address holds more than half of a large number of connections. Since 2.4, where CLIENT LIST is polled.',
		since: 'any',
		falsePositives: ['A proxy or a network address translation looks the same: it says so.'],
	},
	needs: {clients: clientRows},
	evaluate({clients}, facts) {
		const hosts = new Map<string, number>();
		for (const {address} of clients) {
			const host = address.replace(/:\d+$/, '');
			hosts.set(host, (hosts.get(host) ?? 0) + 1);
		}

		const [host, held] = [...hosts].sort(([, one], [, other]) => other - one)[0] ?? ['', 0];
		const isHog =
			held > facts.threshold('cli.idle_hog.clients') && held > facts.threshold('cli.idle_hog.share') * clients.length;
		return isHog
			? fires('warning', {
					problem: `${host} holds ${count(held)} of ${count(clients.length)} connections`,

					evidence: [
						{name: 'connections of one address', value: held, unit: 'count'},
						{name: 'connections', value: clients.length, unit: 'count'},
					],
					meaning: 'One machine leaks connections, or it is a proxy behind which many stand.',
					next: [hint('see its names and ages: panel 4, filter by the address'), redisCli(facts, 'CONFIG GET timeout')],
					action: 'client-kill',
				})
			: clear;
	},
});

export const clientLimitsRules = [cliMax, cliRejected, cliFdlimit, cliChurn, cliTimeoutsOff, cliIdleHog] as const;
