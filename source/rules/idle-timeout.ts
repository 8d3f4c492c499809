import {message} from '../domain/message.js';
import {perSecond, seconds} from '../text/units.js';
import {namedClients, otherClients} from './client-names.js';
import {rate, setting} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

export const cliTimeout = rule({
	id: 'cli.timeout',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads the setting `timeout`, the idle time after which the server closes a connection. It fires where that is a minute or less and new connections arrive all the time (`total_connections_received`), or where below ten seconds a pool has no connection that is older. The server does not count the connections that it closes.',
		since: '2.0',
		falsePositives: ['Jobs that connect for a short time look alike. The finding is a warning only below ten seconds.'],
	},
	thresholds: {
		seconds: {value: 60, unit: 'seconds', source: 'connection pools are often idle for longer'},
		rate: {value: 5, unit: 'perSecond', source: 'pools that stay connected make fewer connections'},
		short: {
			value: 1,
			unit: 'perSecond',
			source: 'the same where `timeout` is below ten seconds, which closes the connections of every pool',
		},
	},
	clearAfter: 10,
	needs: {timeout: setting('timeout'), connections: rate('stats', 'total_connections_received')},
	evaluate({timeout, connections}, facts, limits) {
		const limit = Number(timeout);
		if (!(limit > 0) || limit > limits.seconds) {
			return clear;
		}

		// A pool whose connections the timeout closes has no connection that is much older than the timeout.
		const young = otherClients(facts).filter(({ageSeconds}) => ageSeconds <= limit + 1);
		const [newest] = namedClients(young);
		const isShort = limit < shortSeconds;
		const isChurn = connections >= (isShort ? limits.short : limits.rate);
		const isYoungPool = isShort && (newest?.connections ?? 0) >= fewestOfPool;
		if (!isChurn && !isYoungPool) {
			return clear;
		}

		return fires(limit < shortSeconds ? 'warning' : 'info', {
			problem: `closes connections that are idle for ${seconds(limit)}`,
			detail:
				connections > 0
					? message`${perSecond(connections)} new ones${newest === undefined ? '' : message`, most from ${newest.name}`}`
					: newest && message`most from ${newest.name}`,
			reason: `timeout is ${limit}`,
			culprit: newest === undefined ? undefined : {client: newest.name},
			evidence: [
				{name: 'timeout', value: limit, unit: 'seconds'},
				{name: 'connections', value: connections, unit: 'perSecond'},
			],
			meaning:
				'Connection pools lose their idle connections and connect again. A client that uses a closed one gets an error first.',
			next: [
				redisCli(facts, 'CONFIG SET timeout 0'),
				redisCli(facts, 'CONFIG GET tcp-keepalive'),
				hint('keepalive finds connections of dead clients without closing those of living ones'),
			],
		});
	},
});

/**
Fewest young connections of one client name that count as a connection pool that has just reconnected. Pools open
several connections at once.
*/
const fewestOfPool = 3;

/** A setting `timeout` below this number of seconds closes the idle connections of every connection pool. */
const shortSeconds = 10;

export const idleTimeoutRules = [cliTimeout] as const;
