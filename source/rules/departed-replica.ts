import type {Evaluation, NextStep} from '../domain/finding.js';
import {type Message, message, type Name, nameOf} from '../domain/message.js';
import {commandStats} from '../parse/info-fields.js';
import {seconds, shortSeconds} from '../text/units.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {infoEvidence} from './evidence.js';
import {type LoggedLoss, loggedLoss} from './logged-replica.js';
import {pending} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {isAway} from './planned-restart.js';
import {wasPromoted} from './role-change.js';
import {clear, fires} from './rule.js';
import {promotedBeside} from './two-primaries.js';

/**
Acknowledgements from which a node that read the data was a replica, and no backup tool. A replica sends one each second
(REPLCONF ACK). `redis-cli --rdb` sends a few REPLCONF, and no acknowledgement.
*/
const leastAcknowledgements = 60;

/** Milliseconds after the start of redis-top for which a loss from before that start is reported. */
const reportedMs = 600_000;

/**
What the server's own INFO tells of a replica that is gone. The server frees its backlog `repl-backlog-ttl` seconds after
its last replica left, and after its own promotion. So a backlog without a replica is recent. Source: Redis,
src/replication.c, `replicationCron`.
*/
function recentReplica(facts: NodeFacts, keptSeconds: number): Message | undefined {
	const acknowledgements = facts.sample && commandStats(facts.sample.info).get('replconf')?.calls;
	const resyncs = (facts.number('stats', 'sync_full') ?? 0) + (facts.number('stats', 'sync_partial_ok') ?? 0);
	if (acknowledgements === undefined || acknowledgements < leastAcknowledgements || resyncs === 0) {
		return undefined;
	}

	const within = shortSeconds(keptSeconds);
	return wasPromoted(facts)
		? `it had one, and was promoted or lost it within the last ${within}`
		: `it had one within the last ${within}`;
}

/** Steps that find out why a replica is gone. */
function stepsFor(facts: NodeFacts, loss: LoggedLoss | undefined): readonly NextStep[] {
	const {endpoint} = facts.record;
	const name = loss === undefined ? undefined : nameOf('node', loss.replica);
	return [
		hint(
			name === undefined
				? 'find its replica, by its config, its Sentinels or the log here: does its process run?'
				: message`look at ${name}: is the process running, and is its host reached?`,
		),
		hint(message`if it runs: ROLE on it tells the state of its link; check firewalls and routes between them`),
		...(endpoint.kind === 'tcp'
			? [hint(message`on the host of the replica: nc -vz ${quotedName('host', endpoint.host)} ${endpoint.port}`)]
			: []),
		redisCli(facts, 'INFO replication'),
		...logSteps(facts),
	];
}

/**
Whether a node that redis-top knows explains the loss by its own finding: it names this node as its primary, it never
answered, or it is the lost replica and has another place now.
*/
function isToldElsewhere(facts: NodeFacts, loss: LoggedLoss | undefined): boolean {
	const sameNode = nodeFinder(facts.nodes);
	const lost = loss && sameNode(loss.replica);
	return [...facts.nodes.values()].some(record => {
		if (record.address === facts.address || record.role === 'sentinel') {
			return false;
		}

		const named = primaryNamedBy(record);
		const isSilent = record.failure !== undefined && record.sample === undefined;
		return isSilent || record.address === lost || (named !== undefined && sameNode(named) === facts.address);
	});
}

/**
Evaluates whether a primary without a replica had one shortly before redis-top started. In a cluster, all nodes list its
replicas, so other rules report them.
*/
export function departedReplica(facts: NodeFacts): Evaluation {
	const {record, nowMs, memory} = facts;
	const isKept = facts.number('replication', 'repl_backlog_active') === 1;
	const ttlSeconds = Number(facts.setting('repl-backlog-ttl') ?? Number.NaN);
	const isOld = nowMs - memory.foundAtMs > reportedMs;
	// With a TTL of 0 the backlog is kept for ever, and tells nothing of the last hour.
	if (!isKept || !(ttlSeconds > 0) || isOld || record.role !== 'primary') {
		return clear;
	}

	// INFO has this field while min-replicas-to-write is set. Writes are then refused, and rep.min_good reports that.
	const isOfWrites = facts.number('replication', 'min_slaves_good_slaves') !== undefined;
	if (facts.number('cluster', 'cluster_enabled') === 1 || isOfWrites) {
		return clear;
	}

	const logged = loggedLoss(facts);
	const keptSeconds = Math.min(ttlSeconds, facts.number('server', 'uptime_in_seconds') ?? ttlSeconds);
	const loss = logged !== undefined && logged.agoSeconds <= keptSeconds ? logged : undefined;
	const recent = recentReplica(facts, keptSeconds);
	if ((loss === undefined && recent === undefined) || isToldElsewhere(facts, loss)) {
		return clear;
	}

	if (promotedBeside(facts) !== undefined) {
		return pending('a replica of it was promoted: rep.diverged says whether both stay primaries');
	}

	const isRestart = [...facts.nodes.values()].some(node => node.address !== facts.address && isAway(node, facts));
	const name: Name | undefined = loss && nameOf('node', loss.replica);
	return fires(isRestart ? 'info' : 'warning', {
		problem:
			loss === undefined
				? 'has no replica now'
				: message`lost its last replica ${name ?? '-'} ${seconds(loss.agoSeconds)} ago`,
		reason: loss === undefined ? recent : undefined,
		effect: 'failover-impossible',
		evidence: [
			...infoEvidence(
				facts,
				['replication', 'connected_slaves', 'count'],
				['replication', 'repl_backlog_active'],
				['stats', 'sync_full', 'count'],
				['stats', 'sync_partial_ok', 'count'],
			),
			{name: 'repl-backlog-ttl', value: ttlSeconds, unit: 'seconds'},
			...(loss === undefined ? [] : [{name: 'lost, by its log', value: message`${nameOf('node', loss.replica)}`}]),
		],
		meaning: 'No node can replace it now, and its newest data is only here.',
		next: stepsFor(facts, loss),
	});
}
