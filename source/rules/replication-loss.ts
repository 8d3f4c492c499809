import {replicaLinks} from '../derive/replica-links.js';
import type {Evidence, NextStep} from '../domain/finding.js';
import {message, nodeName} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import type {NodeSample} from '../domain/sample.js';
import {bytes, count, inAbout, seconds} from '../text/units.js';
import {nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';
import {infoNumber, pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {recordsIn} from './node-records.js';
import {awaitedBytes} from './replication-lag.js';
import {isSettling, settling} from './replication-link.js';
import {clear, type FleetEvaluation, fires, rule} from './rule.js';

const keysOf = ({sample}: {readonly sample: NodeSample | undefined}): number | undefined =>
	sample && keyCount(sample.info);

export const repEmptyPrimary = rule({
	id: 'rep.empty_primary',
	scope: 'fleet',
	docs: {
		looksAt:
			'A primary without keys that started lately has replicas with keys. The rule reads `# Keyspace` and `uptime_in_seconds` of the primary, and the last keyspace of each node that replicates from it. The next full resync empties these replicas. A replica with the `master_replid` of the primary has had that resync: its keys come from this primary.',
		since: '2.8',
		falsePositives: [
			'FLUSHALL on a primary empties its replicas as well. The rule looks only at a primary that started within the last minutes.',
			'Expired keys leave an empty primary too. They leave the replicas at the same moment.',
			'Slots that move fill or empty a new primary between two samples. Its replicas have its `master_replid`.',
		],
	},
	thresholds: {
		uptime: {
			value: 300,
			unit: 'seconds',
			source: 'a replica tries to link again each second; after minutes it has the empty data',
		},
	},
	raiseAfter: 1,
	evaluate(fleet, limits) {
		const records = recordsIn(fleet);
		const sameNode = nodeFinder(records);
		return [...fleet.nodes.values()].flatMap((primary): FleetEvaluation[] => {
			const uptime = primary.number('server', 'uptime_in_seconds');
			const isNew = uptime !== undefined && uptime < limits(primary.address).uptime;
			const isLoading = primary.number('persistence', 'loading') === 1;
			if (primary.record.role !== 'primary' || !isNew || isLoading || keysOf(primary) !== 0) {
				return [];
			}

			const history = primary.text('replication', 'master_replid');
			const holders = [...fleet.nodes.values()]
				.filter(facts => {
					const {record} = facts;
					const named = primaryNamedBy(record);
					const hasResynced = history !== undefined && facts.text('replication', 'master_replid') === history;
					return (
						named !== undefined && sameNode(named) === primary.address && !hasResynced && (keysOf(record) ?? 0) > 0
					);
				})
				.sort((one, other) => (keysOf(other.record) ?? 0) - (keysOf(one.record) ?? 0));
			const [holder] = holders;
			if (holder === undefined) {
				return [];
			}

			const keys = keysOf(holder.record) ?? 0;
			// A primary that becomes a replica of an empty server loses its keys. The change of role is then the
			// problem, and not the empty server.
			const startedAtMs = fleet.nowMs - uptime * 1000;
			const isDemoted = (holder.memory.roleChangedAtMs ?? Number.NEGATIVE_INFINITY) > startedAtMs;
			return [
				{
					...fires('critical', {
						problem: isDemoted ? 'is about to lose its keys' : 'has no keys',
						...(isDemoted ? {detail: `${count(keys)} until the full resync`} : {}),
						reason: isDemoted
							? message`it became a replica of ${nodeName(primary.address)}, which is empty`
							: message`it started ${seconds(uptime)} ago without its data; its replica ${nodeName(holder.address)} has ${count(keys)} keys until the next full resync`,
						effect: 'data-lost',
						nodes: [primary.address, ...holders.map(({address}) => address)],
						evidence: [
							{name: 'uptime_in_seconds', value: uptime, unit: 'seconds'},
							...holders.map(
								({address, record}): Evidence => ({
									name: 'keys of a replica',
									value: message`${count(keysOf(record) ?? 0)} at ${nodeName(address)}`,
								}),
							),
						],
						meaning:
							'A replica takes whatever its primary has. As soon as it is linked, it discards its own keys, and the last copy is gone.',
						next: [
							redisCli(holder, 'REPLICAOF NO ONE'),
							hint('at once, before the replica is linked: it then keeps its keys; save them there with BGSAVE'),
							hint('let the empty server replicate from it, and find out why it started without its data'),
						],
					}),
					node: isDemoted ? holder.address : primary.address,
				},
			];
		});
	},
});

/** A node's position in its replication history: the id of the history, and the node's offset in it. */
function position({info}: NodeSample): {readonly id: string | undefined; readonly offset: number | undefined} {
	return {
		id: info.text('replication', 'master_replid'),
		offset: info.number('replication', 'slave_repl_offset') ?? info.number('replication', 'master_repl_offset'),
	};
}

/**
Whether a primary of this history answers. The replicas of the history then replicate from this primary. The promoted
node left the history on purpose, so it did not replace a lost primary.
*/
const hasPrimary = (all: readonly NodeFacts[], id: string): boolean =>
	all.some(({record, sample}) => record.role === 'primary' && sample !== undefined && position(sample).id === id);

/** The offset up to which a promoted node had the writes of its former primary; -1: it was never promoted. */
const promotedAtOffset = (promoted: NodeFacts): number =>
	(promoted.number('replication', 'second_repl_offset') ?? -1) - 1;

/**
The nodes with more writes of a history than the node that was promoted from it, the furthest first, and how many bytes
of writes the promoted node lacks.
*/
export function nodesAhead(promoted: NodeFacts, all: readonly NodeFacts[], leastBytes: number) {
	const left = promoted.text('replication', 'master_replid2');
	const from = promotedAtOffset(promoted);
	if (promoted.record.role !== 'primary' || left === undefined || from < 0 || hasPrimary(all, left)) {
		return [];
	}

	return all
		.flatMap(facts => {
			const {id, offset = 0} = facts.record.sample === undefined ? {} : position(facts.record.sample);
			const isLinked = facts.text('replication', 'master_link_status') === 'up';
			return id === left && !isLinked && offset - from > leastBytes ? [{facts, lost: offset - from}] : [];
		})
		.sort((one, other) => other.lost - one.lost);
}

/** How to keep the writes that the promoted node lacks, by the node that has most of them. */
export function savingSteps([furthest]: ReturnType<typeof nodesAhead>): readonly NextStep[] {
	if (furthest === undefined) {
		return [];
	}

	const {facts} = furthest;
	const name = nodeName(facts.address);
	const keeps = facts.setting('save') !== '' || facts.setting('appendonly') !== 'no';
	return [
		hint(
			facts.sample !== undefined
				? message`before ${name} replicates from the new primary: BGSAVE there, then copy its RDB file to a safe place`
				: keeps
					? message`before ${name} replicates from the new primary: copy its RDB file and its append-only files to a safe place`
					: message`${name} keeps nothing on disk: these writes are gone with its process`,
		),
		...(facts.sample === undefined ? [] : [redisCli(facts, 'BGSAVE')]),
	];
}

/** Whether a node is the primary that it was before its restart, so that nobody promoted it. */
const isRestart = ({memory: {restartedAtMs, roleBeforeRestart, promotedAtMs}}: NodeFacts): boolean =>
	restartedAtMs !== undefined && roleBeforeRestart === 'primary' && promotedAtMs.every(atMs => atMs < restartedAtMs);

export const repPromotedBehind = rule({
	id: 'rep.promoted_behind',
	scope: 'fleet',
	docs: {
		looksAt:
			'A promoted node lacked writes that another node had. `second_repl_offset` of the new primary says where it left the history `master_replid2`. The rule compares it with the last offset of each other node in that history.',
		since: '4.0',
		falsePositives: [
			'A planned failover waits until both offsets are equal. The rule does not fire then.',
			'A former primary that still answers as a primary writes on, and its replicas follow it. rep.diverged reports that.',
		],
	},
	thresholds: {
		bytes: {
			value: 1024,
			unit: 'bytes',
			source: 'less are PINGs of the primary to its replicas, 14 bytes each ten seconds',
		},
	},
	raiseAfter: 1,
	// The node that had the writes has discarded them then, so its BGSAVE comes too late. It cannot get them back.
	clearAfter: 1,
	evaluate(fleet, limits) {
		const all = [...fleet.nodes.values()];
		return all.flatMap((promoted): FleetEvaluation[] => {
			const ahead = nodesAhead(promoted, all, limits(promoted.address).bytes);
			const [furthest] = ahead;
			if (furthest === undefined) {
				return [];
			}

			const from = promotedAtOffset(promoted);
			return [
				{
					...fires('critical', {
						// A primary that restarts keeps its history as the earlier one (`master_replid2`), too.
						problem: message`${isRestart(promoted) ? 'restarted' : 'was promoted'} ${bytes(furthest.lost)} behind ${nodeName(furthest.facts.address)}`,
						reason: 'these writes are on no primary now',
						effect: 'data-lost',
						nodes: [promoted.address, ...ahead.map(({facts}) => facts.address)],
						evidence: [
							{name: 'second_repl_offset', value: from + 1},
							...ahead.map(
								({facts, lost}): Evidence => ({
									name: 'had more',
									value: message`${bytes(lost)} at ${nodeName(facts.address)}`,
								}),
							),
						],
						meaning:
							'Clients got an OK for these writes. They exist only in the data of the named node, which discards them as soon as it replicates from the new primary.',
						next: [...savingSteps(ahead), redisCli(promoted, 'INFO replication')],
					}),
					node: promoted.address,
				},
			];
		});
	},
});

export const repOverrunEta = rule({
	id: 'rep.overrun_eta',
	scope: 'node',
	docs: {
		looksAt:
			'The distance of a replica grows and will soon exceed the backlog, or exceeds it already. The rule divides what is left of `repl_backlog_size` by the growth of the distance since the sample before.',
		since: '2.8',
		falsePositives: [
			'A burst of writes puts every replica behind for a moment. The growth must hold in three samples, and a tenth of the backlog must be used.',
			'A busy primary may write more than its backlog between two acknowledgements. A replica counts as out of the backlog only if its data is older than five seconds.',
			'A replica acknowledges once a second. Bytes that the primary wrote since the last acknowledgement do not count.',
			'A new primary has no acknowledgement of its replicas yet. The rule waits after a change of role.',
		],
	},
	thresholds: {
		seconds: {value: 60, unit: 'seconds', source: 'repl-timeout: a broken link is noticed after as long'},
	},
	raiseAfter: 3,
	roles: ['primary', 'replica'],
	appliesTo: ({record}) => record.replicas.some(({behindBytes}) => (behindBytes ?? 0) > 0),
	needs: {backlog: infoNumber('replication', 'repl_backlog_size')},
	evaluate({backlog}, facts, limits) {
		const {earlier, sample} = facts;
		if (isSettling(facts)) {
			return settling;
		}

		if (earlier === undefined || sample === undefined) {
			return pending('needs two samples of a replica that is online');
		}

		const out = facts.record.replicas.find(
			({behindBytes = 0, behindSeconds = Number.POSITIVE_INFINITY, ackAgeSeconds}) =>
				behindBytes > backlog && behindBytes > awaitedBytes(facts, ackAgeSeconds) && behindSeconds > oldSeconds,
		);
		if (out !== undefined) {
			return fires('warning', {
				problem: message`replica ${nodeName(out.address)} has fallen out of the backlog`,
				detail: `${bytes(out.behindBytes)} behind, the backlog holds ${bytes(backlog)}`,
				effect: 'data-at-risk',
				nodes: [facts.address, out.address],
				evidence: [
					{name: 'behind', value: out.behindBytes ?? 0, unit: 'bytes'},
					{name: 'repl_backlog_size', value: backlog, unit: 'bytes'},
				],
				meaning: `If its link breaks now, ${costOfResync}`,
				next: remedies(facts, backlog),
			});
		}

		const before = new Map(replicaLinks(undefined, earlier).map(link => [link.address, link.behindBytes]));
		const elapsedSeconds = (sample.elapsedMs - earlier.elapsedMs) / 1000;
		const [next] = facts.record.replicas
			.flatMap(({address, behindBytes, ackAgeSeconds}) => {
				const was = before.get(address);
				const isNear =
					behindBytes !== undefined &&
					behindBytes > leastUsed * backlog &&
					behindBytes <= backlog &&
					behindBytes > awaitedBytes(facts, ackAgeSeconds);
				return isNear && was !== undefined && behindBytes > was
					? [{address, behindBytes, leftSeconds: ((backlog - behindBytes) * elapsedSeconds) / (behindBytes - was)}]
					: [];
			})
			.sort((one, other) => one.leftSeconds - other.leftSeconds);
		return next === undefined || next.leftSeconds >= limits.seconds
			? clear
			: fires('warning', {
					problem: message`replica ${nodeName(next.address)} falls out of the backlog`,
					tells: 'forecast',
					detail: `${inAbout(next.leftSeconds)}: ${bytes(next.behindBytes)} behind, the backlog holds ${bytes(backlog)}`,
					effect: 'data-at-risk',
					nodes: [facts.address, next.address],
					evidence: [
						{name: 'behind', value: next.behindBytes, unit: 'bytes'},
						{name: 'repl_backlog_size', value: backlog, unit: 'bytes'},
						{name: 'left', value: next.leftSeconds, unit: 'seconds'},
					],
					meaning: `If its link breaks after that, ${costOfResync}`,
					next: remedies(facts, backlog),
				});
	},
});

const costOfResync =
	'only a full resync brings it back. A full resync costs a fork and the whole data over the network.';

const remedies = (facts: NodeFacts, backlog: number): readonly NextStep[] => [
	redisCli(facts, `CONFIG SET repl-backlog-size ${Math.ceil((backlog * 4) / 1024 ** 2)}mb`),
	hint('slow the writer down if it is a bulk load'),
];

/** Age of a replica's data, in seconds, from which its distance is compared with the backlog. As in rep.lag_bytes. */
const oldSeconds = 5;

/** Used share of the backlog below which a replica is in no danger, however fast the share grows for a moment. */
const leastUsed = 0.1;

export const replicationLossRules = [repEmptyPrimary, repPromotedBehind, repOverrunEta] as const;
