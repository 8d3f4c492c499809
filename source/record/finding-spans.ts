import {routineKinds} from '../domain/event.js';
import type {RecordedChange} from './entry.js';

/** The time in which a finding was open, in milliseconds since the epoch. */
export type FindingSpan = {readonly fromMs: number; readonly toMs: number; readonly severity: 'warning' | 'critical'};

/**
The periods in which findings of severity warning or critical were open. A finding that was not closed was open until
the end.

@param changes The changes that were noted while recording, oldest first.
@param endedMs The end of the recording, in milliseconds since the epoch.
*/
export function findingSpans(changes: readonly RecordedChange[], endedMs: number): FindingSpan[] {
	const open = new Map<string, FindingSpan>();
	const spans: FindingSpan[] = [];
	for (const {what, atMs, severity, finding} of changes) {
		const key = `${finding?.rule} ${finding?.node} ${finding?.subject}`;
		const known = open.get(key);
		if (finding === undefined || (what === 'finding-closed' && known === undefined)) {
			continue;
		}

		if (known !== undefined) {
			spans.push({...known, toMs: atMs});
			open.delete(key);
		}

		if (what === 'finding-opened' && severity !== 'info') {
			open.set(key, {fromMs: atMs, toMs: endedMs, severity});
		}
	}

	return [...spans, ...open.values()];
}

/**
Whether the keyboard keys `f` and `F` of a replay stop at a change. They skip findings of severity info, routine events
and the ends of findings.
*/
export const isNotable = ({what, severity, id}: RecordedChange): boolean =>
	(what === 'event' && !routineKinds.has(id)) ||
	what === 'action' ||
	(what === 'finding-opened' && severity !== 'info');
