import type {NodeRecord} from '../derive/node-record.js';
import {message, nameOf, nodeName} from '../domain/message.js';
import {isLoopback, type NodeAddress} from '../domain/node.js';
import {bytesPerSecond, milliseconds} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {roundTripsOf} from './distance.js';
import {isOfCluster} from './loading-primary.js';
import {pending, rate} from './needs.js';
import {hint, onHost, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Number of the latest PINGs that tell, beside the last polls, how long replies take now. */
const latestPings = 3;
/** Fewest round trips that must all be late: those of the last two polls. */
const fewestRoundTrips = 2;
/** Least ratio of each round trip of the primary to the shortest of the other nodes. */
const leastFactor = 3;
/**
Least share of a round trip by which the round trips differ. Those over a long way are alike, and those through the queue of
a full link are not.
*/
const leastSpread = 0.2;
/** Longest age, in milliseconds, of a burst of PINGs that tells how long replies take now. */
const burstMs = 5000;
/** Largest share of the time in which the main thread may be at work. Above it, replies may wait for the server. */
const busyShare = 0.5;
/** Least share of the primary's output that goes to full resyncs. */
const leastShare = 0.5;

const median = (values: readonly number[]): number | undefined =>
	values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)];

/**
The shortest of the last polls of the other data nodes, in milliseconds: what a reply takes where the link is free. Undefined
without another node that answers.
*/
function usualMs({record, nodes}: NodeFacts): number | undefined {
	const polls = [...nodes.values()].flatMap(({address, failure, role, sample}) =>
		address === record.address || failure !== undefined || role === 'sentinel' || sample === undefined
			? []
			: [sample.roundTripMs],
	);
	return polls.length === 0 ? undefined : Math.min(...polls);
}

/**
How long replies of the node take now, in milliseconds, where each of the latest is far later than at the other nodes. On a
busy machine single replies are late, and not all.
*/
function lateReplyMs(facts: NodeFacts, usual: number, leastMs: number): number | undefined {
	const {record, nowMs, sample, earlier} = facts;
	const {burst, series} = record.ping;
	const recent = burst !== undefined && nowMs - burst.atMs <= burstMs ? burst.pings : [];
	const trips = [
		sample?.roundTripMs,
		earlier?.roundTripMs,
		...series.latest(latestPings),
		...recent.map(({roundTripMs}) => roundTripMs),
	].filter(value => value !== undefined);
	const typical = median(trips);
	if (typical === undefined || trips.length < fewestRoundTrips) {
		return undefined;
	}

	const quickest = Math.min(...trips);
	const isUneven = Math.max(...trips) - Math.min(quickest, ...roundTripsOf(facts)) >= leastSpread * typical;
	return quickest - usual >= leastMs && quickest >= leastFactor * usual && isUneven ? typical : undefined;
}

/** The replicas that copy all data from the node now, as redis-top polls them; undefined for one that it does not poll. */
function copyingReplicas({record, nodes}: NodeFacts) {
	const sameNode = nodeFinder(nodes);
	return record.replicas
		.filter(({state}) => state !== 'online')
		.map(({address}) => ({address, record: nodes.get(sameNode(address))}));
}

/**
Bytes a second that full resyncs take. Since 7.0 the server counts what it sends to replicas. The child process of a Valkey
with `dual-channel-replication-enabled` sends the data itself, and only the replicas count them.
*/
function resyncRate(facts: NodeFacts, replicas: readonly (NodeRecord | undefined)[]): number {
	const {record} = facts;
	const online = record.replicas.filter(({state}) => state === 'online').length;
	const stream = (record.values.get('replicationBytes') ?? 0) * online;
	const sent = (facts.perSecond('stats', 'total_net_repl_output_bytes') ?? 0) - stream;
	const received = replicas.reduce((sum, replica) => sum + (replica?.values.get('networkInput') ?? 0), 0);
	return Math.max(sent, received);
}

