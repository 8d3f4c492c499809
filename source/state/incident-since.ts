import type {Finding} from '../rules/finding.js';

/**
Since when a critical finding has been open without a break, milliseconds since the epoch; undefined: none is open. An
incident begins with its first critical finding and goes on under the next one, even when the first is over.
*/
export function incidentSince(before: number | undefined, findings: readonly Finding[]): number | undefined {
	const critical = findings.filter(({severity, clearedAtMs}) => severity === 'critical' && clearedAtMs === undefined);
	return critical.length === 0 ? undefined : Math.min(before ?? Infinity, ...critical.map(({sinceMs}) => sinceMs));
}
