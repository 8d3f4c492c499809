import {memoizeByRef} from '../domain/memoize.js';
import type {MonitorState} from '../state/monitor-state.js';

/** Nodes of one machine differ in their ports alone. */
const hostOf = (address: string): string => address.replace(/:\d+$/, '');

/** The host that all of several nodes share. */
const commonHost = memoizeByRef((nodes: MonitorState['nodes']): string | undefined => {
	const [first, ...rest] = nodes.keys();
	const host = first === undefined ? undefined : hostOf(first);
	return rest.length > 0 && host !== first && rest.every(address => hostOf(address) === host) ? host : undefined;
});

/** The text with its nodes by their ports, `:7003`, where all nodes are on one host. */
export function shortNames(text: string, {nodes}: Pick<MonitorState, 'nodes'>): string {
	const host = commonHost(nodes);
	return host === undefined ? text : text.replaceAll(new RegExp(`(?<![\\w.:-])${escaped(host)}(?=:\\d)`, 'g'), '');
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
