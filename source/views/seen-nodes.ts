import type {NodeAddress} from '../domain/node.js';
import type {MonitorState} from '../state/monitor-state.js';
import {type Line, plainText} from '../text/line.js';

/** What may be an address: a host and a port, a socket's path. */
const addresses = /[^\s│|>,]*[:/][^\s│|,]*/g;

/** The nodes that stand on a screen, by what is printed on it: whichever lists those are, and however far they were scrolled. */
export function seenNodes(lines: readonly Line[], {nodes}: Pick<MonitorState, 'nodes'>): ReadonlySet<NodeAddress> {
	const words = lines.flatMap(line => plainText(line).match(addresses) ?? []);
	return new Set((words as NodeAddress[]).filter(word => nodes.has(word)));
}
