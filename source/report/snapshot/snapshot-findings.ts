import type {MonitorState} from '../../state/monitor-state.js';
import {rankedFindings} from '../../state/verdict.js';
import {isoTime} from './snapshot-values.js';

/** The findings as plain data: causes first, each followed by what it explains; then what has ended lately. */
export function findingsPart(state: MonitorState) {
	return rankedFindings(state).map(({finding, causeKey}) => ({
		rule: finding.rule,
		severity: finding.severity,
		node: finding.node ?? null,
		subject: finding.subject ?? null,
		title: finding.title,
		evidence: finding.evidence.map(({name, value}) => ({name, value})),
		meaning: finding.meaning,
		next: finding.next.map(({text}) => text),
		action: finding.action,
		adviceCost: finding.adviceCost ?? null,
		since: isoTime(finding.sinceMs),
		clearedAt: isoTime(finding.clearedAtMs),
		/** The rule of the finding that explains it; null: it is a cause itself. */
		causedBy: causeKey?.split(' ')[0] ?? null,
	}));
}
