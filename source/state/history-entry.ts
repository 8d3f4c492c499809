import {notCompared} from '../derive/compared-record.js';
import {scale} from '../domain/scale.js';
import {compactLogs, type LogMarks} from './log-history.js';
import type {NodeRecord} from './monitor-state.js';
import {reuseUnchanged} from './structural-sharing.js';

/** What is kept of a record with each poll. */
export type LightRecord = {
	/** The record without what its sample says, without its rings and what its logs had. */
	readonly record: NodeRecord;
	readonly logs: LogMarks;
};

/**
What is kept of a record, sharing with what was kept before all that stands as it stood: of a quiet server that is most
of what is read, and half an hour of it takes half the memory.
*/
export function lightRecord(record: NodeRecord, before: LightRecord | undefined): LightRecord {
	const hasManyClients = (record.clients?.value.length ?? 0) > scale.historyClientsUpTo;
	const hasLargeView = (record.clusterNodes?.value.length ?? 0) > scale.historyViewUpTo;
	const {light, marks} = compactLogs(record, before?.logs);
	const kept: NodeRecord = {
		...record,
		...light,
		sample: undefined,
		...notCompared,
		clusterInfo: lightClusterInfo(record.clusterInfo, before?.record.clusterInfo),
		clients: hasManyClients ? undefined : record.clients,
		clusterNodes: hasLargeView ? undefined : record.clusterNodes,
		notKept: [...(hasManyClients ? ['CLIENT LIST'] : []), ...(hasLargeView ? ['CLUSTER NODES'] : [])],
	};
	return {record: reuseUnchanged(kept, before?.record), logs: marks};
}

/** Its counters of messages grow with every poll and nobody looks back at them: as long as the rest is the same, so is the reply. */
function lightClusterInfo(
	info: NodeRecord['clusterInfo'],
	before: NodeRecord['clusterInfo'],
): NodeRecord['clusterInfo'] {
	const isSame =
		info !== undefined &&
		info.value.size === before?.value.size &&
		[...info.value].every(([field, text]) => field.startsWith('cluster_stats_') || before.value.get(field) === text);
	return isSame ? {...info, value: before.value} : info;
}
