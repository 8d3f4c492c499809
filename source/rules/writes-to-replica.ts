import {primaryAddress} from '../derive/replication-peers.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nodeName} from '../domain/message.js';
import {utcClock} from '../text/units.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** The step that sends the writes of a replica's clients to its primary. */
export function writeElsewhere({record, sample}: NodeFacts): readonly NextStep[] {
	const primary = record.role === 'replica' && sample !== undefined ? primaryAddress(sample.info) : undefined;
	return primary === undefined
		? []
		: [
				hint(
					message`let these clients write to ${nodeName(primary)}: their configuration, a proxy or a DNS name leads here`,
				),
			];
}

/**
The primary of a replica as text, because clients should write to the primary. Undefined for a node that is not a
replica.
*/
export function whereWritesBelong({record, sample, memory}: NodeFacts): Message | undefined {
	const primary = record.role === 'replica' && sample !== undefined ? primaryAddress(sample.info) : undefined;
	if (primary === undefined) {
		return undefined;
	}

	return memory.roleChangedAtMs === undefined
		? message`its primary is ${nodeName(primary)}`
		: message`it became a replica of ${nodeName(primary)} at ${utcClock(memory.roleChangedAtMs)}`;
}