/** The steps that leave the link to the clients. No step discards data that another node lacks. */
function stepsFor(facts: NodeFacts, replicas: ReturnType<typeof copyingReplicas>) {
	const {record, nodes, settings} = facts;
	const last = replicas.at(-1);
	const isChosenElsewhere = isOfCluster(record) || [...nodes.values()].some(({role}) => role === 'sentinel');
	const online = record.replicas.find(({state}) => state === 'online')?.address;
	const source = online === undefined ? undefined : nodes.get(nodeFinder(nodes)(online));
	if (last === undefined) {
		return [];
	}

	const canChain = !isChosenElsewhere && last.record !== undefined && source?.endpoint.kind === 'tcp';
	return [
		replicas.length > 1
			? hint(message`one full resync at a time: stop ${nodeName(last.address)}, start it again after the other`)
			: hint(message`wait for the end of the full resync, or stop ${nodeName(last.address)} until a quiet time`),
		...(canChain && last.record !== undefined && source?.endpoint.kind === 'tcp'
			? [
					hint(message`or let it copy from ${nodeName(source.address)} in place of the primary:`),
					redisCli(
						{record: last.record, settings},
						message`REPLICAOF ${nameOf('host', source.endpoint.host)} ${source.endpoint.port}`,
					),
				]
			: []),
		...(facts.setting('rdbcompression') === 'no'
			? [hint('CONFIG SET rdbcompression yes on the primary: the next full resync sends less')]
			: []),
		onHost('sar -n DEV 1 5 || ip -s link   # how full each interface is'),
	];
}

export const repSyncLink = rule({
	id: 'rep.sync_link',
	scope: 'node',
	docs: {
		looksAt:
			'Replicas copy all data from the primary (`state=` of their lines in INFO is not `online`), and clients wait meanwhile. Most of what the primary sends goes to them (`total_net_repl_output_bytes`, or `total_net_input_bytes` of the replicas). All round trips of redis-top to the primary take three times as long as one to another node, and 10 ms longer.',
		since: '7.0',
		falsePositives: [
			'The full resync of a new replica over a link with room makes no client wait. The rule then is clear.',
			'On a busy machine round trips are long. The rule compares those of the primary with those of the other nodes.',
			'Round trips over a long way are alike. Those through the queue of a full link differ.',
		],
	},
	thresholds: {
		warning: {value: 10, unit: 'milliseconds', source: 'as for conn.rtt'},
		critical: {value: 100, unit: 'milliseconds', source: 'as for conn.rtt'},
		bytes: {value: 500_000, unit: 'bytes', source: 'a second; 4 Mbit/s, less than any link between servers'},
	},
	raiseAfterMs: 2000,
	countsAtOnce: true,
	roles: ['primary'],
	appliesTo: ({record}) => record.replicas.some(({state}) => state !== 'online') && !isNearby(record),
	needs: {
		output: rate('stats', 'total_net_output_bytes'),
		usual: {read: usualMs, missing: () => pending('needs another node, whose round trips are compared')},
	},
	evaluate({output, usual}, facts, limits) {
		const replicas = copyingReplicas(facts);
		const taken = resyncRate(
			facts,
			replicas.map(({record}) => record),
		);
		const waitMs = lateReplyMs(facts, usual, limits.warning);
		const isBusy = (facts.record.values.get('cpuSeconds') ?? 0) > busyShare;
		const isMost = taken >= limits.bytes && taken >= leastShare * output;
		if (waitMs === undefined || isBusy || !isMost) {
			return clear;
		}

		return fires(waitMs - usual >= limits.critical ? 'critical' : 'warning', {
			problem: message`answers in ${milliseconds(waitMs)} while full resyncs fill its link`,
			detail: message`${namesOf(replicas.map(({address}) => address))} take ${bytesPerSecond(taken)}`,
			effect: 'slow',
			nodes: [facts.address, ...replicas.flatMap(({record}) => (record === undefined ? [] : [record.address]))],
			evidence: [
				{name: 'PING now', value: waitMs, unit: 'milliseconds'},
				{name: 'round trip of the other nodes', value: usual, unit: 'milliseconds'},
				{name: 'full resyncs', value: taken, unit: 'bytesPerSecond'},
				{name: 'output', value: output, unit: 'bytesPerSecond'},
			],
			meaning:
				'A full resync sends as fast as the link allows, and replies of clients wait in the same queue. It ends by itself.',
			next: [...stepsFor(facts, replicas), redisCli(facts, 'INFO replication')],
		});
	},
});

/** Whether redis-top reaches the server without a network, so that its round trips tell nothing of a link. */
const isNearby = ({endpoint, host}: NodeRecord): boolean =>
	isLoopback(endpoint) || (host?.value.kind === 'here' && host.value.process !== undefined);

/** The replicas as text: `10.0.1.2:6379 and 10.0.1.3:6379`, or the first and how many more. */
function namesOf(addresses: readonly NodeAddress[]) {
	const [first, second, ...others] = addresses.map(address => nodeName(address));
	return second === undefined
		? message`${first ?? '?'}`
		: others.length === 0
			? message`${first ?? '?'} and ${second}`
			: message`${first ?? '?'} and ${addresses.length - 1} more`;
}
