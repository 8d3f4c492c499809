import type {Culprit, Evidence, NextStep} from '../domain/finding.js';
import {type Message, message} from '../domain/message.js';
import {percent} from '../text/units.js';
import {longSendersOf, senderCulprit} from './client-names.js';
import {linearSteps} from './linear-remedies.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Least share of the time between two samples that one command takes, as for lat.command_hog. */
const leastShare = 0.5;

/**
Least duration of a call, in milliseconds: the default of `slowlog-log-slower-than`. Clients feel how long they wait for
such a call, and a client that does not wait opens more connections.
*/
const leastMs = 10;

/** A command whose long calls take most of the main thread's time, as far as INFO commandstats shows. */
export type HeldThread = {
	/** `97% busy with LREM from worker`: few words, because it is what a narrow screen keeps beside the effect. */
	readonly reason: Message;
	readonly culprit: Culprit | undefined;
	readonly evidence: readonly Evidence[];
	readonly next: readonly NextStep[];
};

/** The command with long calls that takes most of the main thread's time; undefined if none does, or it is not known. */
export function heldThread(facts: NodeFacts): HeldThread | undefined {
	const {sample, earlier, record} = facts;
	const elapsedMs = sample === undefined || earlier === undefined ? 0 : sample.elapsedMs - earlier.elapsedMs;
	const [top] = record.commands
		.map(({command, callsOfInterval = 0, meanMicroseconds = 0}) => ({
			name: command,
			meanMs: meanMicroseconds / 1000,
			share: elapsedMs > 0 ? (callsOfInterval * meanMicroseconds) / 1000 / elapsedMs : 0,
		}))
		.toSorted((one, other) => other.share - one.share);
	if (top === undefined || top.share < leastShare || top.meanMs < leastMs) {
		return undefined;
	}

	const command = top.name.toUpperCase();
	const senders = longSendersOf(facts, top.name);
	return {
		reason: message`${percent(Math.min(1, top.share))} busy with ${command}${senders?.only === undefined ? '' : message` from ${senders.only}`}`,
		// Of several senders no one is the culprit, and a narrow screen leaves out the reason of a problem with a culprit.
		culprit: senders?.only === undefined ? undefined : senderCulprit(command, senders),
		evidence: [
			{name: `cmdstat_${top.name} usec`, value: top.share, unit: 'share'},
			{name: `cmdstat_${top.name}, mean`, value: top.meanMs, unit: 'milliseconds'},
		],
		next: [
			hint(
				message`stop what sends ${command}${senders?.text ?? ''}, or let it wait: clients that get no reply in time open more connections`,
			),
			...(linearSteps([top.name], facts, {client: senders?.only}) ?? []),
		],
	};
}
