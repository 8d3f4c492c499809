import type {EventSeverity, MonitorEvent} from '../domain/event.js';
import {type Message, messageText} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {FailureReports} from './failure-reports.js';
import type {ClusterVerdict} from './verdict.js';

/** A state of a cluster. The differences between two successive states become events. */
export type EventInput = {
	readonly atMs: number;
	readonly comparison: ClusterComparison;
	readonly failureReports: FailureReports;
	readonly verdicts: readonly ClusterVerdict[];
};

/** Returns a function that makes events. Each event gets the time of the given cluster state. */
export const clusterEvent =
	({atMs}: EventInput) =>
	(kind: string, severity: EventSeverity, node: NodeAddress | undefined, text: Message): MonitorEvent => ({
		atMs,
		kind,
		severity,
		node,
		text: messageText(text),
	});
