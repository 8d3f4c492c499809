import {isAddress} from '../derive/port-holder.js';
import {primaryAddress} from '../derive/replication-peers.js';
import type {Name} from '../domain/message.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {loggedClient} from './client-names.js';
import type {NodeFacts} from './node-facts.js';

/** Milliseconds within which a replica repeats a command of its primary. */
const repeatedMs = 10_000;

/**
Whether a replica only repeats what its primary sent. The primary is the client of such a command, by the address that
the replica connects to. Where `master_host` is a name, the port alone tells. Source: Redis replication.c,
`replicationCreateMasterClient`.
*/
export function isRepeat(
	facts: NodeFacts,
	{clientName, clientAddress}: Pick<SlowlogEntry, 'clientName' | 'clientAddress'>,
): boolean {
	const {record, sample} = facts;
	if (record.role !== 'replica' || sample === undefined || clientName || clientAddress === undefined) {
		return false;
	}

	const isNamed = !isAddress(facts.text('replication', 'master_host') ?? '');
	return isNamed
		? clientAddress.endsWith(`:${facts.text('replication', 'master_port')}`)
		: clientAddress === primaryAddress(sample.info);
}

/** The client that sent a repeated command to the primary, from the primary's slow log. */
export function firstSender(facts: NodeFacts, repeated: SlowlogEntry): Name | undefined {
	const words = (entry: SlowlogEntry) => entry.arguments.join(' ').toLowerCase();
	const wanted = words(repeated);
	const sent = (facts.primary?.slowlog?.value.entries ?? []).find(
		entry => Math.abs(entry.atMs - repeated.atMs) <= repeatedMs && words(entry) === wanted,
	);
	return sent && loggedClient(sent);
}

/** Name of the evidence that a replica ran a command because its primary had run it. */
export const repeatedCommand = 'repeated from';
