import type {LogRemark} from '../domain/log-lines.js';

export type LogPattern = Pick<LogRemark, 'id' | 'severity' | 'rules' | 'meaning'> & {
	readonly words: RegExp;
	/** True if the line is advice about a setting. Servers write such a line at each start, so it reports no event. */
	readonly isAdvice?: true;
};

export const pattern = (
	id: string,
	severity: LogPattern['severity'],
	rules: readonly string[],
	words: RegExp,
	meaning: string,
): LogPattern => ({id, severity, rules, words, meaning});

export const advice = (...given: Parameters<typeof pattern>): LogPattern => ({...pattern(...given), isAdvice: true});
