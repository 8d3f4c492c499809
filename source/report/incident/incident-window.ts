import {severityRank} from '../../domain/finding.js';
import type {RecordedChange} from '../../record/entry.js';
import type {RecordedTime} from '../../record/recording-time.js';

/**
Longest recording that is reported as a whole, in milliseconds. Three hours are enough for an incident of two hours and
the time around the incident.
*/
const wholeMs = 3 * 3_600_000;
/** Time before the first and after the last finding of an incident that a report covers, in milliseconds. */
const aroundMs = 10 * 60_000;
/** Least time between two incidents, in milliseconds. Incidents that are closer count as one. */
const apartMs = 30 * 60_000;

export type Window = {readonly fromMs: number; readonly toMs: number};

/** The period that a report covers if the user names no time, and the recording's other incidents. */
export type ReportWindow = Window & {readonly others: readonly Window[]};

/**
The period of a report. A short recording is reported as a whole. For a longer recording, the period is the last
incident, with ten minutes before and after it. Without an incident, the period is the last three hours.
*/
export function reportWindow(changes: readonly RecordedChange[], {beganMs, endedMs}: RecordedTime): ReportWindow {
	if (endedMs - beganMs <= wholeMs) {
		return {fromMs: beganMs, toMs: endedMs, others: []};
	}

	const found = incidentsIn(changes, endedMs);
	const last = found.at(-1);
	if (last === undefined) {
		return {fromMs: Math.max(beganMs, endedMs - wholeMs), toMs: endedMs, others: []};
	}

	return {
		fromMs: Math.max(beganMs, last.fromMs - aroundMs),
		toMs: Math.min(endedMs, last.toMs + aroundMs),
		others: found.slice(0, -1),
	};
}

/** The times in which critical findings held. If no finding was critical, the times in which warnings held. */
export function incidentsIn(changes: readonly RecordedChange[], endedMs: number): Window[] {
	const critical = heldTimes(changes, endedMs, severityRank.critical);
	return critical.length > 0 ? critical : heldTimes(changes, endedMs, severityRank.warning);
}

function heldTimes(changes: readonly RecordedChange[], endedMs: number, leastRank: number): Window[] {
	const open = new Map<string, number>();
	const held: Window[] = [];
	for (const {what, finding, atMs, severity} of changes) {
		if (finding === undefined) {
			continue;
		}

		const key = `${finding.rule} ${finding.node} ${finding.subject}`;
		if (what === 'finding-opened' && severityRank[severity] >= leastRank && !open.has(key)) {
			open.set(key, Math.min(finding.sinceMs, atMs));
		} else if (what === 'finding-closed') {
			const fromMs = open.get(key);
			open.delete(key);
			if (fromMs !== undefined) {
				held.push({fromMs, toMs: atMs});
			}
		}
	}

	held.push(...[...open.values()].map(fromMs => ({fromMs, toMs: endedMs})));
	const joined: Window[] = [];
	for (const time of held.sort((one, other) => one.fromMs - other.fromMs)) {
		const before = joined.at(-1);
		if (before !== undefined && time.fromMs - before.toMs < apartMs) {
			joined.splice(-1, 1, {fromMs: before.fromMs, toMs: Math.max(before.toMs, time.toMs)});
		} else {
			joined.push(time);
		}
	}

	return joined;
}
