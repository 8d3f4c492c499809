import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';

type Views = Pick<ClusterComparison, 'views' | 'viewOf'>;

/**
The nodes that CLUSTER FORGET must not remove. Such a node answers redis-top, owns slots in some view, or is the primary
of a node in some view. Forgetting an owner leaves its slots unassigned. With `cluster-require-full-coverage`, the whole
cluster then refuses commands.
*/
export function neededNodes({views, viewOf}: Views): ReadonlySet<NodeId> {
	const needed = new Set(viewOf.keys());
	// Equal views share one map of lines, so each map is visited once.
	for (const lines of new Set(views.map(view => view.lines))) {
		for (const {id, slots, primaryId} of lines.values()) {
			if (slots.length > 0) {
				needed.add(id);
			}

			if (primaryId !== undefined) {
				needed.add(primaryId);
			}
		}
	}

	return needed;
}

/** Whether no address of a node is known: no view lists the node with an address, and it does not answer redis-top. */
export const hasNoAddress = (id: NodeId, {views, viewOf}: Views): boolean =>
	!viewOf.has(id) &&
	views.some(({lines}) => lines.has(id)) &&
	views.every(({lines}) => lines.get(id)?.flags.has('noaddr') !== false);

/**
Whether the node that returned a view reaches another node: it lists that node with an address, and without FAIL or
PFAIL.
*/
export const reaches = (view: ClusterComparison['views'][number], id: NodeId): boolean =>
	view.lines.has(id) && !view.failed.has(id) && !view.suspected.has(id);
