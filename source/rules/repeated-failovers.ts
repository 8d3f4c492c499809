import {nodeTimeoutOf} from '../cluster/cluster-state.js';
import {commandOf} from '../derive/command-name.js';
import type {NextStep, Statement} from '../domain/finding.js';
import {message, type Name, nameOf} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {milliseconds, seconds} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {topologyOf} from '../topology/topology.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';
import {monitoredGroups, type SentinelReport} from './sentinel-groups.js';

/**
What follows where a command holds each primary for too long: nodes do not answer while it runs, and former primaries
need full resyncs.
*/
export const failoverSymptoms = [
	'rep.fullsync_storm',
	'rep.link_down',
	'lat.slowlog_new',
	'lat.event',
	'conn.unresponsive',
	'sen.failing',
	'srv.busy',
] as const;

const windowMs = 600_000;

/** Milliseconds after the last failover for which the repetition counts as lasting. */
const lastingMs = 180_000;

/**
When the node became a primary within ten minutes, in milliseconds since the epoch. Redis-top saw the new role, or the
log of the server on this machine tells of it.
*/
function promotionsOf({memory, record: {host}, nowMs}: NodeFacts): readonly number[] {
	const isRecent = (atMs: number) => nowMs - atMs <= windowMs && atMs <= nowMs;
	const logged = (host?.value.kind === 'here' ? (host.value.log?.happened ?? []) : [])
		.filter(({id, atMs}) => id === 'won-failover' && isRecent(atMs))
		.flatMap(({atMs, count}) => Array.from({length: count}, () => atMs));
	const seen = memory.promotedAtMs.filter(isRecent);
	return logged.length > seen.length ? logged : seen;
}

/** Nodes of which one at a time is the primary, and how long that primary may be silent before it is replaced. */
type Group = {
	readonly name: Name;
	readonly subject: string;
	readonly members: readonly NodeFacts[];
	readonly limit: {readonly name: string; readonly ms: number | undefined};
	/** The steps that let the primary be silent for longer. */
	readonly longer: readonly NextStep[];
};

const longerMs = 10_000;

function sentinelGroups(fleet: FleetFacts): readonly Group[] {
	const sameNode = nodeFinder(new Map([...fleet.nodes].map(([address, {record}]) => [address, record])));
	return monitoredGroups(fleet).map(({name, reports}) => {
		const named = reports.flatMap(({primary}) => [
			primary.address,
			...(primary.replicas ?? []).map(({address}) => address),
		]);
		const downAfter = reports.flatMap(({primary: {downAfterMs}}) => downAfterMs ?? []);
		return {
			name: nameOf('primary', name),
			subject: name,
			members: [...new Set(named.map(sameNode))].flatMap(address => fleet.nodes.get(address) ?? []),
			limit: {name: 'down-after-milliseconds', ms: downAfter.length === 0 ? undefined : Math.min(...downAfter)},
			longer: longerSteps(name, reports),
		};
	});
}

const longerSteps = (name: string, reports: readonly SentinelReport[]): readonly NextStep[] => [
	hint('or let each sentinel wait longer before it takes the primary for down:'),
	...reports.map(({sentinel}) =>
		redisCli(sentinel, message`SENTINEL SET ${nameOf('primary', name)} down-after-milliseconds ${longerMs}`),
	),
];

function clusterShards({nodes}: FleetFacts): readonly Group[] {
	const records = new Map([...nodes].map(([address, {record}]) => [address, record]));
	return topologyOf(records).shards.map(({name, primary, replicas}) => {
		const members = [...(primary === undefined ? [] : [primary]), ...replicas].flatMap(
			({address}) => nodes.get(address) ?? [],
		);
		return {
			name: nameOf('primary', name),
			subject: name,
			members,
			limit: {
				name: 'cluster-node-timeout',
				ms: nodeTimeoutOf(new Map(members.map(({address, record}) => [address, record]))),
			},
			longer: [
				hint('or let the nodes wait longer before they take a primary for failed:'),
				hint('on each node of the cluster: CONFIG SET cluster-node-timeout 15000'),
			],
		};
	});
}

type Culprit = {readonly entry: SlowlogEntry; readonly facts: NodeFacts};

/** The longest command within ten minutes that held a primary for longer than the others wait for it. */
function culpritIn({members, limit: {ms}}: Group): Culprit | undefined {
	if (ms === undefined) {
		return undefined;
	}

	return members
		.flatMap(facts => {
			const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
			return (facts.record.slowlog?.value.entries ?? [])
				.filter(({atMs, durationMicroseconds}) => serverMs - atMs <= windowMs && durationMicroseconds >= ms * 1000)
				.map(entry => ({entry, facts}));
		})
		.toSorted((one, other) => other.entry.durationMicroseconds - one.entry.durationMicroseconds)[0];
}

