import {memoizeByRef} from '../domain/memoize.js';
import type {ShowName} from '../domain/message.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {Column} from '../text/columns.js';
import type {Tone} from '../text/line.js';

type Nodes = Pick<MonitorState, 'nodes'>;

/** The host of an address: `[::1]:7003` → `[::1]`. */
const hostOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf(':')));

/** The host that all nodes share; undefined for a single node and for nodes on several hosts. */
const commonHost = memoizeByRef((nodes: MonitorState['nodes']): string | undefined => {
	const [first, ...rest] = nodes.keys();
	const host = first === undefined ? '' : hostOf(first);
	return rest.length > 0 && host !== '' && rest.every(address => hostOf(address) === host) ? host : undefined;
});

/** A node's address, or only its port, such as `:7003`, when all nodes are on one host. */
export function shortName(address: string, {nodes}: Nodes): string {
	const host = commonHost(nodes);
	return host !== undefined && hostOf(address) === host ? address.slice(host.length) : address;
}

/** Width from which a list has room for whole addresses beside its texts, in cells. */
export const widthForAddresses = 100;

type NameColumn<Row> = Nodes & {
	readonly width: number;
	/** Returns the text of a row. `name` converts a node's address to the name that the list shows. */
	readonly text: (row: Row, name: (address: string) => string) => string;
	readonly tone?: (row: Row) => Tone;
};

/**
The column of nodes in a list of texts. A narrow list names nodes by their ports if they are on one host, so that fewer
texts are cut.
*/
export function nameColumn<Row>({nodes, width, text, tone}: NameColumn<Row>): Column<Row> {
	const isNarrow = width < widthForAddresses;
	const [only] = nodes.size === 1 ? nodes.keys() : [];
	const host = only === undefined ? commonHost(nodes) : hostOf(only);
	const short = (address: string) =>
		host !== undefined && host !== '' && hostOf(address) === host ? address.slice(host.length) : address;
	return {
		id: 'node',
		title: 'NODE',
		minWidth: isNarrow ? 7 : 15,
		maxWidth: 40,
		priority: 2,
		text: row => text(row, isNarrow ? short : address => address),
		...(tone && {tone}),
	};
}

/** The ports that nodes have on more than one host. A port alone does not tell such a node from the others. */
const sharedPorts = memoizeByRef((nodes: MonitorState['nodes']): ReadonlySet<string> => {
	const first = new Map<string, string>();
	const shared = new Set<string>();
	for (const address of nodes.keys()) {
		const host = hostOf(address);
		const port = address.slice(host.length);
		if ((first.get(port) ?? host) !== host) {
			shared.add(port);
		}

		first.set(port, host);
	}

	return shared;
});

/**
Returns a function that prints the node names of a message. `shown` is the address that is on the screen beside the
message. Nodes on the host of that address are named by their ports alone, where no other host has such a node. Without `shown`, nodes are named as by
`shortName`.
*/
export function showNamesBeside(shown: string | undefined, state: Nodes): ShowName {
	const host = shown === undefined ? '' : hostOf(shown);
	return host === ''
		? showShortNames(state)
		: ({kind, name}) =>
				kind === 'node' && hostOf(name) === host && !sharedPorts(state.nodes).has(name.slice(host.length))
					? name.slice(host.length)
					: name;
}

/** Returns a function that prints the names in a message. Nodes are named as by `shortName`. */
export const showShortNames =
	(state: Nodes): ShowName =>
	({kind, name}) =>
		kind === 'node' ? shortName(name, state) : name;
