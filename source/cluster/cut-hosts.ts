import {joinMessages, type Message, message, nameOf} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';

/** Two groups of hosts that do not reach each other, and the hosts that both groups reach. */
export type CutHosts = {
	readonly sides: readonly [readonly string[], readonly string[]];
	readonly between: readonly string[];
};

const hostOf = (address: NodeAddress): string => address.replace(/:\d+$/, '');

/**
The hosts whose network is cut, if all flags FAIL and PFAIL of the nodes that answer tell the same cut. Each host of one
group flags and is flagged by hosts of the other group, and at least one more host reaches both. Undefined if a node is
flagged by a node of its own host, for then the node fails and not the network.
*/
export function cutHostsIn({views, viewOf}: Pick<ClusterComparison, 'views' | 'viewOf'>): CutHosts | undefined {
	const flagged = new Map<string, Set<string>>();
	for (const {address, failed, suspected} of views) {
		for (const id of [...failed, ...suspected]) {
			const other = viewOf.get(id)?.address;
			if (other !== undefined) {
				const from = hostOf(address);
				flagged.set(from, (flagged.get(from) ?? new Set()).add(hostOf(other)));
			}
		}
	}

	const [[first, others] = []] = flagged;
	if (first === undefined || others === undefined) {
		return undefined;
	}

	const far = [...others];
	const near = [...(flagged.get(far[0] ?? '') ?? [])];
	const hosts = [...new Set(views.map(({address}) => hostOf(address)))];
	const between = hosts.filter(host => !near.includes(host) && !far.includes(host));
	const flagsAll = (host: string, expected: readonly string[]): boolean => {
		const those = flagged.get(host);
		return those?.size === expected.length && expected.every(other => those.has(other));
	};
	const isCut =
		near.length > 0 &&
		between.length > 0 &&
		flagged.size === near.length + far.length &&
		near.every(host => flagsAll(host, far) && !far.includes(host)) &&
		far.every(host => flagsAll(host, near));
	return isCut ? {sides: [hosts.filter(host => near.includes(host)), far], between} : undefined;
}

/** Largest number of hosts of a group that a text names. */
const namedHosts = 3;

const hostNames = (hosts: readonly string[]): Message => {
	const names = joinMessages(
		hosts.slice(0, namedHosts).map(host => message`${nameOf('host', host)}`),
		', ',
	);
	return hosts.length > namedHosts ? message`${names} and ${hosts.length - namedHosts} more` : names;
};

const side = (hosts: readonly string[]): Message =>
	hosts.length > 1 ? message`{${hostNames(hosts)}}` : hostNames(hosts);

/** The cut as a text: `hosts 10.0.1.1 and 10.0.1.2 do not reach each other, 10.0.1.3 reaches both`. */
export const cutHostsMessage = ({sides: [near, far], between}: CutHosts): Message =>
	message`hosts ${side(near)} and ${side(far)} do not reach each other, ${hostNames(between)} ${between.length === 1 ? 'reaches' : 'reach'} both`;
