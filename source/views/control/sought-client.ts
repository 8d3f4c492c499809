import type {NodeAddress} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {Panel, PanelInput, SoughtClient} from '../panel.js';

/**
How to show a client on panel 4, Clients: its row is selected, or the list is filtered. The filter finds every client
that may be the right one.
*/
export type ClientPlace = {
	/** The node to put in focus; undefined if the focus stays. */
	readonly node: NodeAddress | undefined;
	readonly rowKey: string | undefined;
	readonly filter: string;
};

/**
How to show the client on panel 4, Clients. If the client has left the list, the list is filtered, preferably by the
name: applications connect again under the same name. Undefined if nothing is known to filter by.
*/
export function placeOfClient(
	{node, address, name, command}: SoughtClient,
	record: Pick<NodeRecord, 'clients'> | undefined,
): ClientPlace | undefined {
	const clients = record?.clients?.value ?? [];
	const client = address === undefined || address === '' ? undefined : clients.find(each => each.address === address);
	if (client !== undefined) {
		return {node, rowKey: String(client.id), filter: ''};
	}

	const filter = [name, address, command].find(text => text !== undefined && text !== '');
	return filter === undefined ? undefined : {node, rowKey: undefined, filter};
}

/** The place on panel 4, Clients, of the client that a list row is about; undefined for a row without a client. */
export function clientOfRow(
	panel: Pick<Panel, 'clientOf'>,
	input: PanelInput,
	rowKey: string,
): ClientPlace | undefined {
	const sought = panel.clientOf?.(input, rowKey);
	const record = sought?.node === undefined ? input.node : input.state.nodes.get(sought.node);
	return sought && placeOfClient(sought, record);
}
