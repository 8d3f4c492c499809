import type {NextStep} from '../domain/finding.js';
import {message} from '../domain/message.js';
import type {Endpoint} from '../domain/node.js';
import {quotedName} from './node-facts.js';

/** What it means that small replies come while large ones stay away. */
export const largeRepliesMeaning =
	'The server works: it answers a small request while a large reply stays away. Packets above some size are lost on the way, and the ICMP message that would say so does not come back. Clients with large keys or large replies hang.';

/**
The steps for a way on which large packets are lost; none for a Unix socket, which has no packets. The data of a full
packet is 1500 bytes less the headers of IP and ICMP: 28 bytes with IPv4, 48 with IPv6. Hosts with jumbo frames send
9000 bytes, and a way that takes 1500 loses those alone.
*/
export function packetSizeSteps(endpoint: Endpoint): readonly NextStep[] {
	if (endpoint.kind !== 'tcp') {
		return [];
	}

	const headers = endpoint.host.includes(':') ? 48 : 28;
	return [
		{
			kind: 'words',
			text: message`from here: ping -M do -s ${1500 - headers} -c 3 ${quotedName('host', endpoint.host)}; where ip link shows mtu 9000, -s ${9000 - headers}`,
		},
		{kind: 'words', text: "lower the MTU, or let ICMP 'fragmentation needed' through"},
		{kind: 'words', text: 'look at what is new in between: a tunnel, a VPN, an overlay network; clamp its MSS'},
	];
}
