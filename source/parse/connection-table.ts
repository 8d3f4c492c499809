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
