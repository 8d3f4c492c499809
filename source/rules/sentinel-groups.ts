import type {NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import type {NodeFacts} from './node-facts.js';
import type {FleetFacts} from './rule.js';

/** What one sentinel that answers says of a primary. */
export type SentinelReport = {readonly sentinel: NodeFacts; readonly primary: MonitoredPrimary};

/** A primary that sentinels watch, by the name they have for it, with the report of each sentinel. */
export type MonitoredGroup = {readonly name: string; readonly reports: readonly SentinelReport[]};

/** The reports of the sentinels that answer now; older reports of silent sentinels are left out. */
export function monitoredGroups({nodes}: FleetFacts): MonitoredGroup[] {
	const reports = [...nodes.values()].flatMap(sentinel =>
		sentinel.record.role === 'sentinel' && sentinel.record.failure === undefined
			? (sentinel.record.sentinel?.value.primaries ?? []).map(primary => ({sentinel, primary}))
			: [],
	);
	return [...Map.groupBy(reports, ({primary}) => primary.name)].map(([name, group]) => ({name, reports: group}));
}

/** The sentinels whose report meets a condition, and the first of these reports. */
export function sentinelsReporting(
	{reports}: MonitoredGroup,
	meets: (primary: MonitoredPrimary) => boolean,
): {readonly first: SentinelReport | undefined; readonly sentinels: readonly NodeAddress[]} {
	const found = reports.filter(({primary}) => meets(primary));
	return {first: found[0], sentinels: found.map(({sentinel}) => sentinel.address)};
}
