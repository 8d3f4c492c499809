import {ask, words} from './next-steps.js';
import {fires, fleetRule} from './rule.js';
import {monitoredGroups} from './sentinel-groups.js';

/**
Too few sentinels, an even number of them, fewer than the quorum, or sentinels that count differently. Those that were
taken away count on until SENTINEL RESET.
*/
export const senCount = fleetRule({
	id: 'sen.count',
	raiseAfter: 3,
	evaluate: fleet =>
		monitoredGroups(fleet).flatMap(group => {
			const counts = group.words.flatMap(({primary: {otherSentinels}}) =>
				otherSentinels === undefined ? [] : [otherSentinels + 1],
			);
			const [first] = group.words;
			if (first === undefined || counts.length === 0) {
				return [];
			}

			const [least, most] = [Math.min(...counts), Math.max(...counts)];
			const quorum = Math.max(...group.words.map(({primary}) => primary.quorum ?? 0));
			const reason = reasonFor({least, most, quorum, fewest: first.sentinel.threshold('sen.count.fewest')});
			if (reason === undefined) {
				return [];
			}

			const firing = fires('warning', `${group.name}: ${reason}`, {
				evidence: [
					{name: 'num-other-sentinels', value: counts.map(count => count - 1).join(', ')},
					{name: 'quorum', value: quorum},
				],
				meaning: 'A failover wants more than half of the sentinels: with these, one that is lost may be one too many.',
				next: [
					ask(first.sentinel, `SENTINEL SENTINELS ${group.name}`),
					words('run three or five on hosts of their own; SENTINEL RESET makes one forget those that are gone'),
				],
				action: null,
			});
			return [{...firing, subject: group.name}];
		}),
});

function reasonFor({
	least,
	most,
	quorum,
	fewest,
}: {
	readonly least: number;
	readonly most: number;
	readonly quorum: number;
	readonly fewest: number;
}): string | undefined {
	if (least !== most) {
		return `its sentinels count differently: from ${least} to ${most}`;
	}

	if (most < quorum) {
		return `${most} sentinels can never make the quorum of ${quorum}`;
	}

	if (most < fewest) {
		return `only ${most} ${most === 1 ? 'sentinel watches' : 'sentinels watch'} it`;
	}

	return most % 2 === 0 ? `${most} sentinels: of an even number half is no majority` : undefined;
}
