import {slotsIn} from '../cluster/node-view.js';
import {rangesText} from '../cluster/verdict-text.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {joinMessages, type Message, message, nameOf, nodeName} from '../domain/message.js';
import {failureText} from '../domain/sample.js';
import {
	announcerOf,
	areOthersReached,
	isAnnouncedUnreachable,
	isListedInCluster,
	unlinkedReplicas,
} from '../topology/announced.js';
import {askNode} from './cluster-findings.js';
import {hint, redisCli} from './next-steps.js';
import {quotedName} from './node-facts.js';
import {recordsIn} from './node-records.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';

/** Name of the evidence of clu.announce that a replica does not reach the announced address either. */
export const unlinkedAtAnnounced = 'replica without link';

/** A node's line about itself, as it announces itself to the cluster. */
const selfOf = ({clusterNodes}: NodeRecord) => clusterNodes?.value.find(({flags}) => flags.has('myself'));

/**
The `--nat-map` that makes the announced address reachable, if redis-top knows one: the node answers at another address,
or a node that announces the same host does.
*/
function natMapFor({endpoint, address}: NodeRecord, fleet: FleetFacts): Message | undefined {
	if (endpoint.kind !== 'tcp') {
		return undefined;
	}

	for (const {record} of fleet.nodes.values()) {
		const self = record.failure === undefined ? selfOf(record) : undefined;
		const {endpoint: reached} = record;
		if (self?.host === endpoint.host && reached.kind === 'tcp' && reached.host !== self.host) {
			if (reached.port === self.port) {
				return message`--nat-map ${nameOf('host', endpoint.host)}=${nameOf('host', reached.host)}`;
			}

			if (self.port === endpoint.port) {
				return message`--nat-map ${nodeName(address)}=${nodeName(record.address)}`;
			}
		}
	}

	return undefined;
}

/** The settings that announce the address at which the node answers. */
function announceSteps(announcer: NodeRecord, record: NodeRecord, fleet: FleetFacts): readonly NextStep[] {
	const facts = fleet.nodes.get(announcer.address);
	const [wrong, right] = [record.endpoint, announcer.endpoint];
	if (facts === undefined || wrong.kind !== 'tcp' || right.kind !== 'tcp') {
		return [];
	}

	return [
		hint(wrong.port === right.port ? 'let it announce the address of its host' : 'let it announce its own port'),
		...(wrong.port === right.port ? [] : [redisCli(facts, 'CONFIG SET cluster-announce-port 0')]),
		...(wrong.host === right.host
			? []
			: [redisCli(facts, message`CONFIG SET cluster-announce-ip ${nameOf('host', right.host)}`)]),
		hint('CONFIG REWRITE keeps it over a restart; the other way is to mend the port mapping to the announced address'),
	];
}

/** The errors of a connection that nothing answers: packets get lost on the way, or there is no way. */
const silentCodes: ReadonlySet<string> = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/** What tells whether the way to the node is cut, and what gives its slots to a node that clients here reach. */
function cutWaySteps({endpoint}: NodeRecord, reached: NodeRecord | undefined, fleet: FleetFacts): readonly NextStep[] {
	const facts = reached === undefined ? undefined : fleet.nodes.get(reached.address);
	return [
		...(endpoint.kind === 'tcp'
			? [
					hint(
						message`from here and from a host of the cluster: nc -vz -w 3 ${quotedName('host', endpoint.host)} ${endpoint.port}`,
					),
				]
			: []),
		...(facts === undefined || reached === undefined
			? []
			: [
					hint(
						message`until the way is mended, ${nodeName(reached.address)}, which is reached from here, can take over its slots without loss:`,
					),
					redisCli(facts, 'CLUSTER FAILOVER'),
				]),
	];
}

