import type {EventSeverity, MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {DistrustByNode} from './failure-reports.js';
import type {ClusterVerdict} from './verdict.js';

/** What two watches of a cluster are compared by. */
export type Watched = {
	readonly atMs: number;
	readonly comparison: ClusterComparison;
	readonly distrust: DistrustByNode;
	readonly verdicts: readonly ClusterVerdict[];
};

export const eventAt =
	({atMs}: Watched) =>
	(kind: string, severity: EventSeverity, node: NodeAddress | undefined, text: string): MonitorEvent => ({
		atMs,
		kind,
		severity,
		node,
		text,
	});
