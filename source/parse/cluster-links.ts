import type {BusLink} from '../domain/bus-links.js';
import type {NodeId} from '../domain/node.js';
import type {RawReply} from '../domain/reply.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/**
Parses the reply of CLUSTER LINKS (Redis 7.0 and later): a list of maps. Never throws. A link without a direction, or
without the node id of a peer, is left out.
*/
export function parseClusterLinks(reply: RawReply | undefined): BusLink[] {
	return isArray(reply) ? reply.flatMap(parseLink) : [];
}

function parseLink(entry: RawReply): BusLink | readonly [] {
	const fields = new Map(pairsOf(entry));
	const direction = textOf(fields.get('direction'));
	const peer = textOf(fields.get('node'));
	if ((direction !== 'to' && direction !== 'from') || peer === undefined || !/^[\da-f]{40}$/.test(peer)) {
		return [];
	}

	const createdMs = numberOf(fields.get('create-time'));
	return {
		direction,
		peer: peer as NodeId,
		createdMs: createdMs !== undefined && createdMs > 0 ? createdMs : undefined,
		unsentBytes: Math.max(0, numberOf(fields.get('send-buffer-used')) ?? 0),
	};
}
