import type {NextStep} from '../domain/finding.js';
import {message} from '../domain/message.js';
import type {Endpoint} from '../domain/node.js';
import {quotedName} from './node-facts.js';

/** What it means that small replies come while large ones stay away. */
export const largeRepliesMeaning =
	'The server works: it answers a small request while a large reply stays away. Packets above some size are lost on the way, and the ICMP message that would say so does not come back. Clients with large keys or large replies hang.';

/**
The steps for a way on which large packets are lost. The data of a full packet is 1500 bytes less the headers of IP and
ICMP: 28 bytes with IPv4, 48 with IPv6.
*/
export function packetSizeSteps(endpoint: Endpoint): readonly NextStep[] {
	const isIpv6 = endpoint.kind === 'tcp' && endpoint.host.includes(':');
	const host = endpoint.kind === 'tcp' ? quotedName('host', endpoint.host) : '127.0.0.1';
	return [
		{kind: 'words', text: message`from here: ping -M do -s ${isIpv6 ? 1452 : 1472} -c 3 ${host}`},
		{kind: 'words', text: "lower the MTU, or let ICMP 'fragmentation needed' through"},
		{kind: 'words', text: 'look at what is new in between: a tunnel, a VPN, an overlay network; clamp its MSS'},
	];
}
