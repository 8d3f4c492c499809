import {isLoopback} from '../domain/node.js';
import {milliseconds} from '../text/units.js';
import {infoNumber, pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Number of the latest round trips of PING that are looked at. */
const readings = 60;
/** Fewest round trips with which the rule is evaluated. */
const fewestReadings = 2;

/**
The round trips of the latest polls and PINGs, in milliseconds.

@param pings Number of the latest PINGs.
*/
export function roundTripsOf({record, sample, earlier}: NodeFacts, pings = readings): readonly number[] {
	const polls = [sample?.roundTripMs, earlier?.roundTripMs];
	// Where packets are lost, both polls may be late by a packet that was sent again. A burst has many quick PINGs.
	const burst = (record.ping.burst?.pings ?? []).map(({roundTripMs}) => roundTripMs);
	return [...polls, ...burst, ...record.ping.series.latest(pings)].filter(
		value => value !== undefined && Number.isFinite(value),
	) as readonly number[];
}

/**
Greatest ratio of the second shortest round trip to the shortest. Round trips over the same network path differ by
little. A greater ratio shows that something other than distance delays the replies.
*/
const mostSpread = 1.25;

/** Whether the server's own process listens on this machine; undefined if this machine has not been inspected. */
function isNear({record: {host}}: NodeFacts): boolean | undefined {
	return host === undefined ? undefined : host.value.kind === 'here' && host.value.process !== undefined;
}

export const connDistance = rule({
	id: 'conn.distance',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads the shortest round trip of the latest polls and PINGs. While the main thread has little to do, that time is spent between redis-top and the server.',
		since: 'any',
		falsePositives: [
			'redis-top may be farther away than the applications are. The finding is only info, and it says that the server is well.',
			'A busy server answers late as well. The rule is clear while the main thread uses more than a third of a processor.',
			'A machine short of processor time makes round trips long, and no two alike. The two shortest must be alike. The rule is clear for a server whose own process listens on this machine.',
		],
	},
	thresholds: {
		milliseconds: {
			value: 20,
			unit: 'milliseconds',
			source: 'zones of one region are 1 to 2 ms apart; more is another region, a VPN or a detour',
		},
		busy: {value: 0.33, unit: 'share', source: 'of one processor; above it commands wait for each other'},
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {
		uptime: infoNumber('server', 'uptime_in_seconds'),
		roundTrips: {
			read(facts) {
				const known = roundTripsOf(facts);
				return known.length >= fewestReadings ? known : undefined;
			},
			missing: () => pending('needs two round trips'),
		},
	},
	evaluate({roundTrips}, facts, limits) {
		const {failure, values, pendingSinceMs} = facts.record;
		const [shortest = 0, second = 0] = roundTrips.toSorted((one, other) => one - other);
		if (isNear(facts) === undefined && isLoopback(facts.record.endpoint)) {
			return pending('needs a look at this machine');
		}

		const isBusy = (values.get('cpuSeconds') ?? 0) > limits.busy;
		const isAlike = second <= shortest * mostSpread;
		const isLong = shortest >= limits.milliseconds && isAlike && isNear(facts) !== true;
		if (failure !== undefined || pendingSinceMs !== undefined || isBusy || !isLong) {
			return clear;
		}

		return fires('info', {
			problem: `answers after ${milliseconds(shortest)} at best`,
			reason: 'the way to it takes that time (network, VPN, proxy, or a full link)',
			evidence: [
				{name: 'shortest round trip', value: shortest, unit: 'milliseconds'},
				{name: 'processor of the server', value: values.get('cpuSeconds') ?? 0, unit: 'share'},
			],
			meaning:
				'The server is not slow. A client that is as far away waits as long for each request, and one after the other they add up.',
			next: [
				hint("measure from the application's machine as well, which may be nearer or farther:"),
				redisCli(facts, '--latency-history -i 5'),
				hint('bring client and server into one zone, or send commands together: pipelining, MGET'),
				hint('if it was quicker before: look at the VPN, the proxy and the route between (mtr)'),
			],
		});
	},
});

export const distanceRules = [connDistance] as const;
