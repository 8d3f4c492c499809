import {isResent} from '../domain/closer-look.js';
import type {NextStep} from '../domain/finding.js';
import {message} from '../domain/message.js';
import {type Endpoint, isLoopback} from '../domain/node.js';
import {milliseconds, percent} from '../text/units.js';
import {answerMissing, pending} from './needs.js';
import {hint} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Number of the latest PING round trips that are looked at. */
const readings = 60;
/** Fewest PING round trips with which the rule is evaluated. */
const fewestReadings = 8;
/** Milliseconds for which a burst of PINGs is evidence. */
const burstMs = 60_000;

/** Milliseconds above the quickest round trip up to which a round trip is an ordinary one. */
const ordinaryMs = 60;

/** Milliseconds from which a command of the slow log explains a late reply. */
const slowCommandMs = 100;
/** How long a slow command may lie back, in milliseconds: as long as the round trips that are looked at. */
const backMs = 90_000;

/** Whether a command held the main thread for long enough to explain late replies. */
function hadSlowCommand({record, memory, nowMs}: NodeFacts): boolean {
	const {value} = record.slowlog ?? {};
	const sinceMs = (record.sample?.info.number('server', 'server_time_usec') ?? nowMs * 1000) / 1000 - backMs;
	return (
		nowMs - (memory.heavyCommand?.atMs ?? Number.NEGATIVE_INFINITY) < backMs ||
		(value?.entries ?? []).some(
			({atMs, durationMicroseconds}) => atMs >= sinceMs && durationMicroseconds >= slowCommandMs * 1000,
		)
	);
}

/** What PINGs show of a way: how many there were, those that were late by a lost packet, and an ordinary one. */
type Trips = {
	readonly count: number;
	readonly resent: readonly number[];
	readonly usualMs: number;
	/** Whether the server answered other PINGs while these were late. */
	readonly isProven: boolean;
};

const quickestOf = (trips: readonly number[]): number => Math.min(...trips);

/** The round trips of a burst. A reply that another one overtook was late on the way, whatever the server did. */
function burstTrips({record, nowMs}: NodeFacts, share: number): Trips | undefined {
	const {burst} = record.ping;
	if (burst === undefined || nowMs - burst.atMs > burstMs) {
		return undefined;
	}

	const trips = burst.pings.map(({roundTripMs}) => roundTripMs);
	const quickest = quickestOf(trips);
	// A reply that is late alone was held up by the server, or by redis-top itself, which has just started.
	const late = burst.pings.filter(({roundTripMs, isOvertaken}) => isOvertaken && roundTripMs - quickest > ordinaryMs);
	const resent = late.map(({roundTripMs}) => roundTripMs).filter(roundTripMs => isResent(roundTripMs, quickest));
	const isLoss = resent.length >= share * late.length;
	return isLoss ? {count: trips.length, resent, usualMs: usualOf(trips, late.length), isProven: true} : undefined;
}

/** The round trips of the PINGs once a second. The server must have been idle. */
function seriesTrips(
	trips: readonly number[],
	facts: NodeFacts,
	limits: {readonly share: number; readonly busy: number},
): Trips | undefined {
	const quickest = quickestOf(trips);
	const late = trips.filter(value => value - quickest > ordinaryMs);
	const resent = late.filter(value => isResent(value, quickest));
	const isLoss =
		facts.record.slowlog !== undefined &&
		resent.length >= limits.share * late.length &&
		late.length <= trips.length / 2 &&
		(facts.record.values.get('cpuSeconds') ?? 0) <= limits.busy &&
		!hadSlowCommand(facts);
	return isLoss ? {count: trips.length, resent, usualMs: usualOf(trips, late.length), isProven: false} : undefined;
}

/** The median of the round trips that are not late. */
const usualOf = (trips: readonly number[], late: number): number =>
	trips.toSorted((one, other) => one - other)[Math.floor((trips.length - late) / 2)] ?? 0;

