import type {SentinelPeer} from '../domain/sentinel.js';
import {seconds} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {infoNumber} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';
import {monitoredGroups, sayingSo} from './sentinel-groups.js';

export const senCount = rule({
	id: 'sen.count',
	scope: 'fleet',
	docs: {
		looksAt:
			'Too few sentinels, an even number of them, fewer than the quorum, or sentinels that count differently. Those that were taken away count on until SENTINEL RESET.',
		since: 'any',
		falsePositives: [],
	},
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

			const firing = fires('warning', {
				problem: `${group.name}: ${reason}`,

				evidence: [
					{name: 'num-other-sentinels', value: counts.map(count => count - 1).join(', ')},
					{name: 'quorum', value: quorum},
				],
				meaning: 'A failover wants more than half of the sentinels: with these, one that is lost may be one too many.',
				next: [
					redisCli(first.sentinel, `SENTINEL SENTINELS ${group.name}`),
					hint('run three or five on hosts of their own; SENTINEL RESET makes one forget those that are gone'),
				],
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

export const senDisagree = rule({
	id: 'sen.disagree',
	scope: 'fleet',
	docs: {
		looksAt:
			'Sentinels that name different primaries, or all of them one that says itself that it is a replica, for longer than a failover takes to get around.',
		since: 'any',
		falsePositives: [],
	},
	evaluate: (fleet, heldMs) => {
		const records = new Map([...fleet.nodes].map(([address, {record}]) => [address, record]));
		const sameNode = nodeFinder(records);
		return monitoredGroups(fleet).flatMap(group => {
			const named = Map.groupBy(group.words, ({primary}) => sameNode(primary.address));
			const [address] = named.keys();
			const [first] = group.words;
			if (address === undefined || first === undefined) {
				return [];
			}

			const record = records.get(address);
			const isReplica = named.size === 1 && record?.failure === undefined && record?.role === 'replica';
			if (named.size === 1 && !isReplica) {
				return [];
			}

			const title = isReplica
				? `${group.name}: the sentinels name ${address} as the primary, which says that it is a replica`
				: `${group.name}: the sentinels disagree on the primary: ${[...named].map(([who, words]) => `${who} say ${words.length}`).join(', ')}`;
			const isShort = heldMs(undefined, group.name) < first.sentinel.threshold('sen.disagree.seconds') * 1000;
			const firing = fires('critical', {
				problem: title,

				evidence: group.words.map(({sentinel, primary}) => ({
					name: sentinel.address,
					value: `${primary.address}, epoch ${primary.configEpoch ?? '-'}`,
				})),
				meaning:
					'Clients that ask one sentinel write to another server than those that ask the next. The highest configuration epoch is the newest decision.',
				next: [redisCli(first.sentinel, `SENTINEL GET-MASTER-ADDR-BY-NAME ${group.name}`)],
			});
			return [
				{
					...(isShort && firing.kind === 'fires' ? {...firing, severity: 'info' as const} : firing),
					subject: group.name,
				},
			];
		});
	},
});

export const senDown = rule({
	id: 'sen.down',
	scope: 'fleet',
	docs: {
		looksAt:
			'A watched primary that its sentinels hold down: `s_down` is what one of them sees, `o_down` what its quorum agreed on. It lasts `down-after-milliseconds` until the first says so; a failover follows.',
		since: 'any',
		falsePositives: [],
	},
	raiseAfter: 1,
	evaluate: fleet =>
		monitoredGroups(fleet).flatMap(group => {
			const agreed = sayingSo(group, ({flags}) => flags.has('o_down'));
			const seen = sayingSo(group, ({flags}) => flags.has('s_down') || flags.has('o_down'));
			const {first} = seen;
			if (first === undefined) {
				return [];
			}

			const isAgreed = agreed.first !== undefined;
			const firing = fires(isAgreed ? 'critical' : 'warning', {
				problem: `${group.name}: ${seen.sentinels.length} of ${group.words.length} sentinels hold the primary ${first.primary.address} down${isAgreed ? ', and their quorum agrees' : ''}`,

				evidence: [
					{name: 'flags', value: [...first.primary.flags].join(',')},
					{name: 'quorum', value: first.primary.quorum ?? '-'},
				],
				meaning: isAgreed
					? 'A failover is on its way; until it ends nothing can be written.'
					: 'As long as fewer than the quorum say so, nothing is failed over.',
				next: [hint(`look at ${first.primary.address}: its process, its host, the network between`)],
				action: 'sentinel-failover',
				remedy: {node: first.sentinel.address, value: group.name},
			});
			return [{...firing, subject: group.name}];
		}),
});

export const senFailing = rule({
	id: 'sen.failing',
	scope: 'fleet',
	docs: {
		looksAt: 'A failover that goes on for longer than `failover-timeout` of the sentinel that leads it.',
		since: 'any',
		falsePositives: [],
	},
	raiseAfter: 1,
	evaluate: (fleet, heldMs) =>
		monitoredGroups(fleet).flatMap(group => {
			const {first} = sayingSo(group, ({flags}) => flags.has('failover_in_progress'));
			if (first === undefined) {
				return [];
			}

			const limitMs = first.primary.failoverTimeoutMs ?? first.sentinel.threshold('sen.failing.seconds') * 1000;
			const isStuck = heldMs(undefined, group.name) > limitMs;
			const firing = fires(isStuck ? 'critical' : 'info', {
				problem: isStuck
					? `${group.name}: a failover goes on for longer than its timeout (${seconds(limitMs / 1000)})`
					: `${group.name}: a failover is under way`,

				evidence: [
					{name: 'flags', value: [...first.primary.flags].join(',')},
					{name: 'failover-timeout', value: limitMs, unit: 'milliseconds'},
				],
				meaning: 'The new primary is being set up; clients learn of it when the sentinels have agreed.',
				next: [redisCli(first.sentinel, `SENTINEL MASTER ${group.name}`)],
			});
			return [{...firing, subject: group.name}];
		}),
});

/** Why sentinels pass over a replica; undefined for one that they would promote. Source: sentinel.c, `sentinelSelectSlave`. */
function barOf({flags, linkStatus, priority}: SentinelPeer): string | undefined {
	if (flags.has('s_down') || flags.has('o_down')) {
		return 'is down';
	}

	if (flags.has('disconnected')) {
		return 'is not connected';
	}

	if (priority === 0) {
		return 'has priority 0';
	}

	return linkStatus === 'err' ? 'has no link to the primary' : undefined;
}

export const senNoReplica = rule({
	id: 'sen.no_replica',
	scope: 'fleet',
	docs: {
		looksAt:
			'A failover now would end with `-NOGOODSLAVE No suitable replica to promote`: there is none, or each is barred.',
		since: 'any',
		falsePositives: [],
	},
	raiseAfter: 3,
	evaluate: fleet =>
		monitoredGroups(fleet).flatMap(group => {
			const told = group.words.filter(({primary}) => primary.replicas !== undefined);
			const [first] = told;
			const bars = told.map(({primary}) => (primary.replicas ?? []).map(replica => ({replica, why: barOf(replica)})));
			const hasGood = bars.some(replicas => replicas.some(({why}) => why === undefined));
			// While a failover runs the links of all replicas are being changed.
			const isChanging = told.some(({primary}) => primary.flags.has('failover_in_progress'));
			if (first === undefined || hasGood || isChanging) {
				return [];
			}

			const listed = bars[0] ?? [];
			const why = listed.map(({replica, why: reason}) => `${replica.address} ${reason}`).join(', ');
			const firing = fires('warning', {
				problem: `${group.name}: no replica that sentinels would promote${why === '' ? ': it has none' : `: ${why}`}`,

				evidence: [{name: 'num-slaves', value: first.primary.replicaCount ?? listed.length}],
				meaning: 'A failover would end with NOGOODSLAVE, and the primary stays the only one.',
				next: [
					redisCli(first.sentinel, `SENTINEL REPLICAS ${group.name}`),
					hint('bring a replica back, or give one a replica-priority above 0'),
				],
			});
			return [{...firing, subject: group.name}];
		}),
});

/** One failed check may still come from timers that are about to be right again, and so may one that succeeded. */
const checksInVain = 2;

export const senQuorum = rule({
	id: 'sen.quorum',
	scope: 'fleet',
	docs: {
		looksAt: 'SENTINEL CKQUORUM says that no failover could be agreed on or authorised now, twice in a row.',
		since: '2.8.4',
		falsePositives: [],
	},
	raiseAfter: 1,
	evaluate: fleet =>
		monitoredGroups(fleet).flatMap(group => {
			const {first, sentinels} = sayingSo(group, ({quorumCheck}) => (quorumCheck?.failures ?? 0) >= checksInVain);
			if (first === undefined) {
				return [];
			}

			const {sentinel, primary} = first;
			const firing = fires('critical', {
				problem: `${group.name}: no quorum: nothing would be failed over (${sentinels.length} of ${group.words.length} sentinels say so)`,

				evidence: [
					{name: 'CKQUORUM', value: primary.quorumCheck?.text ?? '-'},
					{name: 'quorum', value: primary.quorum ?? '-'},
				],
				meaning: 'When the primary stops now it stays down until a person promotes a replica.',
				next: [
					redisCli(sentinel, `SENTINEL CKQUORUM ${group.name}`),
					redisCli(sentinel, `SENTINEL SENTINELS ${group.name}`),
				],
			});
			return [{...firing, subject: group.name}];
		}),
});

export const senTilt = rule({
	id: 'sen.tilt',
	scope: 'node',
	docs: {
		looksAt:
			"TILT: the sentinel's clock jumped or its process stood still, and it acts on nothing until that has passed.",
		since: '2.8',
		falsePositives: [],
	},
	roles: ['sentinel'],
	raiseAfter: 1,
	needs: {tilt: infoNumber('sentinel', 'sentinel_tilt')},
	evaluate: ({tilt}, facts) =>
		tilt === 0
			? clear
			: fires('critical', {
					problem: 'is in TILT: it watches and acts on nothing',

					evidence: [{name: 'sentinel_tilt', value: tilt}],
					meaning: 'It neither votes nor fails over until 30 s have passed without another jump of time.',
					next: [
						redisCli(facts, 'INFO sentinel'),
						hint('look for a paused virtual machine, a jump of the clock, a starved host'),
					],
				}),
});

export const sentinelRules = [senCount, senDisagree, senDown, senFailing, senNoReplica, senQuorum, senTilt] as const;
