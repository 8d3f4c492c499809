import {joinMessages, message, nodeName} from '../domain/message.js';
import {grouped} from '../text/units.js';
import {seesMajority} from './node-view.js';
import type {ClusterVerdict, VerdictInput} from './verdict.js';
import {contestVerdict, unclaimedVerdict} from './verdict-owners.js';
import {oneSidedLinkVerdict, partitionVerdicts} from './verdict-partitions.js';
import {countText, durationText, nameIn, namesMessage, primariesText} from './verdict-text.js';

const rank = {critical: 3, warning: 2, info: 1, ok: 0} as const;

/** The verdicts on a cluster, the worst first. The list is empty until a node has returned its view. */
export function clusterVerdicts(input: VerdictInput): ClusterVerdict[] {
	const {comparison} = input;
	if (comparison.views.length === 0) {
		return [];
	}

	if (input.isRaft === true) {
		return raftVerdicts(input);
	}

	const verdicts = [
		...comparison.claims.contested.map(contest => contestVerdict(contest, input)),
		...partitionVerdicts(input),
		...comparison.claims.unclaimed.flatMap(unclaimed => unclaimedVerdict(unclaimed, input) ?? []),
		...comparison.oneSidedReports.map(report => oneSidedLinkVerdict(report, input)),
	];
	const all = [
		...verdicts,
		...differenceVerdicts(verdicts, input),
		...wrongAddressVerdicts(input),
		...staleVerdicts(input),
		...equalEpochVerdicts(input),
	];
	const worst = all.toSorted((a, b) => rank[b.severity] - rank[a.severity]);
	return worst.length > 0 ? worst : [healthyVerdict(input)];
}

/**
The verdicts on a cluster whose nodes agree by a Raft log. A follower applies the log late, so views may differ. Only
slots without a working owner are reported.
*/
function raftVerdicts(input: VerdictInput): ClusterVerdict[] {
	const found = input.comparison.claims.unclaimed
		.flatMap(unclaimed => unclaimedVerdict(unclaimed, input) ?? [])
		.filter(({kind}) => kind === 'owner-failed' || kind === 'owner-unreachable');
	return found.length > 0
		? found
		: [{...healthyVerdict(input), problem: 'the nodes agree by a Raft log', detail: undefined}];
}

/**
The verdict on views that have differed for longer than a failover takes. It is left out if another verdict explains the
difference.
*/
function differenceVerdicts(
	others: readonly ClusterVerdict[],
	{comparison, conditionStarts, nodeTimeoutMs, nowMs}: VerdictInput,
): ClusterVerdict[] {
	const {groups} = comparison;
	const isExplained = others.some(({kind}) => kind !== 'owner-unreachable' && kind !== 'one-sided-link');
	if (groups.length < 2 || isExplained) {
		return [];
	}

	const lastedMs = nowMs - (conditionStarts.differingSinceMs ?? nowMs);
	const sides = joinMessages(
		groups.map(({signature, members}) => message`${signature} {${namesMessage(members, comparison)}}`),
		', ',
	);
	const base = {
		problem: 'nodes disagree about who owns which slot',
		detail: message`${groups.length} configurations: ${sides}`,
		nodes: [],
		slots: [],
		sinceMs: conditionStarts.differingSinceMs,
	};
	return lastedMs <= 2 * nodeTimeoutMs
		? [
				{
					...base,
					kind: 'converging',
					severity: 'info',
					meaning: ['This is usual for a moment after a failover or the move of a slot.'],
				},
			]
		: [
				{
					...base,
					kind: 'views-differ',
					severity: 'critical',
					meaning: [
						`It has lasted ${durationText(lastedMs)}, longer than two node timeouts: a bus link is broken, or a node ignores what the others tell it.`,
					],
				},
			];
}

function wrongAddressVerdicts({comparison}: VerdictInput): ClusterVerdict[] {
	const {misplacements, nameOf} = comparison;
	return misplacements.map(({by, id, address}) => ({
		kind: 'wrong-address',
		severity: 'warning',
		problem: message`${nameIn(by, comparison)} has a wrong address for ${nameIn(id, comparison)}`,
		detail: message`it has ${nodeName(address)}, where another node answers`,
		meaning: [
			message`It has no link to ${nameIn(id, comparison)} and sends clients to the wrong node. CLUSTER MEET with the right address, sent to it, corrects that.`,
		],
		nodes: [nameOf(by), nameOf(id)],
		slots: [],
		sinceMs: undefined,
	}));
}

function staleVerdicts({comparison, conditionStarts, nodeTimeoutMs, nowMs}: VerdictInput): ClusterVerdict[] {
	const {laggards, nameOf, viewOf, views} = comparison;
	const highest = views.reduce((max, {currentEpoch}) => Math.max(max, currentEpoch ?? 0), 0);
	return laggards
		.filter(id => nowMs - (conditionStarts.laggingSinceMs.get(id) ?? nowMs) > 2 * nodeTimeoutMs)
		.map(id => ({
			kind: 'stale-node',
			severity: 'warning',
			problem: message`${nameIn(id, comparison)} does not learn of the newest epoch`,
			detail: `it is at epoch ${viewOf.get(id)?.currentEpoch ?? '?'} and others are at ${highest}`,
			meaning: ['Cluster messages do not reach it, although no node marks it FAIL: look at its bus links.'],
			nodes: [nameOf(id)],
			slots: [],
			sinceMs: conditionStarts.laggingSinceMs.get(id),
		}));
}

function equalEpochVerdicts({comparison}: VerdictInput): ClusterVerdict[] {
	return comparison.equalEpochs.map(({epoch, ids}) => ({
		kind: 'equal-epochs',
		severity: 'info',
		problem: message`${namesMessage(ids, comparison)} have the same configuration epoch ${epoch}`,
		meaning: ['The nodes resolve this by themselves within seconds; if it stays, their bus link is broken.'],
		nodes: ids.map(comparison.nameOf),
		slots: [],
		sinceMs: undefined,
	}));
}

function healthyVerdict({comparison}: VerdictInput): ClusterVerdict {
	const {views, unreached, known, groups} = comparison;
	const primaries = views.filter(({self}) => self.flags.has('master')).length;
	const unasked = known.length - views.length - unreached.length;
	return {
		kind: 'healthy',
		severity: 'ok',
		problem: views.length === 1 ? 'only one node answers' : `${grouped(views.length)} nodes agree`,
		detail: joinMessages(
			[
				`${primariesText(primaries)} among them`,
				`configuration ${groups[0]?.signature ?? '-'}`,
				unreached.length === 0 ? undefined : `${countText(unreached.length, 'node')} without an answer`,
				unasked > 0 ? `${countText(unasked, 'more node')} known` : undefined,
				views.every(seesMajority) ? undefined : 'some do not reach a majority',
			],
			', ',
		),
		meaning: [],
		nodes: [],
		slots: [],
		sinceMs: undefined,
	};
}
