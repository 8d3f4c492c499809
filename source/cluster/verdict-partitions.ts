import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {isPrimaryLine, majorityOf, type ReadView} from './node-view.js';
import type {Accusation, Partition} from './partitions.js';
import type {ClusterVerdict, VerdictCase} from './verdict.js';
import {countText, durationText, namesText, rangesText} from './verdict-words.js';

const sizeOf = (views: readonly ReadView[]): number => views.reduce((max, {size}) => Math.max(max, size), 0);

/** Who is together with whom, and which of them could elect anybody. */
export function partitionVerdicts(situation: VerdictCase): ClusterVerdict[] {
	const {partitions} = situation.comparison;
	const majorities = partitions.filter(({hasMajority}) => hasMajority);
	if (majorities.length === 0) {
		return partitions.length === 0 ? [] : [withoutMajority(situation)];
	}

	const minorities = partitions.filter(({hasMajority}) => !hasMajority);
	return [
		...(majorities.length > 1 ? [twoMajorities(majorities, situation)] : []),
		...minorities.map(partition => minorityVerdict(partition, majorities, situation)),
	];
}

function twoMajorities(
	majorities: readonly Partition[],
	{comparison, moments, nodeTimeoutMs, nowMs}: VerdictCase,
): ClusterVerdict {
	const {dividedSinceMs} = moments;
	// While a split unfolds each node suspects one other after another, so for a moment everybody may count on a majority.
	const isLasting = nowMs - (dividedSinceMs ?? nowMs) > nodeTimeoutMs;
	const sides = majorities.map(({members}) => `{${namesText(members, comparison)}}`).join(' and ');
	return {
		kind: isLasting ? 'split-brain' : 'converging',
		severity: isLasting ? 'critical' : 'info',
		text: `${isLasting ? 'split brain' : 'perhaps a split brain'}: ${majorities.length} partitions each hold a majority: ${sides}`,
		meaning: [
			'Each of them elects and takes writes without the other: somebody forced a TAKEOVER, or links fail one way.',
			'Mend the network between them; per slot the owner with the higher configuration epoch stays.',
		],
		nodes: majorities.flatMap(({members}) => members.map(comparison.nameOf)),
		slots: [],
		sinceMs: dividedSinceMs,
	};
}

function minorityVerdict(
	{members, owners}: Partition,
	majorities: readonly Partition[],
	{comparison, moments, nodeTimeoutMs}: VerdictCase,
): ClusterVerdict {
	const names = namesText(members, comparison);
	const others = majorities.flatMap(partition => partition.members);
	const writers = members.filter(id => {
		const view = comparison.viewOf.get(id);
		return view?.state === 'ok' && isPrimaryLine(view.self);
	});
	const slots = members.flatMap(id => comparison.viewOf.get(id)?.self.slots ?? []);
	const isAre = members.length === 1 ? 'is' : 'are';
	return {
		kind: 'minority',
		severity: owners > 0 ? 'critical' : 'warning',
		text: `${names} ${isAre} cut off from the majority (${countText(others.length, 'node')}: ${namesText(others, comparison)})${slots.length === 0 ? '' : `; slots ${rangesText(slots)} are theirs by their own word`}`,
		meaning:
			owners === 0
				? ['Only replicas are cut off: they serve old data, and can not be promoted.']
				: [
						writers.length > 0
							? `${namesText(writers, comparison)} still takes writes, until the node timeout (${durationText(nodeTimeoutMs)}) has passed: they are lost if the majority promotes another.`
							: 'They refuse writes (CLUSTERDOWN); reads too, unless cluster-allow-reads-when-down is on.',
						'Mend the network between them, the bus ports above all. TAKEOVER in a minority makes a split brain.',
					],
		nodes: members.map(comparison.nameOf),
		slots,
		sinceMs: moments.partedSinceMs,
	};
}

/** No side has a majority among those that answer: it may be down, or on a side that redis-top doesn't see. */
function withoutMajority({comparison, moments}: VerdictCase): ClusterVerdict {
	const {views} = comparison;
	const size = sizeOf(views);
	const reached = views.reduce((max, {sizeReached}) => Math.max(max, sizeReached), 0);
	const missing = primariesOutOfSight(comparison);
	const couldBeElsewhere = missing.length >= majorityOf(size);
	const base = {
		severity: 'critical',
		nodes: views.map(({address}) => address),
		slots: [],
		sinceMs: moments.partedSinceMs,
	} as const;
	if (size === 0) {
		return {
			...base,
			kind: 'no-majority',
			text: 'no node owns a slot: the cluster is not set up',
			meaning: ['Slots are given out with redis-cli --cluster create, or CLUSTER ADDSLOTSRANGE.'],
		};
	}

	const seen = `${reached} of ${countText(size, 'primary').replace('primarys', 'primaries')} with slots`;
	if (couldBeElsewhere) {
		return {
			...base,
			kind: 'minority',
			slots: views.flatMap(({self}) => (self.flags.has('master') ? self.slots : [])),
			text: `the ${countText(views.length, 'node')} that answer from here are a minority: they reach ${seen}; ${namesText(missing, comparison)} are out of their sight and of redis-top's`,
			meaning: [
				'Their own view claims what they own, and it can not be held against the majority from here.',
				'If the others live, they are the majority, may have promoted other owners of the same slots by now, and are right: ask one of them (redis-top from their side, or with one of their addresses).',
				'If they are dead, the cluster is down: bring them back, or force a TAKEOVER only when they are gone for good.',
			],
		};
	}

	return {
		...base,
		kind: 'no-majority',
		text: `no partition has a majority: the nodes reach at most ${seen}`,
		meaning: [
			'No replica can be elected, and nobody takes writes: nodes must come back.',
			'CLUSTER FAILOVER TAKEOVER on a replica promotes it without a vote: only when the lost ones are gone for good.',
		],
	};
}

/** Primaries that own slots in some view, that nobody who answers trusts and that redis-top doesn't reach. */
function primariesOutOfSight({views, viewOf}: ClusterComparison): NodeId[] {
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

/** Someone answers redis-top and its own partition, and still some hold it failing. */
export function accusationVerdict({accused, by, isFailed}: Accusation, {comparison}: VerdictCase): ClusterVerdict {
	const {nameOf, viewOf} = comparison;
	const busPort = viewOf.get(accused)?.self.busPort;
	const port = busPort === undefined ? 'the bus port' : `bus port ${busPort}`;
	const who = `${namesText(by, comparison)} ${by.length === 1 ? 'alone holds' : 'hold'}`;
	return {
		kind: 'one-sided-link',
		severity: 'warning',
		text: `${who} ${nameOf(accused)} ${isFailed ? 'failed' : 'suspect (fail?)'}, which answers redis-top and others of the cluster`,
		meaning: [`Look at the link between them: ${port} of ${nameOf(accused)} from there, both ways.`],
		nodes: [nameOf(accused), ...by.map(nameOf)],
		slots: [],
		sinceMs: undefined,
	};
}
