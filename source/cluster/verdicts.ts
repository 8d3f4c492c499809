import {grouped} from '../text/units.js';
import {seesMajority} from './node-view.js';
import type {ClusterVerdict, VerdictCase} from './verdict.js';
import {contestVerdict, unclaimedVerdict} from './verdict-owners.js';
import {accusationVerdict, partitionVerdicts} from './verdict-partitions.js';
import {countText, durationText, namesText} from './verdict-words.js';

const rank = {critical: 3, warning: 2, info: 1, ok: 0} as const;

/** What the views say together, the worst first; empty while no node has told its view. */
export function clusterVerdicts(situation: VerdictCase): ClusterVerdict[] {
	const {comparison} = situation;
	if (comparison.views.length === 0) {
		return [];
	}

	const verdicts = [
		...comparison.claims.contested.map(contest => contestVerdict(contest, situation)),
		...partitionVerdicts(situation),
		...comparison.claims.unclaimed.flatMap(unclaimed => unclaimedVerdict(unclaimed, situation) ?? []),
		...comparison.accusations.map(accusation => accusationVerdict(accusation, situation)),
	];
	const all = [
		...verdicts,
		...differenceVerdicts(verdicts, situation),
		...staleVerdicts(situation),
		...equalEpochVerdicts(situation),
	];
	const worst = all.toSorted((a, b) => rank[b.severity] - rank[a.severity]);
	return worst.length > 0 ? worst : [healthyVerdict(situation)];
}

/** Views that differ for longer than a failover takes; where the reason is told already, it is told once. */
function differenceVerdicts(
	others: readonly ClusterVerdict[],
	{comparison, moments, nodeTimeoutMs, nowMs}: VerdictCase,
): ClusterVerdict[] {
	const {groups} = comparison;
	const isExplained = others.some(({kind}) => kind !== 'owner-unreachable' && kind !== 'one-sided-link');
	if (groups.length < 2 || isExplained) {
		return [];
	}

	const lastedMs = nowMs - (moments.differingSinceMs ?? nowMs);
	const sides = groups.map(({signature, members}) => `${signature} {${namesText(members, comparison)}}`).join(', ');
	const text = `nodes disagree about who owns which slot: ${groups.length} configurations: ${sides}`;
	const base = {text, nodes: [], slots: [], sinceMs: moments.differingSinceMs};
	return lastedMs <= 2 * nodeTimeoutMs
		? [
				{
					...base,
					kind: 'converging',
					severity: 'info',
					meaning: ['Usual for a moment after a failover or a slot that moved.'],
				},
			]
		: [
				{
					...base,
					kind: 'views-differ',
					severity: 'critical',
					meaning: [
						`It has lasted ${durationText(lastedMs)}, longer than two node timeouts: a link of the bus is broken, or a node does not take up what the others tell.`,
					],
				},
			];
}

function staleVerdicts({comparison, moments, nodeTimeoutMs, nowMs}: VerdictCase): ClusterVerdict[] {
	const {laggards, nameOf, viewOf, views} = comparison;
	const highest = views.reduce((max, {currentEpoch}) => Math.max(max, currentEpoch ?? 0), 0);
	return laggards
		.filter(id => nowMs - (moments.laggingSinceMs.get(id) ?? nowMs) > 2 * nodeTimeoutMs)
		.map(id => ({
			kind: 'stale-node',
			severity: 'warning',
			text: `${nameOf(id)} is at epoch ${viewOf.get(id)?.currentEpoch ?? '?'}, others are at ${highest}`,
			meaning: ['News of the cluster does not reach it, though nobody holds it failed: look at its bus links.'],
			nodes: [nameOf(id)],
			slots: [],
			sinceMs: moments.laggingSinceMs.get(id),
		}));
}

function equalEpochVerdicts({comparison}: VerdictCase): ClusterVerdict[] {
	return comparison.equalEpochs.map(({epoch, ids}) => ({
		kind: 'equal-epochs',
		severity: 'info',
		text: `${namesText(ids, comparison)} have the same configuration epoch ${epoch}`,
		meaning: ['The nodes settle that by themselves within seconds; if it stays, their bus link is broken.'],
		nodes: ids.map(comparison.nameOf),
		slots: [],
		sinceMs: undefined,
	}));
}

function healthyVerdict({comparison}: VerdictCase): ClusterVerdict {
	const {views, unreached, known, groups} = comparison;
	const primaries = views.filter(({self}) => self.flags.has('master')).length;
	const silent = unreached.length === 0 ? '' : `; ${countText(unreached.length, 'node')} without an answer`;
	const unseen = known.length - views.length - unreached.length;
	const unasked = unseen > 0 ? `; ${countText(unseen, 'more node')} known` : '';
	const majority = views.every(seesMajority) ? '' : '; some do not reach a majority';
	const who =
		views.length === 1 ? 'the one node that answers speaks for itself' : `${grouped(views.length)} nodes agree`;
	return {
		kind: 'healthy',
		severity: 'ok',
		text: `${who}: ${countText(primaries, 'primary').replace('primarys', 'primaries')} among them, configuration ${groups[0]?.signature ?? '-'}${silent}${unasked}${majority}`,
		meaning: [],
		nodes: [],
		slots: [],
		sinceMs: undefined,
	};
}
