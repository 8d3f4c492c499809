import type {NextStep} from '../domain/finding.js';
import {type Message, message, nodeName} from '../domain/message.js';
import {bytes, seconds} from '../text/units.js';
import {primaryNamedBy} from '../topology/replication-edges.js';
import {departedReplica} from './departed-replica.js';
import {infoEvidence} from './evidence.js';
import {loggedMissing} from './logged-replica.js';
import {isLoneServer} from './lone-server.js';
import {missingReplicas} from './missing-replicas.js';
import {infoNumber, pending, replicaCount} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {isAway, isRemoved} from './planned-restart.js';
import {isSettling, roleGrace, settling, withPrimary} from './replication-link.js';
import {clear, fires, rule} from './rule.js';
import {promotedBeside} from './two-primaries.js';
import {readOnlySteps, writersHere} from './writes-to-replica.js';

export const repNone = rule({
	id: 'rep.none',
	scope: 'node',
	docs: {
		looksAt:
			'A primary has no replica (`connected_slaves:0`), although a node that redis-top knows names it as its primary.',
		since: 'any',
		falsePositives: ['A single server has no replica by design. The rule fires only if another node names it.'],
	},
	raiseAfterMs: 10_000,
	countsAtOnce: true,
	roles: ['primary'],
	needs: {connected: replicaCount},
	evaluate({connected}, facts) {
		const expected =
			connected > 0
				? []
				: [...facts.nodes.values()].filter(
						record => record.address !== facts.address && primaryNamedBy(record) === facts.address,
					);
		const [first] = expected;
		if (first === undefined) {
			return clear;
		}

		return isSettling(facts)
			? settling
			: fires('info', {
					problem: 'has no replica now',
					effect: 'failover-impossible',
					nodes: [facts.address, ...expected.map(({address}) => address)],
					evidence: [
						...infoEvidence(facts, ['replication', 'connected_slaves', 'count']),
						...expected.map(({address}) => ({name: 'expected replica', value: message`${nodeName(address)}`})),
					],
					meaning: 'No node can replace it, and its newest data is only here.',
					next: [hint(message`look at ${nodeName(first.address)}`), redisCli(facts, 'INFO replication')],
				});
	},
});

export const repLost = rule({
	id: 'rep.lost',
	scope: 'node',
	docs: {
		looksAt:
			'A primary has fewer replicas than earlier within the last ten minutes: `connected_slaves`. In the first ten minutes the rule also tells of a replica that left before redis-top started. A primary without a replica keeps its backlog (`repl_backlog_active`) for `repl-backlog-ttl`, an hour by default, and its log on this machine names the last replica.',
		since: 'any',
		falsePositives: [
			'A replica in a full resync counts as connected. The rule does not miss it.',
			'After a failover the replicas follow the promoted node. The rule waits where a former replica is a primary now.',
			'A replica may be removed on purpose. A node that a cluster or the Sentinels no longer name does not count. Elsewhere the finding ends after ten minutes.',
			'A replica that restarts is disconnected for some seconds. The finding is only a warning for `rep.grace.seconds`. It is info while as many nodes restart as replicas are missing (`srv.planned`).',
			'A backup tool reads the data as a replica does, and leaves. It sends no acknowledgements (REPLCONF ACK), so the rule does not take it for a replica.',
			'A replica that was removed on purpose before redis-top started looks the same for `repl-backlog-ttl`. The finding is a warning at most. Clusters are left out, because their nodes list each replica.',
			'During a failover the replicas follow the new primary before the old primary becomes a replica. Two nodes that both stay primaries are reported by rep.diverged.',
		],
	},
	thresholds: {
		recent: {value: 600, unit: 'seconds', source: 'awesome-prometheus-alerts looks at changes of minutes'},
	},
	raiseAfter: 3,
	roles: ['primary'],
	needs: {connected: replicaCount},
	evaluate({connected}, facts, limits, heldMs) {
		const most = Math.max(
			connected,
			...facts.past(['replication', 'connected_slaves'], limits.recent * 1000).map(({value}) => value),
		);
		if (connected >= most) {
			return most === 0 && !isSettling(facts) ? departedReplica(facts) : clear;
		}

		const removed = [...facts.nodes.values()].filter(
			node => isRemoved(node) && facts.nowMs - (node.goneSinceMs ?? 0) < limits.recent * 1000,
		);
		if (connected >= most - removed.length) {
			return clear;
		}

		if (promotedBeside(facts) !== undefined) {
			return pending('a replica of it was promoted: rep.diverged says whether both stay primaries');
		}

		const away = [...facts.nodes.values()].filter(node => node.address !== facts.address && isAway(node, facts));
		const missing = missingReplicas(facts);
		const lost = most - connected;
		const isShort = heldMs < facts.limitsOf(roleGrace).seconds * 1000;
		return isSettling(facts)
			? settling
			: fires(away.length >= lost ? 'info' : isShort ? 'warning' : 'critical', {
					problem:
						missing === undefined || missing.addresses.length !== lost
							? `lost ${lost} of ${most} replicas`
							: lost === most
								? message`lost its ${lost === 1 ? 'replica' : 'replicas'} ${missing.names}`
								: message`lost ${lost} of ${most} replicas, ${missing.names}`,
					nodes: missing && [facts.address, ...missing.addresses],
					effect: connected === 0 ? 'failover-impossible' : undefined,
					evidence: [
						...infoEvidence(facts, ['replication', 'connected_slaves', 'count']),
						{name: 'most in ten minutes', value: most, unit: 'count'},
					],
					meaning:
						connected === 0
							? 'No node can replace it now.'
							: 'Fewer nodes can replace it, and the others have to serve the reads of the lost ones.',
					next: [
						hint(
							missing === undefined
								? 'look at the replica that is missing: panel 3, panel 0'
								: message`look at ${missing.names}: is the process running, and is its host reached?`,
						),
						redisCli(facts, 'INFO replication'),
						...logSteps(facts),
					],
				});
	},
});

