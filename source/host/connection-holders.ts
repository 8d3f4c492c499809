import {readFile} from 'node:fs/promises';
import process from 'node:process';
import type {ConnectionHolder} from '../domain/host-evidence.js';
import {type ConnectionSocket, parseConnections} from '../parse/connection-table.js';
import {sanitize} from '../text/sanitize.js';
import {type ScannedProcess, socketInodes} from './proc-files.js';

/** Number of holders that are kept. The holders with the most connections are kept. */
const mostHolders = 8;

/** The established connections of a port. For a connection within this machine, the sockets of both ends are listed. */
async function connectionsOf(port: number): Promise<readonly ConnectionSocket[]> {
	const tables = await Promise.all(
		['/proc/net/tcp', '/proc/net/tcp6'].map(async file => readFile(file, 'utf8').catch(() => '')),
	);
	return tables.flatMap(text => parseConnections(text, port));
}

/**
The holders of a port's connections, as the kernel of the server's machine lists them. A holder on this machine is a
process, any other holder an address. The kernel is read because the server cannot be asked once `maxclients` is
reached. The holders with the most connections come first.
*/
export async function readConnectionHolders(
	port: number,
	processes: readonly ScannedProcess[],
): Promise<readonly ConnectionHolder[]> {
	const connections = await connectionsOf(port);
	const ours = new Map(
		connections.filter(({remotePort}) => remotePort === port).map(({inode, ...each}) => [inode, each]),
	);
	const peers = connections.filter(({localPort}) => localPort === port);
	const owners = await ownersOf(new Set(ours.keys()), processes);
	const ownerOfPeer = new Map(
		[...ours].flatMap(([inode, {local, localPort}]) => {
			const owner = owners.get(inode);
			return owner === undefined ? [] : [[`${local}:${localPort}`, owner] as const];
		}),
	);
	const counts = new Map<string, ConnectionHolder>();
	for (const {remote, remotePort} of peers) {
		const owner = ownerOfPeer.get(`${remote}:${remotePort}`);
		if (owner?.processId === process.pid) {
			continue;
		}

		const key = `${remote} ${owner?.processId ?? ''}`;
		const connectionsSoFar = counts.get(key)?.connections ?? 0;
		counts.set(key, {
			host: remote,
			processId: owner?.processId,
			processName: owner === undefined ? undefined : sanitize(owner.name),
			connections: connectionsSoFar + 1,
		});
	}

	return [...counts.values()].toSorted((one, other) => other.connections - one.connections).slice(0, mostHolders);
}

/** The process that holds each socket. A socket is missing when this user may not read its process. */
async function ownersOf(
	inodes: ReadonlySet<string>,
	processes: readonly ScannedProcess[],
): Promise<ReadonlyMap<string, ScannedProcess>> {
	const owners = new Map<string, ScannedProcess>();
	for (const candidate of processes) {
		if (owners.size === inodes.size) {
			break;
		}

		for (const inode of (await socketInodes(candidate.processId)) ?? []) {
			if (inodes.has(inode)) {
				owners.set(inode, candidate);
			}
		}
	}

	return owners;
}
