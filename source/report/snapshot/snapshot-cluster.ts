import type {ClusterState} from '../../cluster/cluster-state.js';
import type {ClusterComparison} from '../../cluster/comparison.js';
import type {FollowedMove} from '../../cluster/migrations.js';
import {coverage, slotCounts} from '../../cluster/slot-map.js';
import type {ClusterVerdict} from '../../cluster/verdict.js';
import type {SlotRange} from '../../domain/cluster.js';
import {messageText} from '../../domain/message.js';
import type {NodeAddress} from '../../domain/node.js';
import type {AtomicMigration} from '../../domain/slot-migration.js';
import {statementText} from '../../domain/statement.js';
import {isoTime} from './snapshot-values.js';

/** Ranges of slots as texts: `0-5460`, or `6000` for a single slot. */
export const rangeTexts = (ranges: readonly SlotRange[]): string[] =>
	ranges.map(({first, last}) => (first === last ? `${first}` : `${first}-${last}`));

/**
Compares the views that a cluster's nodes have of the cluster. Null without a cluster, and before any node has reported
its view.
*/
export function clusterSummary(watch: ClusterState | undefined) {
	if (watch === undefined) {
		return null;
	}

	const {comparison, verdicts, moves, migrations, segments, nodeTimeoutMs} = watch;
	const {claims, groups, nameOf, partitions} = comparison;
	const counts = slotCounts(segments);
	return {
		at: isoTime(watch.atMs),
		/** The verdicts on the cluster, worst first. */
		verdicts: verdicts.map(verdictPart),
		/** Groups of nodes whose views name the same owner for every slot. */
		configurations: groups.map(({signature, members}) => ({signature, nodes: members.map(nameOf)})),
		/** Groups of nodes that reach each other. */
		partitions: partitions.map(({members, owners, hasMajority}) => ({
			nodes: members.map(nameOf),
			primariesWithSlots: owners,
			hasMajority,
		})),
		contested: claims.contested.map(({ranges, claimants, winner}) => ({
			slots: rangeTexts(ranges),
			owners: claimants.map(nameOf),
			/**
			Of the nodes that claim the slots, the node with the highest configuration epoch. Null when several of them have
			the highest epoch.
			*/
			winner: winner === undefined ? null : nameOf(winner),
		})),
		slots: {
			served: coverage(counts),
			...counts,
			unassigned: rangeTexts(claims.unassigned),
		},
		moves: moves.map(move => movePart(move, comparison)),
		migrations: migrations.map(migrationPart),
		nodeTimeoutMs,
	};
}

const verdictPart = (verdict: ClusterVerdict) => ({
	kind: verdict.kind,
	severity: verdict.severity,
	text: statementText(verdict),
	meaning: verdict.meaning.map(sentence => messageText(sentence)),
	nodes: verdict.nodes,
	slots: rangeTexts(verdict.slots),
	since: isoTime(verdict.sinceMs),
});

const movePart = (move: FollowedMove, {nameOf}: ClusterComparison) => ({
	slot: move.slot,
	source: nameOf(move.source),
	target: nameOf(move.target),
	/** Whether the source has the slot open as MIGRATING. Null if the source doesn't answer. */
	isMigrating: move.isMigrating ?? null,
	/** Whether the target has the slot open as IMPORTING. Null if the target doesn't answer. */
	isImporting: move.isImporting ?? null,
	since: isoTime(move.sinceMs),
	keysLeft: move.keysLeft ?? null,
	keysThere: move.keysThere ?? null,
	keysPerSecond: move.keysPerSecond ?? null,
	problem: move.problem ?? null,
});

const migrationPart = ({slots, createdMs, updatedMs, remainingBytes, ...rest}: AtomicMigration) => ({
	...rest,
	slots: rangeTexts(slots),
	createdAt: isoTime(createdMs),
	updatedAt: isoTime(updatedMs),
	remainingBytes: remainingBytes ?? null,
});

/** One node's view of its cluster in short. Null if the view was not part of the comparison. */
export function viewPart(address: NodeAddress, watch: ClusterState | undefined) {
	const view = watch?.comparison.views.find(candidate => candidate.address === address);
	if (watch === undefined || view === undefined) {
		return null;
	}

	const {nameOf} = watch.comparison;
	const {self, signature, failed, suspected, size, sizeReached, state, currentEpoch} = view;
	return {
		at: isoTime(view.atMs),
		id: self.id,
		signature,
		state: state ?? null,
		currentEpoch: currentEpoch ?? null,
		configEpoch: self.configEpoch,
		/** The slots that the node owns in its own view. The node accepts writes for exactly these slots. */
		claims: self.flags.has('master') ? rangeTexts(self.slots) : [],
		holdsFailed: [...failed].map(nameOf),
		suspects: [...suspected].map(nameOf),
		primariesWithSlots: size,
		primariesReached: sizeReached,
	};
}
