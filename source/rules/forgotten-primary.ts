import {message, nodeName} from '../domain/message.js';
import {count, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {hint, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {fires} from './rule.js';

/** A replica that started as a primary, and the primary whose data it has. */
export type Forgotten = {readonly replica: NodeFacts; readonly primary: NodeFacts};

/** Pattern of `master_replid2` on a server that never changed its history: only zeros. */
const noHistory = /^0*$/;

/** Whether redis-top saw the node as a replica before its last restart. */
const wasReplica = ({memory}: NodeFacts): boolean =>
	memory.restartedAtMs !== undefined && memory.roleBeforeRestart === 'replica';

/**
Whether a replica started as a primary because nothing but a REPLICAOF at run time had made it a replica.

At its start, a primary takes the replication history of its RDB file over as `master_replid2`. If this is the history that
another primary still writes, the file is that of a replica. A promoted replica has the same ids, but has read from its
primary: `total_net_repl_input_bytes`, since Redis 7.0.
*/
function hasForgotten(replica: NodeFacts, primary: NodeFacts, isPair: boolean): boolean {
	const before = replica.text('replication', 'master_replid2');
	const isOfPrimary =
		before !== undefined && !noHistory.test(before) && before === primary.text('replication', 'master_replid');
	const read = replica.number('stats', 'total_net_repl_input_bytes');
	return isOfPrimary
		? read === 0 || (read === undefined && wasReplica(replica))
		: // Without an RDB file, the history is lost with the data.
			isPair && wasReplica(replica) && before !== undefined && noHistory.test(before) && (read ?? 0) === 0;
}

/** The replica among primaries that started as a primary; undefined if there is none. */
export function forgottenAmong(primaries: readonly NodeFacts[]): Forgotten | undefined {
	const isPair = primaries.length === 2;
	return primaries
		.flatMap(replica => primaries.map(primary => ({replica, primary})))
		.find(({replica, primary}) => replica !== primary && hasForgotten(replica, primary, isPair));
}

/** The writes that the node accepted since its start; undefined if a save since then reset the count. */
function writesSinceStart(facts: NodeFacts): number | undefined {
	const uptime = facts.number('server', 'uptime_in_seconds') ?? 0;
	const savedAt = facts.number('persistence', 'rdb_last_save_time');
	const startedAt = Math.floor(facts.nowMs / 1000) - uptime;
	// The moment of the start counts as the first save. Both times are whole seconds of two clocks.
	const isSavedSince = savedAt === undefined || savedAt > startedAt + 5;
	const writes = facts.number('persistence', 'rdb_changes_since_last_save');
	return isSavedSince && writes === 0 ? undefined : writes;
}

/** The finding about a replica that started as a primary. */
export function forgotten({replica, primary}: Forgotten, isPassing: boolean) {
	const uptime = replica.number('server', 'uptime_in_seconds');
	const writes = writesSinceStart(replica);
	const {endpoint} = primary.record;
	return fires(isPassing ? 'info' : 'critical', {
		problem: message`started as a primary and no longer follows ${nodeName(primary.address)}`,
		detail: uptime === undefined ? undefined : `${seconds(uptime)} ago`,
		reason: 'no replicaof in its config file',
		effect: isPassing ? undefined : 'reads-stale',
		nodes: [replica.address, primary.address],
		evidence: [
			...infoEvidence(
				replica,
				['replication', 'role'],
				['server', 'uptime_in_seconds', 'seconds'],
				['replication', 'master_replid2'],
				['stats', 'total_net_repl_input_bytes', 'bytes'],
				['persistence', 'rdb_changes_since_last_save', 'count'],
			),
			{name: 'primary of its data', value: message`${nodeName(primary.address)}`},
		],
		meaning: `A REPLICAOF that was only sent, not saved, ends with the process. Its data no longer changes with its primary, and it accepts writes.${
			writes === undefined
				? ''
				: writes === 0
					? ' It has accepted no write since its start.'
					: ` It has changed ${count(writes)} times since its start; REPLICAOF discards that.`
		}`,
		next: [
			...(writes === 0 ? [] : [hint('if clients wrote to it: save its data first (BGSAVE, copy the RDB file)')]),
			...(endpoint.kind === 'tcp'
				? [redisCli(replica, message`REPLICAOF ${quotedName('host', endpoint.host)} ${endpoint.port}`)]
				: []),
			hint('then CONFIG REWRITE there, so that the next start keeps it'),
		],
		...(isPassing ? {} : {action: 'replicaof' as const, remedy: {node: replica.address, value: primary.address}}),
	});
}