/** The steps that find where packets to a server get lost; none for a Unix socket. */
export function lossSteps(endpoint: Endpoint): readonly NextStep[] {
	if (endpoint.kind !== 'tcp') {
		return [];
	}

	const host = quotedName('host', endpoint.host);
	return [
		hint(message`from here: ping -c 50 -i 0.2 ${host}, and mtr -rwc 50 ${host} for the hop that loses them`),
		hint('look at the network in between: errors of interfaces (ip -s link), a full link, a firewall, a policer'),
		hint(`see what is sent again: ss -tin 'dport = :${endpoint.port}' here, in retrans`),
	];
}

export const connLoss = rule({
	id: 'conn.loss',
	scope: 'node',
	docs: {
		looksAt:
			'The rule measures the round trips of PING on a connection that carries nothing else. A packet that was lost is sent again after 200 ms or more. So some replies come that late, the others come at once, and hardly any in between. The slow log must have no command that explains them. When a reply is late, and at the start, PINGs are sent quickly over two connections: what the server answered meanwhile on the other one shows that the way was at fault.',
		since: 'any',
		falsePositives: [
			'A busy machine delays replies by any time. Three in four of the late replies must be late by 200 ms, and most of all replies must come at once.',
			'A server on this machine is reached without a network. The rule does not apply to it.',
			'A busy main thread answers late as well. The rule is clear while it uses more than a third of a processor.',
		],
	},
	thresholds: {
		late: {value: 4, unit: 'count', source: 'late replies among the last 60; fewer may be chance'},
		share: {
			value: 0.75,
			unit: 'share',
			source: 'of the late replies; on a busy machine most are late by less than 200 ms',
		},
		busy: {value: 0.33, unit: 'share', source: 'of one processor; above it commands wait for each other'},
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	clearAfter: 5,
	appliesTo: ({record}) =>
		record.endpoint.kind === 'tcp' &&
		!isLoopback(record.endpoint) &&
		!(record.host?.value.kind === 'here' && record.host.value.process !== undefined),
	needs: {
		roundTrips: {
			read({record}) {
				const known = record.ping.series.latest(readings).filter(value => value !== undefined);
				return known.length >= fewestReadings || record.ping.burst !== undefined ? known : undefined;
			},
			missing: () => pending('needs eight PINGs, which the node in focus gets'),
		},
		slowlog: {
			read: ({record}: NodeFacts) => record.slowlog ?? record.ping.burst,
			missing: answerMissing('SLOWLOG GET'),
		},
	},
	evaluate({roundTrips}, facts, limits) {
		const trips = [burstTrips(facts, limits.share), seriesTrips(roundTrips, facts, limits)].find(
			found => found !== undefined && found.resent.length >= limits.late,
		);
		if (trips === undefined) {
			return clear;
		}

		const {count, resent, usualMs, isProven} = trips;
		const {endpoint, values} = facts.record;
		const server = isProven
			? 'the server answered other PINGs while these were late'
			: `its main thread is ${percent(1 - (values.get('cpuSeconds') ?? 0))} idle, and no slow command explains it`;
		return fires('warning', {
			problem: 'is reached over a way that loses packets',
			detail: `${resent.length} of ${count} PINGs late by over 200 ms`,
			effect: 'slow',
			evidence: [
				{name: 'PINGs late by 200 ms', value: resent.length, unit: 'count'},
				{name: 'PINGs', value: count, unit: 'count'},
				{name: 'slowest of them', value: Math.max(...resent), unit: 'milliseconds'},
				{name: 'median of the others', value: usualMs, unit: 'milliseconds'},
			],
			meaning: `The others take ${milliseconds(usualMs)}, and ${server}. A lost packet is sent again after 200 ms or more. Its clients wait as long if they use the same way.`,
			isCertain: isProven,
			next: [
				...lossSteps(endpoint),
				hint('look from a machine of an application, too: redis-top there sees whether its way is the same'),
			],
		});
	},
});

export const packetLossRules = [connLoss] as const;
