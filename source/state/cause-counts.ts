import type {MonitorState} from './monitor-state.js';
import {verdictOf} from './verdict.js';

/** The number of causes by severity. */
export type CauseCounts = {readonly critical: number; readonly warning: number};

/**
The causes that the verdict names or counts. Line 2, the tab bar and the title of panel 9 all show these numbers, so that
they never contradict each other.
*/
export function causeCounts(state: MonitorState, nowMs: number): CauseCounts {
	const verdict = verdictOf(state, nowMs);
	const causes = 'cause' in verdict ? [verdict.cause, ...verdict.others] : [];
	const critical = causes.filter(({severity}) => severity === 'critical').length;
	return {critical, warning: causes.length - critical};
}
