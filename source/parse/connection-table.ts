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
