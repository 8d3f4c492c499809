import type {NodeFacts} from './node-facts.js';
import {roleGrace} from './replication-link.js';

/**
Time after a change of role in which clients find the new primary, in milliseconds. Sentinels close the connections of
clients, and clients of a cluster follow the first MOVED. A client that still writes to a replica after this time has
its address in its configuration.
*/
const findMs = 3000;

/** The errors that send a client to another node of a cluster. */
const ofSlots: readonly string[] = ['ASK', 'MOVED', 'TRYAGAIN'];

/** The errors of a node whose role has just changed: its new replicas or its new primary are not linked yet. */
const ofRoles: readonly string[] = [...ofSlots, 'READONLY', 'NOREPLICAS', 'MASTERDOWN', 'CLUSTERDOWN'];

/**
Whether clients may get errors now because the node's role changed, or slots left the node, a moment ago. They still
have to find the new owner. Errors of another kind do not come from the change, such as a right that the new primary
does not grant.

@param code The code of nearly all errors; undefined: not known, so that any change may explain the errors.
*/
export function isRedirecting(facts: NodeFacts, code: string | undefined): boolean {
	const {roleChangedAtMs = Number.NEGATIVE_INFINITY, slotsLeftAtMs = Number.NEGATIVE_INFINITY} = facts.memory;
	const graceMs = facts.limitsOf(roleGrace).seconds * 1000;
	const isAfter = (atMs: number, periodMs: number): boolean => facts.nowMs - atMs < Math.min(periodMs, graceMs);
	if (code === undefined) {
		return isAfter(Math.max(roleChangedAtMs, slotsLeftAtMs), graceMs);
	}

	return (
		(ofRoles.includes(code) && isAfter(roleChangedAtMs, findMs)) ||
		(ofSlots.includes(code) && isAfter(slotsLeftAtMs, graceMs))
	);
}

/**
Time after the loss of a primary in which its clients still look for the new owner of its slots, in milliseconds: four
default node timeouts.
*/
const searchMs = 60_000;

/**
Whether a primary of the cluster does not answer, so that its clients ask other nodes for its slots. Either the primary
stopped answering redis-top a moment ago, or this node flags it FAIL or PFAIL and knows no other owner of its slots.
*/
export function isOwnerMissing({record, nodes, nowMs}: NodeFacts): boolean {
	const isLost = [...nodes.values()].some(
		({role, failingSinceMs}) => role === 'primary' && failingSinceMs !== undefined && nowMs - failingSinceMs < searchMs,
	);
	const lines = record.clusterNodes?.value ?? [];
	return isLost || lines.some(({flags, slots}) => slots.length > 0 && (flags.has('fail') || flags.has('fail?')));
}
