import {isLoopback} from '../domain/node.js';
import {milliseconds, percent} from '../text/units.js';
import {answerMissing, pending} from './needs.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Number of the latest PING round trips that are looked at. */
const readings = 60;
/** Fewest PING round trips with which the rule is evaluated. */
const fewestReadings = 8;

/**
Shortest time after which Linux sends a lost packet again, in milliseconds. A way with losses has a longer one, because
the kernel takes the resent packets for a slow way. Source: include/net/tcp.h, `TCP_RTO_MIN`.
*/
const resendMs = 200;
/** A resend timer may end this many milliseconds early, because the kernel counts in ticks. */
const earlyMs = 5;

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

export const connLoss = rule({
	id: 'conn.loss',
	scope: 'node',
	docs: {
		looksAt:
			'The rule measures the round trips of PING on a connection that carries nothing else. A packet that was lost is sent again after 200 ms or more. So some replies come that late, the others come at once, and hardly any in between. The slow log must have no command that explains them.',
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
				return known.length >= fewestReadings ? known : undefined;
			},
			missing: () => pending('needs eight PINGs, which the node in focus gets'),
		},
		slowlog: {read: ({record}: NodeFacts) => record.slowlog, missing: answerMissing('SLOWLOG GET')},
	},
	evaluate({roundTrips}, facts, limits) {
		const quickest = Math.min(...roundTrips);
		const late = roundTrips.filter(value => value - quickest > ordinaryMs);
		const resent = late.filter(value => value - quickest >= resendMs - earlyMs);
		const isLoss =
			resent.length >= limits.late &&
			resent.length >= limits.share * late.length &&
			late.length <= roundTrips.length / 2 &&
			(facts.record.values.get('cpuSeconds') ?? 0) <= limits.busy &&
			!hadSlowCommand(facts);
		if (!isLoss) {
			return clear;
		}

		const usual =
			roundTrips.toSorted((one, other) => one - other)[Math.floor((roundTrips.length - late.length) / 2)] ?? 0;
		const {endpoint} = facts.record;
		const port = endpoint.kind === 'tcp' ? endpoint.port : 0;
		return fires('warning', {
			problem: `answers ${resent.length} of ${roundTrips.length} PINGs over 200 ms late`,
			reason: 'packets are lost on the way',
			effect: 'slow',
			evidence: [
				{name: 'PINGs late by 200 ms', value: resent.length, unit: 'count'},
				{name: 'PINGs', value: roundTrips.length, unit: 'count'},
				{name: 'slowest of them', value: Math.max(...resent), unit: 'milliseconds'},
				{name: 'median of the others', value: usual, unit: 'milliseconds'},
			],
			meaning: `The others take ${milliseconds(usual)}, its main thread is ${percent(1 - (facts.record.values.get('cpuSeconds') ?? 0))} idle, and no slow command explains it. A lost packet is sent again after 200 ms or more. Its clients wait as long if they use the same way.`,
			next: [
				hint('look at the network in between: errors of interfaces (ip -s link), a full line, a firewall, a policer'),
				hint(`see what is sent again: ss -tin 'dport = :${port}' here, in retrans`),
				hint('look from a machine of an application, too: redis-top there sees whether its way is the same'),
			],
		});
	},
});

export const packetLossRules = [connLoss] as const;
