import {memoizeByRef} from '../domain/memoize.js';
import type {ShowName} from '../domain/message.js';
import type {MonitorState} from '../state/monitor-state.js';

type Nodes = Pick<MonitorState, 'nodes'>;

/** `[::1]:7003` → `[::1]`. */
const hostOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf(':')));

/** The host of all nodes, where there are several and they share it: then only their ports tell them apart. */
const commonHost = memoizeByRef((nodes: MonitorState['nodes']): string | undefined => {
	const [first, ...rest] = nodes.keys();
	const host = first === undefined ? '' : hostOf(first);
	return rest.length > 0 && host !== '' && rest.every(address => hostOf(address) === host) ? host : undefined;
});

/** A node's address; by its port, `:7003`, where all nodes are on one host. */
export function shortName(address: string, {nodes}: Nodes): string {
	const host = commonHost(nodes);
	return host !== undefined && hostOf(address) === host ? address.slice(host.length) : address;
}

/** Prints the names in a message, nodes as `shortName` does. */
export const showShortNames =
	(state: Nodes): ShowName =>
	({kind, name}) =>
		kind === 'node' ? shortName(name, state) : name;