/** Seconds without an acknowledgement after which a replica no longer counts as good; the server's default. */
const defaultMaxLag = 10;

/**
The linked replica whose acknowledgement is the oldest, if it is too old for `min-replicas-max-lag`: what it does, and
what to do about it. A replica that runs a script answers BUSY.
*/
function lateReplica(facts: NodeFacts): {readonly text: Message; readonly step: Message} | undefined {
	const maxLag = Number(facts.setting('min-replicas-max-lag') ?? defaultMaxLag);
	const [late] = facts.record.replicas
		.filter(({state, ackAgeSeconds = 0}) => state === 'online' && ackAgeSeconds > maxLag)
		.toSorted((one, other) => (other.ackAgeSeconds ?? 0) - (one.ackAgeSeconds ?? 0));
	if (late === undefined) {
		return undefined;
	}

	const name = nodeName(late.address);
	const isBusy = facts.nodes.get(late.address)?.failure?.state === 'busy';
	return {
		text: isBusy ? message`replica ${name} runs a script` : message`replica ${name} no longer acknowledges`,
		step: isBusy
			? message`end the script that ${name} runs: SCRIPT KILL there`
			: message`see whether ${name} answers PING: a SIGSTOP, a long command, swap, the network`,
	};
}

/** What to do about a setting for replicas on a server that seems never to have had one. */
const loneSteps = (unset: NextStep): readonly NextStep[] => [
	hint('set min-replicas-to-write to 0: it gives up that a replica has each write, and none was ever seen here'),
	unset,
	hint('put 0 into the config file too: with the setting there, a restart refuses writes again'),
	hint('or if it should have replicas: bring them back, and keep the setting'),
];

export const repMinGood = rule({
	id: 'rep.min_good',
	scope: 'node',
	docs: {
		looksAt:
			'The server refuses writes with NOREPLICAS: `min_slaves_good_slaves` is below `min-replicas-to-write`, or `errorstat_NOREPLICAS` (since 6.2) rises.',
		since: '2.8',
		falsePositives: [
			'INFO has `min_slaves_good_slaves` only while `min-replicas-to-write` is set. The rule is clear without it.',
		],
	},
	raiseAfter: 1,
	clearAfter: 5,
	roles: ['primary'],
	needs: {},
	evaluate(_, facts) {
		const good = facts.number('replication', 'min_slaves_good_slaves');
		const wanted = Number(facts.setting('min-replicas-to-write') ?? Number.NaN);
		const isWantedKnown = !Number.isNaN(wanted);
		const refused = facts.errorIncrease('NOREPLICAS') ?? 0;
		const isShort = good !== undefined && good < wanted;
		if (!isShort && refused === 0) {
			return clear;
		}

		const missing = isShort ? missingReplicas(facts) : undefined;
		// A session that began after the loss knows no replica. The log on this machine may name the last one.
		// A replica that left long ago explains nothing while enough replicas are linked and too slow.
		const isLinked = (facts.number('replication', 'connected_slaves') ?? wanted) >= wanted;
		const loss = isShort && missing === undefined && !isLinked ? loggedMissing(facts) : undefined;
		const lost = loss && nodeName(loss.replica);
		const late = isShort && missing === undefined && lost === undefined ? lateReplica(facts) : undefined;
		const counted = `${good} of ${wanted} needed replicas`;
		const isLone = isShort && missing === undefined && lost === undefined && late === undefined && isLoneServer(facts);
		const unset = redisCli(facts, 'CONFIG SET min-replicas-to-write 0');
		return fires('critical', {
			problem: 'refuses writes (NOREPLICAS)',
			detail: missing === undefined && lost === undefined && late === undefined ? undefined : counted,
			reason: isShort
				? (missing?.text ??
					(lost && message`replica ${lost} left ${seconds(loss?.agoSeconds ?? 0)} ago`) ??
					late?.text ??
					(isLone ? `min-replicas-to-write ${wanted}, no replica` : counted))
				: good === undefined || !isWantedKnown
					? 'it has too few good replicas'
					: `it had too few good replicas a moment ago, and has ${good} of ${wanted} now`,
			effect: 'writes-refused',
			evidence: [
				...infoEvidence(
					facts,
					['replication', 'min_slaves_good_slaves', 'count'],
					['replication', 'connected_slaves', 'count'],
				),
				...(isWantedKnown ? [{name: 'min-replicas-to-write', value: wanted}] : []),
				...(refused > 0
					? [{name: 'NOREPLICAS replies since the sample before', value: refused, unit: 'count' as const}]
					: []),
			],
			meaning: 'Every write gets an error, as the setting demands while too few replicas would have it.',
			next: isLone
				? loneSteps(unset)
				: [
						hint(
							missing === undefined && lost === undefined
								? (late?.step ?? 'bring the replicas back: its config, its Sentinels or its log name them')
								: message`bring ${missing?.names ?? lost ?? '-'} back: look at the process, its host, the network between`,
						),
						...(missing === undefined && lost === undefined && late === undefined ? logSteps(facts) : []),
						unset,
					],
		});
	},
});

