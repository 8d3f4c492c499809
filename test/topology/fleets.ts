import type {NodeAddress} from '../../source/domain/node.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {nameOf, type ViewParts, viewFrom} from '../cluster/views.js';
import {type RecordParts, recordFrom, type Sections, sampledAtMs} from '../harness/records.js';

export const fleetOf = (...records: readonly NodeRecord[]): ReadonlyMap<NodeAddress, NodeRecord> =>
	new Map(records.map(record => [record.address, record]));

export const gone = {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'} as const;

/** A node of the six-node cluster of `cluster/views.ts`, a replica by default linked to its primary. */
export function clusterRecord(port: number, view: ViewParts = {}, parts: RecordParts = {}): NodeRecord {
	const isReplica = port >= 17_053;
	const replication: Sections[string] = isReplica
		? {
				role: 'slave',
				master_host: '127.0.0.1',
				master_port: port - 3,
				master_link_status: 'up',
				slave_repl_offset: 1000,
			}
		: {role: 'master'};
	return recordFrom({
		address: nameOf(port),
		role: isReplica ? 'replica' : 'primary',
		clusterNodes: {atMs: sampledAtMs + (view.atMs ?? 0), value: viewFrom(port, view).nodes},
		...parts,
		info: {cluster: {cluster_enabled: 1}, ...parts.info, replication: {...replication, ...parts.info?.replication}},
	});
}

export const sixPorts = [17_050, 17_051, 17_052, 17_053, 17_054, 17_055];

/** A node outside clusters. */
export const plainRecord = (port: number, source?: number, parts: RecordParts = {}): NodeRecord =>
	recordFrom({
		address: nameOf(port),
		role: source === undefined ? 'primary' : 'replica',
		...parts,
		info: {
			...parts.info,
			replication: {
				...(source === undefined
					? {role: 'master'}
					: {role: 'slave', master_host: '127.0.0.1', master_port: source, master_link_status: 'up'}),
				...parts.info?.replication,
			},
		},
	});
