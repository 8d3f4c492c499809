import {readFile} from 'node:fs/promises';
import {localPortUse} from '../parse/connection-table.js';
import type {LookupError} from './name-lookup.js';

/**
The error of a connection that got no local port, with how the ports are used. Any other error is returned unchanged, and so
is this one where the kernel doesn't tell (no /proc). Node's message has the address to which no connection was made:
`connect EADDRNOTAVAIL 10.0.0.1:6379 - Local (0.0.0.0:0)`.
*/
export async function withLocalPorts(error: LookupError): Promise<LookupError> {
	const [, host, port] = error.code === 'EADDRNOTAVAIL' ? (/ EADDRNOTAVAIL (\S+):(\d+)/.exec(error.message) ?? []) : [];
	if (host === undefined) {
		return error;
	}

	const [range = '', ...tables] = await Promise.all(
		['/proc/sys/net/ipv4/ip_local_port_range', '/proc/net/tcp', '/proc/net/tcp6'].map(file =>
			readFile(file, 'utf8').catch(() => ''),
		),
	);
	const use = localPortUse(range, tables, {host, port: Number(port)});
	return use === undefined
		? error
		: {code: error.code, message: `${error.message}; ports: ${use.ports}, held: ${use.held}, waiting: ${use.waiting}`};
}
