import {messageText} from '../domain/message.js';
import {type Finding, findingKey, findingText} from '../rules/finding.js';

/**
An alert in Alertmanager's format. Its labels are its identity. If the labels changed, Alertmanager would see another
alert.

Source: https://github.com/prometheus/alertmanager/blob/v0.25.0/api/v2/openapi.yaml (postableAlert)
*/
export type Alert = {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	/** When the condition began to hold, in milliseconds since the epoch. */
	readonly startsAtMs: number;
};

/**
Longest text of an annotation, in characters. A text that names many nodes would make a message that no pager shows.
*/
const longestAnnotation = 2000;

const shortened = (text: string): string =>
	text.length > longestAnnotation ? `${text.slice(0, longestAnnotation - 1)}…` : text;

/**
Identifies an alert: a finding with one severity. The severity is a label, because people route alerts by it. So a
finding that gets worse is a new alert, and the milder alert ends.
*/
export const alertKey = (finding: Finding): string => `${findingKey(finding)} ${finding.severity}`;

/**
Whether a finding becomes an alert. Findings of severity info do not: they are advice about settings, and may hold for
years.
*/
export const isAlert = ({severity}: Pick<Finding, 'severity'>): boolean => severity !== 'info';

/** The node's address and the text of a finding: `10.0.1.11:6379 refuses writes (MISCONF)`. */
export const summaryOf = (finding: Finding): string =>
	[finding.node, findingText(finding)].filter(part => part !== undefined).join(' ');

/** @param deployment The targets as the user typed them, without passwords. */
export const alertOf = (finding: Finding, deployment: string): Alert => ({
	labels: {
		alertname: finding.rule,
		severity: finding.severity,
		...(finding.node !== undefined && {instance: finding.node}),
		...(finding.subject !== undefined && finding.subject !== '' && {subject: finding.subject}),
		...(deployment !== '' && {deployment}),
		source: 'redis-top',
	},
	annotations: {
		summary: shortened(summaryOf(finding)),
		description: shortened(messageText(finding.meaning)),
		...(finding.effect !== undefined && {effect: finding.effect}),
		...(finding.next.length > 0 && {
			next: shortened(finding.next.map(({text}) => messageText(text)).join('\n')),
		}),
	},
	startsAtMs: finding.sinceMs,
});
