import type {NodeAddress} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {Panel, PanelInput, SoughtClient} from '../panel.js';

/** The place of a client on panel 4: its row, or a filter with every client that it may be. */
export type ClientPlace = {
	/** The node to put in focus; undefined: the present one. */
	readonly node: NodeAddress | undefined;
	readonly rowKey: string | undefined;
	readonly filter: string;
};

/**
The place of the client on panel 4. A client that has left the list is searched by its name, because applications
connect again under the same name.
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

/** The place on panel 4 of the client that a list row is about; undefined for a row without a client. */
export function clientOfRow(
	panel: Pick<Panel, 'clientOf'>,
	input: PanelInput,
	rowKey: string,
): ClientPlace | undefined {
	const sought = panel.clientOf?.(input, rowKey);
	const record = sought?.node === undefined ? input.node : input.state.nodes.get(sought.node);
	return sought && placeOfClient(sought, record);
}
