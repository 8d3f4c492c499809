import type {ClientRow} from '../domain/client.js';
import {message} from '../domain/message.js';
import {count, inAbout, perSecond} from '../text/units.js';
import {maxClients} from './client-limits.js';
import {namedClients, otherClients} from './client-names.js';
import {clientRows, infoNumber} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Longest time between the opening of a connection and its last command, in seconds, for one that is not used again. */
const openingSeconds = 2;
/** Longest and shortest time back over which the openings of connections are counted, in seconds. */
const longestSeconds = 60;
const shortestSeconds = 6;
/** Seconds of steady openings that show a leak by themselves. A service that starts opens its pool in less. */
const certainSeconds = 30;
/** Milliseconds after which a condition has been seen in two readings of CLIENT LIST, which is read every five seconds. */
const twoReadingsMs = 6000;
/** Age of the list of clients, in milliseconds, from which it no longer shows who opens connections. */
const oldListMs = 16_000;

const isUnused = ({ageSeconds, idleSeconds, flags}: ClientRow): boolean =>
	ageSeconds - idleSeconds <= openingSeconds && !/[bPOS]/.test(flags);

/** Over how many seconds connections were opened one after the other, and how many a second; undefined if they were not. */
function steadyOpenings(unused: readonly ClientRow[]): {readonly seconds: number; readonly rate: number} | undefined {
	const seconds = Math.min(longestSeconds, Math.max(0, ...unused.map(({ageSeconds}) => ageSeconds)));
	const recent = unused.filter(({ageSeconds}) => ageSeconds <= seconds);
	const thirds = [0, 1, 2].map(
		third => recent.filter(({ageSeconds}) => Math.min(2, Math.floor((3 * ageSeconds) / seconds)) === third).length,
	);
	return seconds < shortestSeconds || thirds.some(opened => opened < recent.length / 6)
		? undefined
		: {seconds, rate: recent.length / seconds};
}

/** Whether more clients are connected than at the sample before. */
const isGrowing = ({sample, earlier}: NodeFacts): boolean =>
	(sample?.info.number('clients', 'connected_clients') ?? 0) >
	(earlier?.info.number('clients', 'connected_clients') ?? Number.POSITIVE_INFINITY);

export const cliLeak = rule({
	id: 'cli.leak',
	scope: 'node',
	docs: {
		looksAt:
			'One client opens connections, uses each of them once, and keeps all: `age` and `idle` in CLIENT LIST, while `connected_clients` grows. The rule predicts when `maxclients` is reached.',
		since: '2.8',
		falsePositives: [
			'A service that starts opens its connections before it uses them. The finding is only info until openings have gone on for half a minute, or two readings of CLIENT LIST show them.',
			'Connections that wait for messages (Pub/Sub, blocking commands) are used by the server. They do not count.',
		],
	},
	thresholds: {
		clients: {value: 100, unit: 'count', source: 'connections of one client; a pool may have as many'},
		share: {value: 0.8, unit: 'share', source: 'of them were not used again: a pool takes its connections in turn'},
		left: {value: 3600, unit: 'seconds', source: 'an hour is left to act'},
	},
	raiseAfter: 1,
	clearAfter: 8,
	needs: {clients: clientRows, used: infoNumber('clients', 'connected_clients'), limit: maxClients},
	evaluate({used, limit}, facts, limits, heldMs) {
		const rows = otherClients(facts);
		const [main] = namedClients(rows);
		const isOld = facts.nowMs - (facts.record.clients?.atMs ?? 0) > oldListMs;
		if (main === undefined || main.connections < limits.clients || main.connections <= rows.length / 2 || isOld) {
			return clear;
		}

		const {name} = main.name;
		const own = rows.filter(row => row.name === name || (row.name === '' && row.address.startsWith(`${name}:`)));
		const unused = own.filter(isUnused);
		const openings = unused.length < limits.share * own.length ? undefined : steadyOpenings(unused);
		const leftSeconds = openings === undefined ? Number.POSITIVE_INFINITY : (limit - used) / openings.rate;
		if (openings === undefined || leftSeconds > limits.left || (heldMs === 0 && !isGrowing(facts))) {
			return clear;
		}

		const isSure = openings.seconds >= certainSeconds || heldMs >= twoReadingsMs;
		return fires(isSure ? 'warning' : 'info', {
			problem: message`gets ${perSecond(openings.rate)} connections from ${main.name} that it does not close`,
			detail: `${count(unused.length)} were used once${leftSeconds > 0 ? `; full ${inAbout(leftSeconds)}` : ''}`,
			tells: 'forecast',
			culprit: {client: main.name},
			evidence: [
				{name: 'connections used once', value: unused.length, unit: 'count'},
				{name: 'connections', value: used, unit: 'count'},
				{name: 'maxclients', value: limit, unit: 'count'},
				{name: 'opened', value: openings.rate, unit: 'perSecond'},
			],
			meaning: 'When none is left, new clients get an error and are disconnected.',
			next: [
				hint(
					message`let ${main.name} close what it opens, or share one pool: a connection made in a loop is the usual leak`,
				),
				hint('until then, idle connections may be closed: CONFIG SET timeout 300, if no client waits longer'),
				redisCli(facts, 'CONFIG GET timeout'),
			],
		});
	},
});

export const clientLeakRules = [cliLeak] as const;
