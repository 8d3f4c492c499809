import {messageText} from '../../domain/message.js';
import {findingText} from '../../rules/finding.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {rankedFindings} from '../../state/verdict.js';
import {evidenceData} from '../../text/evidence-text.js';
import {isoTime} from './snapshot-values.js';

/** The findings as plain data: causes first, each followed by what it explains; then what has ended lately. */
export function findingsPart(state: MonitorState) {
	return rankedFindings(state).map(({finding, causeKey}) => ({
		rule: finding.rule,
		severity: finding.severity,
		node: finding.node ?? null,
		subject: finding.subject ?? null,
		title: findingText(finding),
		evidence: finding.evidence.map(({name, value}) => ({name, value: evidenceData(value)})),
		meaning: messageText(finding.meaning),
		next: finding.next.map(({text}) => messageText(text)),
		action: finding.action ?? null,
		adviceCost: finding.adviceCost ?? null,
		since: isoTime(finding.sinceMs),
		clearedAt: isoTime(finding.clearedAtMs),
		/** The rule of the finding that explains it; null: it is a cause itself. */
		causedBy: causeKey?.split(' ')[0] ?? null,
	}));
}
