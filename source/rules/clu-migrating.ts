import {isOneSided, oneSidedAfterMs} from '../cluster/migrations.js';
import {durationText} from '../cluster/verdict-words.js';
import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {fires} from './rule.js';

/**
Slots that stay open: on one side only, or without a key moving for ten minutes. Since 3.0. A big slot takes minutes; between
the two SETSLOTs of an ordinary move lie milliseconds. A single look counts: that it falls between them is unlikely.
*/
export const cluMigrating = clusterRule(
	'clu.migrating',
	({comparison: {nameOf}, moves, atMs}, fleet) =>
		moves
			.filter(move => move.problem !== undefined || isOneSided(move))
			.map(({slot, source, target, problem, isMigrating, keysLeft, sinceMs, movedAtMs}) => {
				const missing =
					isMigrating === false ? `${nameOf(source)} is not giving it` : `${nameOf(target)} is not taking it`;
				const what =
					problem !== 'stuck' ? `one-sided: ${missing}` : `stuck: no key moved for ${durationText(atMs - movedAtMs)}`;
				return {
					...fires(
						problem === 'stuck' ? 'warning' : 'critical',
						`slot ${slot} from ${nameOf(source)} to ${nameOf(target)} is ${what}`,
						{
							evidence: [
								{name: 'open for', value: (atMs - sinceMs) / 1000, unit: 'seconds' as const},
								...(keysLeft === undefined ? [] : [{name: 'keys left', value: keysLeft, unit: 'count' as const}]),
							],
							meaning: 'Clients get ASK and TRYAGAIN for its keys, and some of them may be on either side.',
							next: [
								askNode(fleet, nameOf(source), '--cluster fix'),
								words('an interrupted resharding: finish it, or close it with CLUSTER SETSLOT STABLE on both sides'),
							],
							action: 'cluster-setslot-stable',
							remedy: {node: nameOf(isMigrating === true ? source : target), value: String(slot)},
						},
					),
					subject: `slot ${slot}`,
				};
			}),
	{raiseAfterMs: oneSidedAfterMs, countsAtOnce: true},
);
