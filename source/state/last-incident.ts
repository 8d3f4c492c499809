import type {Finding} from '../rules/finding.js';

/**
Since when something critical holds without a break, milliseconds since the epoch; undefined while nothing does. An
incident begins with its first critical finding and goes on under the next, though the first is over.
*/
export function incidentSince(before: number | undefined, findings: readonly Finding[]): number | undefined {
	const critical = findings.filter(({severity, clearedAtMs}) => severity === 'critical' && clearedAtMs === undefined);
	return critical.length === 0 ? undefined : Math.min(before ?? Infinity, ...critical.map(({sinceMs}) => sinceMs));
}
