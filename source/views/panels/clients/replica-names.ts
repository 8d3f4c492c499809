import type {ClientRow} from '../../../domain/client.js';
import {memoizeByRef} from '../../../domain/memoize.js';
import type {NodeRecord, ReplicaLink} from '../../../state/monitor-state.js';

/** The names of clients that are replicas, by the client's id: `replica :6379`. */
export type ReplicaNames = ReadonlyMap<number, string>;

const hostOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf(':')));

const isReplica = ({flags}: ClientRow): boolean => flags.includes('S');

/**
The connections of replicas with the port at which the replica listens. CLIENT LIST has only the port from which a
replica connected, and INFO only the port at which it listens. So a connection is named only if one replica and one
connection of a replica have its host. Where another replica has that port, the host tells them apart.
*/
export const replicaNames = ({clients, replicas}: Pick<NodeRecord, 'clients' | 'replicas'>): ReplicaNames =>
	clients === undefined ? noNames : namesBy(clients.value)(replicas);

const noNames: ReplicaNames = new Map();

const namesBy = memoizeByRef((clients: readonly ClientRow[]) => {
	const connections = clients.filter(isReplica);
	return memoizeByRef((replicas: readonly ReplicaLink[]): ReplicaNames => {
		const entries = connections.flatMap(client => {
			const host = hostOf(client.address);
			const [link, ...others] = replicas.filter(({address}) => hostOf(address) === host);
			const isAlone = connections.filter(({address}) => hostOf(address) === host).length === 1;
			const port = link?.address.slice(host.length) ?? '';
			const isShared = replicas.some(({address}) => address !== link?.address && address.endsWith(port));
			return link === undefined || others.length > 0 || !isAlone
				? []
				: [[client.id, `replica ${isShared ? host : port}`] as const];
		});
		return new Map(entries);
	});
});
