import {type ClientGroup, type ClientGrouping, clientGroups} from '../../../derive/client-groups.js';
import type {ClientMemory, ClientRow} from '../../../domain/client.js';
import {memoizeByRef} from '../../../domain/memoize.js';
import type {Baseline} from '../../../state/monitor-state.js';
import {bytes, count, inUnitOf, signed} from '../../../text/units.js';

/** The name of a memory figure of a client. */
export type ClientFigure = keyof ClientMemory;

/** The part of a baseline that is needed for changes of clients: its CLIENT LIST. */
export type ClientBaseline = Pick<Baseline, 'clients'>;

const byId = memoizeByRef((clients: readonly ClientRow[]) => new Map(clients.map(client => [client.id, client])));

/**
A client's figure, in bytes. While a baseline is set, it is the change since the baseline; a client that connected after
the baseline counts from 0. Undefined when the baseline has no CLIENT LIST.
*/
export function figureOf(
	client: ClientRow,
	figure: ClientFigure,
	since: ClientBaseline | undefined,
): number | undefined {
	const now = client[figure];
	if (since === undefined || now === undefined) {
		return now;
	}

	return since.clients && now - (byId(since.clients.value).get(client.id)?.[figure] ?? 0);
}

export const figureText = (client: ClientRow, figure: ClientFigure, since: Baseline | undefined): string =>
	since === undefined
		? inUnitOf(client.unitsOf?.[figure]).bytes(client[figure])
		: signed(figureOf(client, figure, since), bytes);

const groupsBy = (grouping: ClientGrouping) =>
	memoizeByRef(
		(clients: readonly ClientRow[]) => new Map(clientGroups(clients, grouping).map(group => [group.key, group])),
	);

/** Functions that group the clients in the baseline's CLIENT LIST, one for each grouping. */
const groupsThen: Readonly<Record<ClientGrouping, ReturnType<typeof groupsBy>>> = {
	name: groupsBy('name'),
	address: groupsBy('address'),
	user: groupsBy('user'),
	library: groupsBy('library'),
};

/** A group's number of clients or its memory as text. While a baseline is set, it is the change since the baseline. */
export function groupText(
	group: ClientGroup,
	figure: 'count' | Exclude<ClientFigure, 'queryBufferBytes'>,
	grouping: ClientGrouping,
	since: Baseline | undefined,
): string {
	const format = figure === 'count' ? count : bytes;
	const now = group[figure];
	if (since === undefined || now === undefined) {
		return format(now);
	}

	const then = since.clients && groupsThen[grouping](since.clients.value);
	return signed(then && now - (then.get(group.key)?.[figure] ?? 0), format);
}