const clientOf = ({clientName, clientAddress}: SlowlogEntry): Name | undefined => {
	const client = clientName || clientAddress;
	return client === undefined ? undefined : nameOf('client', client);
};

/** The problem and its reason, with the command and the client first where they are known. */
function statementOf(group: Group, culprit: Culprit | undefined, times: number): Pick<Statement, 'problem' | 'reason'> {
	if (culprit === undefined) {
		return {problem: message`${group.name} was failed over ${times} times`};
	}

	const {entry} = culprit;
	const {name, ms = 0} = group.limit;
	const client = clientOf(entry);
	const who = client === undefined ? '' : message` from ${client}`;
	return {
		problem: message`${commandOf(entry)}${who} makes ${group.name} fail over, ${times} times`,
		reason: message`it held the primary for ${milliseconds(entry.durationMicroseconds / 1000)}, longer than ${name} (${milliseconds(ms)})`,
	};
}

export const repFailovers = rule({
	id: 'rep.failovers',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule counts how often nodes of one Sentinel group, or of one shard, became the primary within ten minutes: by the roles that redis-top saw, and by the logs of the servers on this machine. A command of the slow log that ran for longer than `down-after-milliseconds` or `cluster-node-timeout` is named as the cause.',
		since: 'any',
		falsePositives: [
			'Planned work fails over several times. Without such a command the finding is a warning from five failovers on.',
			'The repetition may be over. The finding ends three minutes after the last failover.',
		],
	},
	thresholds: {
		count: {value: 3, unit: 'count', source: 'failovers in ten minutes; a planned restart of all nodes takes two'},
		planned: {value: 5, unit: 'count', source: 'failovers in ten minutes without a known cause'},
	},
	raiseAfter: 1,
	evaluate(fleet, limits): FleetEvaluation[] {
		const promoted = new Map<NodeAddress, readonly number[]>();
		for (const facts of fleet.nodes.values()) {
			const times = promotionsOf(facts);
			if (times.length > 0) {
				promoted.set(facts.address, times);
			}
		}

		if (promoted.size === 0) {
			return [];
		}

		const groups = fleet.deployment === 'cluster' ? clusterShards(fleet) : sentinelGroups(fleet);
		return groups.flatMap(group => {
			const times = group.members.flatMap(({address}) => promoted.get(address) ?? []).toSorted((a, b) => a - b);
			const [first, last] = [times[0], times.at(-1)];
			const address = group.members[0]?.address;
			if (first === undefined || last === undefined || fleet.nowMs - last > lastingMs) {
				return [];
			}

			const culprit = culpritIn(group);
			const fewest = culprit === undefined ? limits(address).planned : limits(address).count;
			if (times.length < fewest) {
				return [];
			}

			const firing = fires(culprit === undefined ? 'warning' : 'critical', {
				...statementOf(group, culprit, times.length),
				detail: `in ${seconds(Math.max(1, Math.ceil((fleet.nowMs - first) / 1000)))}`,
				effect: 'not-responding',
				culprit: culprit && {
					command: commandOf(culprit.entry),
					client: clientOf(culprit.entry),
					node: culprit.facts.address,
				},
				nodes: group.members.map(({address}) => address),
				evidence: [
					{name: 'failovers in ten minutes', value: times.length, unit: 'count'},
					...(culprit === undefined
						? []
						: [
								{
									name: commandOf(culprit.entry),
									value: culprit.entry.durationMicroseconds / 1000,
									unit: 'milliseconds' as const,
								},
							]),
					...(group.limit.ms === undefined
						? []
						: [{name: group.limit.name, value: group.limit.ms, unit: 'milliseconds' as const}]),
				],
				meaning:
					'Each failover costs the clients their connections and some writes, and the former primary a resync of its data.',
				next: [
					...(culprit === undefined
						? []
						: [
								hint(
									message`stop ${clientOf(culprit.entry) ?? 'the client that sends it'}, or let its ${commandOf(culprit.entry)} take smaller steps`,
								),
								...group.longer,
								redisCli(culprit.facts, 'SLOWLOG GET 10'),
							]),
					...(culprit === undefined ? [hint('find what stops the primary again and again: 0 lists the events')] : []),
				],
			});
			return [{...firing, subject: group.subject}];
		});
	},
});

export const repeatedFailoverRules = [repFailovers] as const;
