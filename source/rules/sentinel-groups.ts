import {type Name, nameOf} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import type {NodeFacts} from './node-facts.js';
import type {FleetFacts} from './rule.js';

/** The report of one answering sentinel about one primary. */
export type SentinelReport = {readonly sentinel: NodeFacts; readonly primary: MonitoredPrimary};

/** A primary that sentinels watch: the name that they give it, and the report of each sentinel. */
export type MonitoredGroup = {readonly name: string; readonly reports: readonly SentinelReport[]};

/** The name that sentinels give the primary, marked as a name in a message. */
export const groupName = ({name}: MonitoredGroup): Name => nameOf('primary', name);

/** The sentinels that report about the primary. */
export const sentinelsOf = ({reports}: MonitoredGroup): NodeAddress[] => reports.map(({sentinel}) => sentinel.address);

/**
The watched primaries, with the reports of sentinels that answer now. Reports of sentinels that do not answer are left
out.
*/
export function monitoredGroups({nodes}: FleetFacts): MonitoredGroup[] {
	const reports = [...nodes.values()].flatMap(sentinel =>
		sentinel.record.role === 'sentinel' && sentinel.record.failure === undefined
			? (sentinel.record.sentinel?.value.primaries ?? []).map(primary => ({sentinel, primary}))
			: [],
	);
	return [...Map.groupBy(reports, ({primary}) => primary.name)].map(([name, group]) => ({name, reports: group}));
}

/** The sentinels whose report meets a condition, and the first of those reports. */
export function sentinelsReporting(
	{reports}: MonitoredGroup,
	meets: (primary: MonitoredPrimary) => boolean,
): {readonly first: SentinelReport | undefined; readonly sentinels: readonly NodeAddress[]} {
	const found = reports.filter(({primary}) => meets(primary));
	return {first: found[0], sentinels: found.map(({sentinel}) => sentinel.address)};
}
