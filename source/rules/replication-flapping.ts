import type {LogEvidence} from '../domain/host-evidence.js';
import {message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {count} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {loggedLoss} from './logged-replica.js';
import {infoNumber, replicaCount} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** The time in which breaks of a link are counted, in milliseconds. */
const windowMs = 120_000;

const logOf = ({record: {host}}: NodeFacts): LogEvidence | undefined =>
	host?.value.kind === 'here' ? host.value.log : undefined;

/**
How many links to replicas broke within two minutes, by the server's log on this machine. Lines that follow each other within
a minute are one happening, which may have begun earlier: its share of two minutes counts.
*/
function loggedBreaks(facts: NodeFacts): number {
	const log = logOf(facts);
	const lastMs = log?.remarks.find(({id}) => id === 'replica-lost')?.atMs;
	const happening = log?.happened?.findLast(({id}) => id === 'replica-lost');
	if (lastMs === undefined || happening === undefined || facts.nowMs - lastMs >= windowMs) {
		return 0;
	}

	const spanMs = Math.max(windowMs, lastMs - happening.atMs);
	return Math.floor((happening.count * windowMs) / spanMs);
}

/** The replica whose link breaks: the only one, or the one that the log on this machine names last. */
function breakingReplica(facts: NodeFacts): NodeAddress | undefined {
	const [only, ...more] = facts.record.replicas;
	const loss = loggedLoss(facts);
	return only !== undefined && more.length === 0
		? only.address
		: loss !== undefined && loss.agoSeconds * 1000 < windowMs
			? loss.replica
			: undefined;
}

export const repFlapping = rule({
	id: 'rep.flapping',
	scope: 'node',
	docs: {
		looksAt:
			'Links to replicas break repeatedly: `sync_partial_ok` rises several times within two minutes, or the log on this machine tells of as many links that ended. The log counts only up to `sync_partial_ok`.',
		since: '2.8',
		falsePositives: [
			'After a failover, a restart or a short network loss each replica needs one partial resync. The rule subtracts one for each replica.',
			'Full resyncs that end early break links, too. rep.fullsync_storm reports them: they raise no `sync_partial_ok`.',
		],
	},
	thresholds: {
		count: {
			value: 4,
			unit: 'count',
			source:
				'partial resyncs in two minutes, beyond one for each replica: a failover or a restart costs each replica one',
		},
	},
	raiseAfter: 1,
	needs: {resynced: infoNumber('stats', 'sync_partial_ok')},
	evaluate({resynced}, facts, limits) {
		const before = facts.past(['stats', 'sync_partial_ok'], windowMs)[0]?.value ?? resynced;
		const resyncs = Math.max(0, resynced - before, Math.min(resynced, loggedBreaks(facts)));
		if (resyncs - (replicaCount.read(facts) ?? 0) < limits.count) {
			return clear;
		}

		const replica = breakingReplica(facts);
		return fires('warning', {
			problem: message`has a link to ${replica === undefined ? 'a replica' : message`replica ${nodeName(replica)}`} that breaks again and again`,
			detail: `${count(resyncs)} partial resyncs within two minutes`,
			effect: 'reads-stale',
			nodes: [facts.address, ...facts.record.replicas.map(({address}) => address)],
			evidence: [
				{name: 'partial resyncs in two minutes', value: resyncs, unit: 'count'},
				...infoEvidence(facts, ['stats', 'sync_partial_ok', 'count'], ['replication', 'connected_slaves', 'count']),
			],
			meaning: 'The replica misses writes until it is back. A break that outlasts the backlog costs a full resync.',
			next: [
				...logSteps(facts),
				hint('compare the settings: repl-timeout on both ends must be longer than repl-ping-replica-period here'),
				redisCli(facts, 'CONFIG GET repl-*'),
				hint('look at the network between them: a proxy, a firewall or a timeout on the way ends the connection'),
			],
		});
	},
});
