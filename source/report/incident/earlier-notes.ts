import {earlierGaps} from '../../derive/earlier-events.js';
import type {MonitorEvent} from '../../domain/event.js';
import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {ReportText} from './report-text.js';

/** Largest number of listed notes of one kind about one node. The newest notes are listed. */
const mostOfAKind = 8;

/**
Something that happened before the report's samples, known because a server or the machine still had a record of it.
*/
export type EarlierNote = {
	/** The time of the event by the server's clock, in milliseconds since the epoch. */
	readonly atMs: number;
	readonly node: NodeAddress | undefined;
	readonly severity: MonitorEvent['severity'];
	readonly text: string;
};

export type EarlierNotes = {
	/** The notes, oldest first. */
	readonly notes: readonly EarlierNote[];
	/** Number of notes that are left out, because there are too many of their kind. */
	readonly leftOut: number;
	/** What cannot be known about the time before the samples, one sentence each. */
	readonly gaps: readonly string[];
};

/** What is known of the time before the samples of a report, or before its recording. */
export function earlierNotes({earlierEvents = [], nodes}: MonitorState, text: ReportText): EarlierNotes {
	const counts = new Map<string, number>();
	const shown = earlierEvents.filter(({node, kind, severity}) => {
		const key = `${node} ${kind} ${severity}`;
		const count = (counts.get(key) ?? 0) + 1;
		counts.set(key, count);
		return count <= mostOfAKind;
	});
	return {
		notes: shown
			.toReversed()
			.map(({atMs, node, severity, text: told}) => ({atMs, node, severity, text: text.message(told)})),
		leftOut: earlierEvents.length - shown.length,
		gaps: [...nodes.values()].flatMap(record =>
			earlierGaps(record).map(gap => `What ${record.address} did before is not known from ${text.message(gap)}.`),
		),
	};
}
