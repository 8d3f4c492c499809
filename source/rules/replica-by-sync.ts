import type {NodeRecord} from '../derive/node-record.js';
import type {ReplicaLink} from '../derive/replica-links.js';
import {message, nodeName} from '../domain/message.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {answersNow} from './replication-link.js';
import {fires} from './rule.js';

/** Default of `repl-timeout`, seconds. */
const defaultTimeoutSeconds = 60;

/** Whether a replica has its link and no replication id of its primary, as after SYNC. */
function isSynced({sample}: NodeRecord): boolean {
	const info = sample?.info;
	return (
		info?.text('replication', 'master_link_status') === 'up' && (info.text('replication', 'master_replid') ?? '') === ''
	);
}

/**
Whether a replica replicates by SYNC, and so acknowledges nothing. It sends SYNC where its primary refuses PSYNC, as to a
user without the right. A primary closes the link of any other replica that acknowledges nothing for `repl-timeout`.
Source: Redis replication.c, `syncCommand` and `replicationCron`.
*/
export function isBySync({address, state, offset, ackAgeSeconds = 0}: ReplicaLink, facts: NodeFacts): boolean {
	if (state !== 'online' || offset !== undefined) {
		return false;
	}

	const replica = facts.nodes.get(address);
	const timeoutSeconds = Number(facts.setting('repl-timeout') ?? defaultTimeoutSeconds);
	// `lag=` has whole seconds, and the server looks for such links once a second.
	return answersNow(replica) ? isSynced(replica) : ackAgeSeconds > timeoutSeconds + 5;
}

/** The finding on a replica that replicates by SYNC. */
export function unacknowledged(facts: NodeFacts, {address, ackAgeSeconds = 0}: ReplicaLink) {
	const replica = nodeName(address);
	const isServer = answersNow(facts.nodes.get(address));
	return fires(isServer ? 'warning' : 'info', {
		problem: message`replica ${replica} acknowledges nothing`,
		reason: isServer
			? 'it replicates by SYNC, as its user may not send PSYNC'
			: 'it replicates by SYNC, as a tool does, or a user that may not send PSYNC',
		nodes: [facts.address, address],
		evidence: [
			{name: 'replica', value: message`${replica}`},
			{name: 'lag', value: ackAgeSeconds, unit: 'seconds'},
		],
		meaning:
			'It gets the writes. The primary does not know how many: WAIT and min-replicas-to-write do not count it, and each break of its link needs a full resync.',
		next: [
			hint(
				message`let the masteruser of ${replica} send PSYNC: ACL SETUSER NAME +psync +replconf here, then ACL SAVE or CONFIG REWRITE`,
			),
			hint('it acknowledges from its next link on: CLIENT KILL TYPE master there, when a full resync does no harm'),
			redisCli(facts, 'INFO replication'),
		],
	});
}
