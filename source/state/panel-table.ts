type PanelRow = {
	readonly id: string;
	/** The keyboard key that opens the panel. It is the same at every size, so that users can learn it. */
	readonly key: string;
	readonly title: string;
	/**
	The name in the tab bar of a narrow screen. The short names of all panels must fit into 80 terminal cells, beside the
	footer's keys for help, actions and the next node.
	*/
	readonly short: string;
	/** Whether the panel shows all nodes. The age of its data then does not depend on the node in focus. */
	readonly isOfAllNodes?: boolean;
};

/**
Every panel, in the order of Tab. For example, the panel `memory` is `memoryPanel` in `views/panels/memory/memory.ts`;
`npm run generate` writes the imports into `views/panels.ts`.
*/
export const panelTable = [
	{id: 'overview', key: '1', title: 'Overview', short: 'Over'},
	{id: 'memory', key: '2', title: 'Memory', short: 'Mem'},
	{id: 'replication', key: '3', title: 'Replication', short: 'Repl'},
	{id: 'clients', key: '4', title: 'Clients', short: 'Cli'},
	{id: 'commands', key: '5', title: 'Commands and latency', short: 'Cmd'},
	{id: 'slowlog', key: '6', title: 'Slow log', short: 'Slow'},
	{id: 'persistence', key: '7', title: 'Persistence', short: 'Disk'},
	{id: 'cluster', key: '8', title: 'Cluster', short: 'Clus'},
	{id: 'findings', key: '9', title: 'Findings', short: 'Find', isOfAllNodes: true},
	{id: 'events', key: '0', title: 'Events', short: 'Ev', isOfAllNodes: true},
	{id: 'keys', key: 'K', title: 'Keys', short: 'Keys'},
	{id: 'audit', key: 'a', title: 'Audit', short: 'Audit', isOfAllNodes: true},
] as const satisfies readonly PanelRow[];

export type PanelId = (typeof panelTable)[number]['id'];

export const panelIds: readonly PanelId[] = panelTable.map(({id}) => id);

const rows: ReadonlyMap<PanelId, PanelRow> = new Map(panelTable.map(row => [row.id, row]));

/** The row of a panel. */
export const panelRow = (id: PanelId): PanelRow => rows.get(id) ?? panelTable[0];

/** The panel that a keyboard key opens; undefined for any other key. */
export const panelWithKey = (key: string): PanelId | undefined => panelTable.find(row => row.key === key)?.id;

/**
Finds a panel by its keyboard key or its name, in upper or lower case; undefined when there is none. A panel whose key
has the same case is preferred.
*/
export const panelNamed = (text: string): PanelId | undefined =>
	panelWithKey(text) ?? panelTable.find(({id, key}) => [id, key.toLowerCase()].includes(text.toLowerCase()))?.id;

/** The list of panels for `--panel`, help and error messages: `1 overview, 2 memory, …`. */
export const panelChoices: string = panelTable.map(({key, id}) => `${key} ${id}`).join(', ');

/** The keyboard keys of panels as the help shows them: digits in a row are a range, `0-9 a`. */
export function keysText(keys: readonly string[]): string {
	const digits = keys.filter(key => /\d/.test(key)).toSorted();
	const isRange = digits.length > 2 && Number(digits.at(-1)) - Number(digits[0]) === digits.length - 1;
	return [...(isRange ? [`${digits[0]}-${digits.at(-1)}`] : digits), ...keys.filter(key => !/\d/.test(key))].join(' ');
}

export const panelKeys: string = keysText(panelTable.map(({key}) => key));