export const repMaxmem = rule({
	id: 'rep.maxmem',
	scope: 'node',
	docs: {
		looksAt:
			"A replica's `maxmemory` is below the `used_memory` of its primary, and below the primary's own `maxmemory`.",
		since: '3.2',
		falsePositives: [
			'A primary exceeds its limit for moments, and the samples of the two nodes are of different moments. A replica with the same limit does not fire.',
			'A replica ignores its own limit (`replica-ignore-maxmemory`) until it is promoted. The finding is at most a warning.',
		],
	},
	roles: ['replica'],
	needs: {limit: infoNumber('memory', 'maxmemory')},
	evaluate({limit}, facts) {
		const info = facts.primary?.sample?.info;
		const used = info?.number('memory', 'used_memory');
		// Without a limit, maxmemory is 0.
		const limitOfPrimary = info?.number('memory', 'maxmemory') || Number.POSITIVE_INFINITY;
		if (limit === 0 || used === undefined || limit >= Math.min(used, limitOfPrimary)) {
			return clear;
		}

		return fires('warning', {
			problem: 'has less maxmemory than its primary uses',
			detail: `${bytes(limit)} against ${bytes(used)}`,
			nodes: withPrimary(facts),
			evidence: [
				...infoEvidence(facts, ['memory', 'maxmemory', 'bytes']),
				{name: 'used_memory of its primary', value: used, unit: 'bytes'},
			],
			meaning: 'After a failover to it, it evicts keys or refuses writes.',
			next: [redisCli(facts, `CONFIG SET maxmemory ${Math.ceil((used * 1.25) / 1024 ** 2)}mb`)],
		});
	},
});

export const repWritable = rule({
	id: 'rep.writable',
	scope: 'node',
	docs: {
		looksAt:
			'A replica accepts writes of its own: `slave_read_only:0`. CLIENT LIST shows who writes: clients whose last command was a write, a moment ago.',
		since: '2.6',
		falsePositives: [
			'Some operators set it on purpose, for results that may be lost. The rule cannot tell this case apart.',
		],
	},
	roles: ['replica'],
	needs: {isReadOnly: infoNumber('replication', 'slave_read_only')},
	evaluate({isReadOnly}, facts) {
		if (isReadOnly !== 0) {
			return clear;
		}

		const writers = writersHere(facts);
		return fires('warning', {
			problem:
				writers === undefined
					? 'is a replica that accepts writes'
					: message`is a replica that takes writes of ${writers.senders}`,
			detail: writers?.commands.slice(0, 3).join(', '),
			reason: 'replica-read-only no',
			effect: writers === undefined ? undefined : 'data-at-risk',
			culprit:
				writers === undefined
					? undefined
					: {client: writers.only, command: writers.commands.length === 1 ? writers.commands[0] : undefined},
			evidence: infoEvidence(facts, ['replication', 'slave_read_only']),
			meaning: 'Keys that are written here exist nowhere else. The next full resync discards them.',
			next: readOnlySteps(facts, writers),
		});
	},
});

export const replicationSetupRules = [repNone, repLost, repMinGood, repMaxmem, repWritable] as const;
