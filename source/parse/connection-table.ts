import type {LocalPortUse} from '../domain/local-ports.js';
import {socketAddress} from './proc-text.js';

/**
One established TCP connection as the kernel lists it. The local side belongs to the process that holds the socket
`inode`.
*/
export type ConnectionSocket = {
	readonly local: string;
	readonly remote: string;
	readonly localPort: number;
	readonly remotePort: number;
	/** The inode of the socket, by which the process that holds the socket is found. */
	readonly inode: string;
};

/** `01` is TCP_ESTABLISHED. Source: the kernel's include/net/tcp_states.h. */
const establishedState = '01';

/**
The established connections of `/proc/net/tcp` or `tcp6` that have the port on either side. Never throws. Only lines
that contain the port are parsed, because a machine may have many thousands of lines.
*/
export function parseConnections(text: string, port: number): ConnectionSocket[] {
	const hex = port.toString(16).toUpperCase().padStart(4, '0');
	return text.split('\n').flatMap(line => {
		if (!line.includes(`:${hex} `)) {
			return [];
		}

		const [, localText = '', remoteText = '', state, , , , , , inode = ''] = line.trim().split(/\s+/);
		const [local, remote] = [socketAddress(localText), socketAddress(remoteText)];
		const isOfPort = local?.port === port || remote?.port === port;
		return local === undefined ||
			remote === undefined ||
			!isOfPort ||
			state !== establishedState ||
			!/^\d+$/.test(inode)
			? []
			: [{local: local.address, localPort: local.port, remote: remote.address, remotePort: remote.port, inode}];
	});
}

/** `06` is TCP_TIME_WAIT. Source: the kernel's include/net/tcp_states.h. */
const waitingState = '06';

/**
Counts the local ports that connections to an address hold.

@param range The text of `/proc/sys/net/ipv4/ip_local_port_range`.
@param tables The texts of `/proc/net/tcp` and `tcp6`.
@param host The address as Node prints it. Undefined if the range cannot be read.
*/
export function localPortUse(
	range: string,
	tables: readonly string[],
	{host, port}: {readonly host: string; readonly port: number},
): LocalPortUse | undefined {
	const [, first, last] = /^(\d+)\s+(\d+)\s*$/.exec(range) ?? [];
	if (first === undefined || last === undefined) {
		return undefined;
	}

	const hex = port.toString(16).toUpperCase().padStart(4, '0');
	const held = new Set<number>();
	let waiting = 0;
	for (const line of tables.flatMap(text => text.split('\n'))) {
		if (!line.includes(`:${hex} `)) {
			continue;
		}

		const [, localText = '', remoteText = '', state] = line.trim().split(/\s+/);
		const [local, remote] = [socketAddress(localText), socketAddress(remoteText)];
		const isTo = remote?.port === port && remote.address.replace(/^::ffff:(?=\d+\.)/, '') === host;
		const isOfRange = local !== undefined && local.port >= Number(first) && local.port <= Number(last);
		if (isTo && isOfRange && !held.has(local.port)) {
			held.add(local.port);
			waiting += state === waitingState ? 1 : 0;
		}
	}

	return {ports: Number(last) - Number(first) + 1, held: held.size, waiting};
}

/**
The number of bytes that were sent on an established connection of this machine and that the other machine's kernel has
not confirmed, from `/proc/net/tcp` or `tcp6`. Undefined if the table lacks the connection. Source: the kernel's
net/ipv4/tcp_ipv4.c, `get_tcp4_sock`: `tx_queue` is `write_seq - snd_una`.
*/
export function unconfirmedBytes(text: string, localPort: number, remotePort: number): number | undefined {
	const hex = localPort.toString(16).toUpperCase().padStart(4, '0');
	for (const line of text.split('\n')) {
		if (!line.includes(`:${hex} `)) {
			continue;
		}

		const [, local = '', remote = '', state, queues = ''] = line.trim().split(/\s+/);
		const isIt = socketAddress(local)?.port === localPort && socketAddress(remote)?.port === remotePort;
		const [, sent = ''] = /^([\da-f]{8}):[\da-f]{8}$/i.exec(queues) ?? [];
		if (isIt && state === establishedState && sent !== '') {
			return Number.parseInt(sent, 16);
		}
	}

	return undefined;
}
