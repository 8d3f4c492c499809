import {message} from '../domain/message.js';
import {count, inAbout, percent, perSecond} from '../text/units.js';
import {mainArrival, mainHolder, maxClients} from './client-limits.js';
import {reservedFiles} from './file-limit.js';
import {infoNumber, pending, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/**
Number of the newest readings of new connections that are left out of the usual rate, because they may belong to a
storm.
*/
const newestReadings = 60;
/** Fewest older readings from which a usual value is computed. */
const fewestReadings = 60;

/** The median rate of new connections, per second, before the newest readings; undefined with too few readings. */
function usualConnections({record}: NodeFacts): number | undefined {
	const series = record.series.get('connectionsReceived');
	const all = series?.latest(series.length) ?? [];
	const known = all.slice(0, -newestReadings).filter(value => value !== undefined);
	return known.length < fewestReadings ? undefined : known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)];
}

export const cliStorm = rule({
	id: 'cli.storm',
	scope: 'node',
	docs: {
		looksAt:
			'The rule compares new connections per second (`total_connections_received`) with their median, without the last minute. It is a warning once it has lasted for half a minute.',
		since: '2.4',
		falsePositives: [
			'A deployment lets all clients connect again. The finding is only info for half a minute.',
			'A server that always gets many new connections is reported by cli.churn.',
		],
	},
	thresholds: {
		rate: {value: 50, unit: 'perSecond', source: 'fewer are no load for any server'},
		times: {value: 10, unit: 'ratio', source: 'to the median; the traffic of a day varies less'},
		seconds: {value: 30, unit: 'seconds', source: 'a deployment reconnects its clients in less'},
	},
	needs: {
		connections: rate('stats', 'total_connections_received'),
		usual: {
			read: usualConnections,
			missing: () => pending('needs two minutes of readings to know what is usual'),
		},
	},
	evaluate({connections, usual}, facts, limits, heldMs) {
		if (connections <= limits.rate || connections <= limits.times * usual) {
			return clear;
		}

		const from = mainArrival(facts, connections);
		return fires(heldMs >= limits.seconds * 1000 ? 'warning' : 'info', {
			problem: message`gets a storm of new connections${from === undefined ? '' : message` from ${from}`}`,
			detail: `${perSecond(connections)}, usually ${perSecond(usual)}`,
			culprit: from && {client: from},
			evidence: [
				{name: 'connections', value: connections, unit: 'perSecond'},
				{name: 'usual connections', value: usual, unit: 'perSecond'},
			],
			meaning:
				'Clients lose their connections or give up and try again. Each attempt costs the main thread, so that the storm feeds itself.',
			next: [
				hint('see whether they time out: panel 6 for slow commands, panel 4 for the youngest connections'),
				hint('let the clients wait longer before each attempt (back-off with a random part)'),
			],
		});
	},
});

/** Number of the latest readings from which the growth of the clients is computed. */
const growthReadings = 10;

/** Growth of the connected clients per second over the last readings; undefined with too few readings. */
function clientGrowth({record}: NodeFacts): number | undefined {
	const readings = record.series.get('connectedClients')?.latest(growthReadings) ?? [];
	const [first, last] = [readings[0], readings.at(-1)];
	return readings.length < growthReadings || first === undefined || last === undefined
		? undefined
		: ((last - first) * 1000) / ((growthReadings - 1) * record.intervalMs * (record.every ?? 1));
}

