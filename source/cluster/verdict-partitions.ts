import type {LastingLine} from '../domain/cluster.js';
import {joinMessages, message, nodeName} from '../domain/message.js';
import {addressOf, type NodeAddress, type NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {cutOffAmong, cutOffMessage} from './cut-off.js';
import {isPrimaryLine, majorityOf, type ReadView} from './node-view.js';
import type {OneSidedReport, Partition} from './partitions.js';
import type {ClusterVerdict, VerdictInput} from './verdict.js';
import {durationText, nameIn, namesMessage, primariesText, rangesText} from './verdict-text.js';

const sizeOf = (views: readonly ReadView[]): number => views.reduce((max, {size}) => Math.max(max, size), 0);

/** The verdicts on partitions: which nodes reach each other, and which partitions can elect a primary. */
export function partitionVerdicts(input: VerdictInput): ClusterVerdict[] {
	const {partitions} = input.comparison;
	const majorities = partitions.filter(({hasMajority}) => hasMajority);
	if (majorities.length === 0) {
		return partitions.length === 0 ? [] : [withoutMajority(input)];
	}

	const minorities = partitions.filter(({hasMajority}) => !hasMajority);
	return [
		...(majorities.length > 1 ? [twoMajorities(majorities, input)] : []),
		...minorities.map(partition => minorityVerdict(partition, majorities, input)),
	];
}

function twoMajorities(
	majorities: readonly Partition[],
	{comparison, conditionStarts, nodeTimeoutMs, nowMs}: VerdictInput,
): ClusterVerdict {
	const {dividedSinceMs} = conditionStarts;
	// While a split begins, nodes flag each other PFAIL one after another. Both partitions may briefly count a majority.
	// After a frozen node resumes, its new view is compared with old views of other nodes. The verdict therefore waits
	// until all views are read again.
	const isReadAgain =
		dividedSinceMs !== undefined &&
		majorities.every(({members}) =>
			members.every(id => (comparison.viewOf.get(id)?.atMs ?? Number.NEGATIVE_INFINITY) > dividedSinceMs),
		);
	const isLasting = isReadAgain && nowMs - dividedSinceMs > nodeTimeoutMs;
	return {
		kind: isLasting ? 'split-brain' : 'converging',
		severity: isLasting ? 'critical' : 'info',
		effect: isLasting ? 'data-lost' : undefined,
		problem: `${isLasting ? 'split brain' : 'perhaps a split brain'}: ${majorities.length} partitions have a majority each`,
		detail: joinMessages(
			majorities.map(({members}) => message`{${namesMessage(members, comparison)}}`),
			' and ',
		),
		meaning: [
			'Each of them elects primaries and takes writes without the other: a TAKEOVER was forced, or links fail in one direction.',
			'Repair the network between them; of two owners of a slot the one with the higher configuration epoch stays.',
		],
		nodes: majorities.flatMap(({members}) => members.map(comparison.nameOf)),
		slots: [],
		sinceMs: dividedSinceMs,
	};
}

function minorityVerdict(
	{members, owners}: Partition,
	majorities: readonly Partition[],
	{comparison, conditionStarts, nodeTimeoutMs}: VerdictInput,
): ClusterVerdict {
	const others = majorities.flatMap(partition => partition.members);
	const writers = members.filter(id => {
		const view = comparison.viewOf.get(id);
		return view?.state === 'ok' && isPrimaryLine(view.self);
	});
	const slots = members.flatMap(id => comparison.viewOf.get(id)?.self.slots ?? []);
	const isAlone = members.length === 1;
	const cutOff = cutOffAmong(members, comparison);
	const claims = slots.length === 0 ? undefined : `${isAlone ? 'claims' : 'claim'} slots ${rangesText(slots)}`;
	return {
		kind: 'minority',
		severity: owners > 0 ? 'critical' : 'warning',
		effect: owners === 0 ? 'reads-stale' : writers.length > 0 ? 'data-at-risk' : 'slots-unserved',
		...(cutOff === undefined
			? {
					problem: message`${namesMessage(members, comparison)} ${isAlone ? 'is' : 'are'} cut off from the majority`,
					detail: claims === undefined ? undefined : `and ${claims}`,
					reason: message`${isAlone ? 'it does' : 'they do'} not reach ${namesMessage(others, comparison)}`,
				}
			: {
					problem: cutOffMessage(cutOff),
					detail: `it is cut off from the majority${claims === undefined ? '' : `, and ${claims}`}`,
					cutOff,
				}),
		meaning:
			owners === 0
				? ['Only replicas are cut off: they serve old data and cannot be promoted.']
				: [
						writers.length > 0
							? message`${namesMessage(writers, comparison)} still takes writes until the node timeout (${durationText(nodeTimeoutMs)}) has passed. They are lost if the majority promotes another node.`
							: 'They refuse writes (CLUSTERDOWN); reads too, unless cluster-allow-reads-when-down is on.',
						'Repair the network between them, the bus ports above all. TAKEOVER in a minority makes a split brain.',
					],
		nodes: members.map(comparison.nameOf),
		slots,
		sinceMs: conditionStarts.partedSinceMs,
	};
}

/**
The verdict if no answering partition has a majority. The majority is down, or consists of nodes that redis-top can't
reach.
*/
function withoutMajority({comparison, conditionStarts}: VerdictInput): ClusterVerdict {
	const {views} = comparison;
	const size = sizeOf(views);
	const reached = views.reduce((max, {sizeReached}) => Math.max(max, sizeReached), 0);
	const missing = unreachedPrimaries(comparison);
	const couldBeElsewhere = missing.length >= majorityOf(size);
	const base = {
		severity: 'critical',
		effect: 'slots-unserved',
		nodes: views.map(({address}) => address),
		slots: [],
		sinceMs: conditionStarts.partedSinceMs,
	} as const;
	const [lone] = views;
	if (size === 0 && views.length === 1 && lone?.lines.size === 1) {
		return {
			...base,
			kind: 'no-majority',
			problem: message`${nameIn(lone.self.id, comparison)} knows no other node of a cluster and owns no slots`,
			reason: 'it never joined one, or its nodes.conf was lost',
			meaning: [
				'It answers every command on keys with CLUSTERDOWN. Where other nodes form a cluster, they may still list this address under the id that it had before.',
			],
			isLone: true,
		};
	}

	if (size === 0) {
		return {
			...base,
			kind: 'no-majority',
			problem: 'no node owns a slot',
			reason: 'the cluster is not set up',
			meaning: ['Slots are assigned with redis-cli --cluster create, or CLUSTER ADDSLOTSRANGE.'],
		};
	}

	const seen = `${reached} of ${primariesText(size)} with slots`;
	const oldPlaces = couldBeElsewhere ? oldPlacesIn(comparison) : [];
	if (oldPlaces.length > 0) {
		const [who, they, itself] =
			views.length === 1
				? ['the 1 node that answers reaches no other', 'it', 'itself']
				: [`the ${views.length} nodes that answer reach none of the others`, 'they', 'themselves'];
		const own = joinMessages(
			views.slice(0, 2).map(({self}) => message`${nodeName(placeOf(self))}`),
			', ',
		);
		return {
			...base,
			kind: 'minority',
			slots: views.flatMap(({self}) => (self.flags.has('master') ? self.slots : [])),
			problem: who,
			detail: message`all known by addresses where nothing answers, and ${itself} as ${own}`,
			reason: 'are all at new addresses now?',
			meaning: [
				`They came back at other addresses, as containers and pods do, and look for each other at the old ones: ${they} ${views.length === 1 ? 'reaches' : 'reach'} ${seen}.`,
				'CLUSTER MEET with the present address of each node joins them again; ids, slots and data stay.',
				'If the others are merely out of reach from here (NAT), map them with --nat-map; if they are down, bring them back.',
			],
			oldPlaces,
		};
	}

	if (couldBeElsewhere) {
		const [who, they] =
			views.length === 1 ? ['the 1 node that answers is', 'it'] : [`the ${views.length} nodes that answer are`, 'they'];
		return {
			...base,
			kind: 'minority',
			slots: views.flatMap(({self}) => (self.flags.has('master') ? self.slots : [])),
			problem: `${who} a minority`,
			detail: `reaching ${seen}`,
			reason: message`neither ${they} nor redis-top reach ${namesMessage(missing, comparison)}`,
			meaning: [
				'What these nodes say of the slots cannot be compared with the majority from here.',
				'If the others live, they are the majority and may have promoted other owners of the same slots. Ask one of them: run redis-top on their side, or with one of their addresses.',
				'If they are down, the cluster is down: bring them back, or force a TAKEOVER only when they are gone for good.',
			],
		};
	}

	const moved = movedNodes(comparison);
	if (moved.length > 0) {
		return {
			...base,
			kind: 'no-majority',
			problem: `${moved.length} of ${views.length} nodes have new addresses`,
			detail: 'which the others do not know',
			reason: `no partition has a majority, the nodes reach at most ${seen}`,
			meaning: [
				'The others look for them at addresses where nothing answers: containers or hosts came back under other addresses.',
				'CLUSTER MEET with the present address of each node, sent to one of them, joins them again; ids, slots and data stay.',
			],
			meet: moved,
		};
	}

	return {
		...base,
		kind: 'no-majority',
		problem: 'no partition has a majority',
		reason: `the nodes reach at most ${seen}`,
		meaning: [
			'No replica can be elected, and no node takes writes: nodes must come back.',
			'CLUSTER FAILOVER TAKEOVER on a replica promotes it without a vote: use it only when the lost nodes are gone for good.',
		],
	};
}

const placeOf = ({host, port}: LastingLine): NodeAddress => addressOf({kind: 'tcp', host, port});

/**
The other nodes as the answering nodes list them, if all of them may have moved to other addresses: no listed address
answers, and the answering nodes list themselves under addresses at which redis-top does not reach them. Otherwise empty.
*/
function oldPlacesIn({views, viewOf, unreached}: ClusterComparison): readonly LastingLine[] {
	const silent = new Set(unreached);
	const others = new Map(
		views.flatMap(({lines}) =>
			[...lines.values()].flatMap(line => (viewOf.has(line.id) ? [] : [[line.id, line] as const])),
		),
	);
	const haveMoved = views.every(
		({self, address}) => self.host !== '' && placeOf(self) !== address && !address.startsWith('unix:'),
	);
	const listed = [...others.values()];
	return haveMoved && listed.every(line => line.host !== '' && silent.has(placeOf(line))) ? listed : [];
}

/**
The present addresses of answering nodes that another view lists under an address at which no node answers. A listed
address that `--nat-map` maps to another address counts as reached, so its node is left out.
*/
function movedNodes({views, unreached}: ClusterComparison): NodeAddress[] {
	const silent = new Set(unreached);
	const listed = (view: ReadView, id: NodeId) => {
		const line = view.lines.get(id);
		return line === undefined || line.host === '' ? undefined : placeOf(line);
	};
	return views
		.filter(({self, address}) =>
			views.some(view => {
				const there = view.self.id === self.id ? undefined : listed(view, self.id);
				return there !== undefined && there !== address && silent.has(there);
			}),
		)
		.map(({address}) => address);
}

/**
Primaries that own slots in at least one view, are flagged FAIL or PFAIL in every view, and can't be reached by
redis-top.
*/
export function unreachedPrimaries({views, viewOf}: Pick<ClusterComparison, 'views' | 'viewOf'>): NodeId[] {
	const found = new Set<NodeId>();
	for (const {lines} of views) {
		for (const line of lines.values()) {
			if (line.flags.has('master') && line.slots.length > 0 && !viewOf.has(line.id)) {
				found.add(line.id);
			}
		}
	}

	return [...found].filter(id => views.every(({failed, suspected}) => failed.has(id) || suspected.has(id)));
}

/**
The verdict on a node that some members of its partition flag FAIL or PFAIL. The node answers redis-top, and other
members reach it.
*/
export function oneSidedLinkVerdict(
	{reported, by, isFailed}: OneSidedReport,
	{comparison}: VerdictInput,
): ClusterVerdict {
	const {nameOf, viewOf} = comparison;
	const busPort = viewOf.get(reported)?.self.busPort;
	const port = busPort === undefined ? 'the bus port' : `bus port ${busPort}`;
	const name = nameIn(reported, comparison);
	const flags = by.length === 1 ? 'alone flags' : 'flag';
	return {
		kind: 'one-sided-link',
		severity: 'warning',
		problem: message`${namesMessage(by, comparison)} ${flags} ${name} ${isFailed ? 'FAIL' : 'PFAIL (fail?)'}`,
		detail: 'although it answers redis-top and other nodes of the cluster',
		meaning: [message`Look at the link between them: ${port} of ${name} from there, in both directions.`],
		nodes: [nameOf(reported), ...by.map(nameOf)],
		slots: [],
		sinceMs: undefined,
	};
}
