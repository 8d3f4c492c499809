import type {Finding} from '../rules/finding.js';

/**
Since when at least one critical finding has held at every moment, in milliseconds since the epoch; undefined when no
critical finding holds. An incident begins with its first critical finding. It continues while another critical finding
holds, even after the first critical finding has ended.
*/
export function incidentSince(before: number | undefined, findings: readonly Finding[]): number | undefined {
	const critical = findings.filter(({severity, clearedAtMs}) => severity === 'critical' && clearedAtMs === undefined);
	return critical.length === 0 ? undefined : Math.min(before ?? Infinity, ...critical.map(({sinceMs}) => sinceMs));
}