export const cliLockout = rule({
	id: 'cli.lockout',
	scope: 'node',
	docs: {
		looksAt:
			'Connections are nearly used up and become more: `connected_clients` of the last ten samples, against `maxclients` or the open files that the process may have. The rule says when none will be left.',
		since: 'any',
		falsePositives: [
			'A pool may grow to its full size once. The growth must hold in three samples in a row.',
			'A server that is nearly full and does not grow is reported by cli.max.',
		],
	},
	thresholds: {
		share: {value: 0.85, unit: 'share', source: 'of the connections; below it there is time'},
		seconds: {value: 120, unit: 'seconds', source: 'what it takes to find the client and to close its connections'},
	},
	raiseAfter: 3,
	needs: {
		clients: infoNumber('clients', 'connected_clients'),
		limit: maxClients,
		growth: {read: clientGrowth, missing: () => pending('needs ten samples, one after the other')},
	},
	evaluate({clients, limit, growth}, facts, limits) {
		const host = facts.record.host?.value;
		const files = host?.kind === 'here' ? host.process?.openFilesLimit : undefined;
		const most = Math.min(limit, files === undefined ? Number.POSITIVE_INFINITY : files - reservedFiles);
		const left = most - clients;
		const leftSeconds = left / growth;
		if (growth <= 0 || clients < limits.share * most || left <= 0 || leftSeconds > limits.seconds) {
			return clear;
		}

		const holder = mainHolder(facts, clients);
		return fires('critical', {
			problem: message`is about to turn new clients away${holder === undefined ? '' : message`, most connections are of ${holder.name}`}`,
			detail: `${count(left)} connections are left, the last one goes ${inAbout(leftSeconds)}`,
			tells: 'forecast',
			...(holder === undefined ? {} : {culprit: {client: holder.name}}),
			evidence: [
				{name: 'connected_clients', value: clients, unit: 'count'},
				{name: 'limit', value: most, unit: 'count'},
				{name: 'growth', value: growth, unit: 'perSecond'},
			],
			meaning: 'Once none is left, nobody can log in any more, administrators and redis-top among them. Act now.',
			next: [
				redisCli(facts, `CONFIG SET maxclients ${Math.ceil(limit * 1.5)}`),
				hint('find who opens them: panel 4 counts connections by address, name or user'),
			],
			action: 'set-maxclients',
		});
	},
});

/**
Number of the newest readings of connected clients that are left out of the usual number, because clients may be missing
in them.
*/
const newestCounts = 15;

/** The median number of clients before the newest readings; undefined with too few readings. */
function usualClients({record}: NodeFacts): number | undefined {
	const series = record.series.get('connectedClients');
	const all = series?.latest(series.length) ?? [];
	const known = all.slice(0, -newestCounts).filter(value => value !== undefined);
	return known.length < fewestReadings ? undefined : known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)];
}

/**
Milliseconds after a change of role or slots in which clients may still move to another node. A falling number of
clients is then normal.
*/
const movingMs = 600_000;

/** Seconds after a server's start in which its clients reconnect. A small number of clients is then normal. */
const startSeconds = 120;

export const cliFew = rule({
	id: 'cli.few',
	scope: 'node',
	docs: {
		looksAt:
			'Most clients of a primary are gone: `connected_clients` against its median before, without the last fifteen samples.',
		since: 'any',
		falsePositives: [
			'After a failover or a move of slots, clients turn to another node. The rule waits ten minutes.',
			'Clients come back one after the other when the server was restarted. The rule waits two minutes.',
			'A job that opens many connections for a while, and then ends, looks the same.',
		],
	},
	thresholds: {
		share: {
			value: 0.2,
			unit: 'share',
			source: 'of the usual number; a rolling deployment replaces fewer clients at a time',
		},
		least: {value: 10, unit: 'count', source: 'usual clients; of fewer, one pool is most of them'},
	},
	roles: ['primary'],
	raiseAfterMs: 20_000,
	needs: {
		clients: infoNumber('clients', 'connected_clients'),
		usual: {read: usualClients, missing: () => pending('needs a minute of readings to know what is usual')},
		uptime: infoNumber('server', 'uptime_in_seconds'),
	},
	evaluate({clients, usual, uptime}, facts, limits) {
		const {roleChangedAtMs = Number.NEGATIVE_INFINITY, slotsLeftAtMs = Number.NEGATIVE_INFINITY} = facts.memory;
		const isMoving = facts.nowMs - Math.max(roleChangedAtMs, slotsLeftAtMs) < movingMs;
		return usual < limits.least || clients > limits.share * usual || isMoving || uptime < startSeconds
			? clear
			: fires('warning', {
					problem: `has lost ${percent(1 - clients / usual)} of its clients`,
					detail: `${count(clients)} are connected, usually ${count(usual)}`,
					evidence: [
						{name: 'connected_clients', value: clients, unit: 'count'},
						{name: 'usual clients', value: usual, unit: 'count'},
					],
					meaning:
						'Applications are down, cannot reach this node, or were sent to another one. The server itself may be well.',
					next: [
						hint('see who is left: panel 4; look at the applications, their DNS, and the network between'),
						redisCli(facts, 'INFO clients'),
						redisCli(facts, 'ACL LOG 10'),
					],
				});
	},
});

export const connectionStormRules = [cliStorm, cliLockout, cliFew] as const;
