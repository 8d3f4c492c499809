import type {ActionId} from '../../domain/action.js';
import type {Remedy} from '../../domain/finding.js';
import type {NodeAddress, NodeId} from '../../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {ReadView} from './node-view.js';
import type {ClusterWatch} from './watch.js';

const lostFor = ({replica}: ReadView): number => Math.max(0, replica?.linkDownSeconds ?? 0);

/** Which of a primary's replicas should take over: of those that answer and may, the one that heard of it last. */
export function heirOf({views}: Pick<ClusterComparison, 'views'>, primary: NodeId): NodeAddress | undefined {
	const heirs = views.filter(
		({self: {flags, primaryId}}) => primaryId === primary && flags.has('slave') && !flags.has('nofailover'),
	);
	return heirs.toSorted((a, b) => lostFor(a) - lostFor(b))[0]?.address;
}

const ownsSlots = ({views}: ClusterComparison, id: NodeId): boolean =>
	views.some(({lines}) => (lines.get(id)?.slots.length ?? 0) > 0);

/** Promotes a replica of the first failed owner that has one; no action where no owner failed, or none has. */
export function takeOver({distrust, comparison}: ClusterWatch): {
	readonly action: ActionId | null;
	readonly remedy: Remedy | undefined;
} {
	const heirs = [...distrust].flatMap(([id, {isFailed}]) =>
		isFailed && ownsSlots(comparison, id) ? (heirOf(comparison, id) ?? []) : [],
	);
	const [node] = heirs;
	return node === undefined ? {action: null, remedy: undefined} : {action: 'cluster-failover-force', remedy: {node}};
}