function announced(record: NodeRecord, fleet: FleetFacts): FleetEvaluation {
	const {address} = record;
	const records = recordsIn(fleet);
	const announcer = announcerOf(record, records);
	const unlinked = unlinkedReplicas(record, records);
	const line = [...records.values()]
		.filter(({failure}) => failure === undefined)
		.flatMap(({clusterNodes}) => clusterNodes?.value ?? [])
		.find(
			({host, port}) =>
				record.endpoint.kind === 'tcp' && host === record.endpoint.host && port === record.endpoint.port,
		);
	const slots = line?.slots ?? [];
	const isWrong = unlinked.length > 0;
	const mapping = natMapFor(record, fleet);
	const replicas = joinMessages(
		unlinked.slice(0, 2).map(each => nodeName(each.address)),
		', ',
	);
	const nat: readonly NextStep[] = [
		hint(
			mapping === undefined
				? 'map it with --nat-map, or let it announce what can be reached: cluster-announce-ip, cluster-announce-hostname'
				: message`redis-top ${mapping}; clients of this side need it to announce what they reach: cluster-announce-ip`,
		),
	];
	// The cluster reaches the node, so its host is there.
	const isSilent = silentCodes.has(record.failure?.code ?? '');
	const reason =
		record.failure === undefined
			? 'no answer'
			: isSilent
				? 'no route from here, or a firewall between'
				: failureText(record.failure);
	// The owner works, and the cluster never takes its slots from it.
	const isCut = !isWrong && isSilent && mapping === undefined && areOthersReached(record, records);
	const missesSlots = (isWrong || isCut) && slots.length > 0;
	const successor =
		isCut && line !== undefined && slots.length > 0
			? [...records.values()].find(
					other => other.failure === undefined && other.role === 'replica' && selfOf(other)?.primaryId === line.id,
				)
			: undefined;
	const way =
		isSilent && mapping === undefined
			? [
					hint('check the route and the firewalls from here to its host'),
					...(isCut ? cutWaySteps(record, successor, fleet) : []),
				]
			: [];
	return {
		...fires(missesSlots ? 'critical' : 'warning', {
			// A connection without an answer took its whole time already.
			isCertain: isSilent && !isWrong,
			problem:
				announcer === undefined
					? isWrong
						? 'is announced, and nothing answers there'
						: 'was never reached from here'
					: message`announces ${nodeName(address)}, where nothing answers`,
			detail: isWrong
				? message`nor does ${unlinked.length === 1 ? 'its replica' : 'a replica of its own'} ${replicas} reach it${slots.length === 0 ? '' : `: clients miss slots ${rangesText(slots)}`}`
				: message`although the cluster reaches it${missesSlots ? message`: clients here miss slots ${rangesText(slots)}` : ''}`,
			reason: isWrong ? 'cluster-announce-port or cluster-announce-ip is wrong' : reason,
			effect: missesSlots ? 'slots-unserved' : announcer === undefined ? 'unreachable' : undefined,
			nodes: [address, ...(announcer === undefined ? [] : [announcer.address])],
			evidence: [
				{name: 'announced', value: message`${nodeName(address)}`},
				{name: 'error', value: record.failure?.code ?? '-'},
				...unlinked.map(each => ({name: unlinkedAtAnnounced, value: message`${nodeName(each.address)}`})),
				...(slots.length === 0 ? [] : [{name: 'slots', value: slotsIn(slots), unit: 'count' as const}]),
			],
			meaning: isWrong
				? 'The cluster sends its clients and its replicas to that address (MOVED). The node itself works, and the others reach its bus port.'
				: isCut
					? 'Other nodes are reached at the addresses that they announce. So the way from here to this one is cut, or a firewall is between. The cluster sees no fault, and does not fail over.'
					: 'Only the cluster may be able to reach the address it announces. Then clients outside cannot either.',
			next: [
				...(isWrong
					? announcer === undefined
						? [
								hint(
									'on the host of that node: CONFIG GET cluster-announce-*, then CONFIG SET cluster-announce-port 0 (its own port)',
								),
							]
						: announceSteps(announcer, record, fleet)
					: [...way, ...(isCut ? [] : nat)]),
				askNode(fleet, announcer?.address, 'CLUSTER NODES'),
			],
		}),
		node: announcer?.address ?? address,
		subject: announcer === undefined ? undefined : address,
	};
}

export const cluAnnounce = rule({
	id: 'clu.announce',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule looks for nodes that other nodes of the cluster reach and that redis-top never reached. Their announced address may be one that only the cluster can reach (containers, NAT). The finding is critical for a node with slots where a replica of the node does not reach that address either, or where nothing answers there and redis-top reaches nodes of other hosts at theirs.',
		since: '3.0',
		falsePositives: ['A node that answered before and is lost now has findings of its own. The rule leaves it out.'],
	},
	raiseAfterMs: 5000,
	countsAtOnce: true,
	evaluate: (_, fleet) => {
		const records = recordsIn(fleet);
		return [...records.values()]
			.filter(record => isAnnouncedUnreachable(record, records) && isListedInCluster(record, records))
			.map(record => announced(record, fleet));
	},
});

export const clusterAnnounceRules = [cluAnnounce] as const;
