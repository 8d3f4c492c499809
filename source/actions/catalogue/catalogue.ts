import {productNames, serverProduct} from '../../derive/server-product.js';
import type {ActionClass, ActionName} from '../../domain/action.js';
import {failureText} from '../../domain/sample.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {Version} from '../../wire/read-commands.js';
import type {ActionRow, Selection} from './action-row.js';
import {bgsave} from './bgsave.js';
import {clientActions} from './client-actions.js';
import {clusterActions} from './cluster-actions.js';
import {configActions} from './config-actions.js';
import {hotKeysActions} from './hot-keys-actions.js';
import {maintenanceActions} from './maintenance-actions.js';
import {persistenceActions} from './persistence-actions.js';
import {replicationActions} from './replication-actions.js';
import {sentinelActions} from './sentinel-actions.js';
import {shownCommands} from './shown-commands.js';
import {shutdownSave} from './shutdown-save.js';
import {shutdownVariants} from './shutdown-variants.js';

/**
The rows of all actions, in the menu's order. A new action is one row in the file with similar actions, such as
`client-actions.ts`; a new server setting is one row in `config-actions.ts`. The type checker then names the tables in
the tests that still lack the new action.
*/
const rows = [
	bgsave,
	shutdownSave,
	...persistenceActions,
	...clientActions,
	...configActions,
	...maintenanceActions,
	...hotKeysActions,
	...replicationActions,
	...clusterActions,
	...shutdownVariants,
	...sentinelActions,
] as const;

/** The id of an action that redis-top can send. */
export type ActionId = (typeof rows)[number]['id'];

/** Every action that redis-top can send, in the menu's order. */
export const catalogue: ReadonlyArray<ActionRow<ActionId>> = rows;

/** One action in the menu of one node. */
export type MenuRow = {
	readonly id: ActionName;
	readonly letter: string;
	readonly title: string;
	readonly class: ActionClass;
	/** Why the row cannot be chosen and is drawn grey; undefined where it can be chosen. */
	readonly whyNot: string | undefined;
	/** The heading of the menu under which the row is listed. */
	readonly group: MenuGroup;
	/**
	True for a row that could not be chosen when the menu was opened. The menu leaves such a row out, except in a search
	and in an opened group.
	*/
	readonly isFolded: boolean;
	/** True for a command that redis-top never sends and that can only be copied. */
	readonly isText?: boolean;
};

/**
The row of the action with this id.

@throws RangeError where no action has the id.
*/
export function actionRow(id: ActionName): ActionRow {
	const row = catalogue.find(candidate => candidate.id === id);
	if (row === undefined) {
		throw new RangeError(`no action is called ${id}`);
	}

	return row;
}

/** The part of an action's title before the colon: `CONFIG SET save` of `CONFIG SET save: when it takes snapshots`. */
export const shortTitle = (title: string): string => title.split(':')[0] ?? title;

/**
Why the action cannot be sent to the node now, or is not for this kind of server; undefined where the action can be
sent.
*/
function unreachableText({reach, failure, sample, role}: NodeRecord, row: ActionRow): string | undefined {
	const isHeld = reach === 'busy' && row.isForBusy === true;
	if (sample === undefined || (reach !== 'up' && !isHeld)) {
		return reach === 'loading'
			? 'it is loading its data set'
			: failure === undefined
				? `it is not answering (${reach})`
				: failureText(failure);
	}

	if ((role === 'sentinel') !== (row.server === 'sentinel')) {
		return role === 'sentinel' ? 'a Sentinel has no data' : 'it is for a Sentinel';
	}

	// Without a run_id redis-top cannot tell whether the command would reach the process that the dialog showed.
	return sample.runId === undefined
		? 'the server hides its run_id: a restarted one could not be told apart'
		: undefined;
}

/** Major and minor version of a text such as `7.0.15`; undefined for any other text. */
function versionOf(text: string | undefined): Version | undefined {
	const [, major, minor] = /^(\d+)\.(\d+)/.exec(text ?? '') ?? [];
	return major === undefined ? undefined : [Number(major), Number(minor)];
}

/** Why the server's version does not know the command; undefined where the version knows it. */
function tooOldText({sample}: NodeRecord, {since}: ActionRow): string | undefined {
	const server = sample === undefined ? undefined : serverProduct(sample.info);
	const first = server && since?.[server.family];
	if (server === undefined || first === undefined) {
		return undefined;
	}

	const name = productNames[server.family];
	const version = versionOf(server.familyVersion);
	if (first === 'never') {
		return `${name} has no such command`;
	}

	const isOld = version !== undefined && (version[0] < first[0] || (version[0] === first[0] && version[1] < first[1]));
	return isOld ? `needs ${name} ${first.join('.')}` : undefined;
}

/** The headings of the menu, in order: actions about the selected row first, actions that stop a server last. */
export const menuGroups = ['Selected row', 'Save', 'Clients', 'Settings', 'Replication', 'To copy', 'Stop'] as const;

export type MenuGroup = (typeof menuGroups)[number];

/**
The keyboard key that opens each group of the menu. The group of the selected row has no key, but each of its actions
has a key.
*/
export const groupLetters: Readonly<Record<Exclude<MenuGroup, 'Selected row'>, string>> = {
	Save: 'S',
	Clients: 'C',
	Settings: 'E',
	Replication: 'P',
	'To copy': 'Y',
	Stop: 'T',
};

/** The keyboard key that opens a group; undefined for the group of the selected row. */
export const groupLetter = (group: MenuGroup): string | undefined =>
	group === 'Selected row' ? undefined : groupLetters[group];

/** The prefixes of action ids, each with the group of the actions that have the prefix. */
const groupStarts: ReadonlyArray<readonly [start: string, group: Exclude<MenuGroup, 'Selected row'>]> = [
	['bgsave', 'Save'],
	['bgrewriteaof', 'Save'],
	['client-', 'Clients'],
	['script-', 'Clients'],
	['function-', 'Clients'],
	['shutdown-', 'Stop'],
	['replicaof', 'Replication'],
	['promote', 'Replication'],
	['failover', 'Replication'],
	['cluster-', 'Replication'],
	['sentinel-', 'Replication'],
];

/** The group of an action that is not about the selected row. */
export const groupOf = (id: ActionName): Exclude<MenuGroup, 'Selected row'> =>
	groupStarts.find(([start]) => id.startsWith(start))?.[1] ?? 'Settings';

/**
Whether an action is about the selected row: a finding that suggests the action, a client, a cluster node or a slot.
*/
const isAbout = (id: ActionName, {clientId, slot, nodeId, action}: Selection): boolean =>
	id === action ||
	(clientId !== undefined && id.startsWith('client-')) ||
	((slot !== undefined || nodeId !== undefined) && id.startsWith('cluster-'));

/** The sort key of a row in the menu: the position of its group. Rows that cannot be chosen come last. */
const rank = ({isFolded, group}: MenuRow): number => (isFolded ? menuGroups.length : 0) + menuGroups.indexOf(group);

/** The menu for one node: every action, with the reason where it cannot be chosen. */
export function menuRows(record: NodeRecord, selection: Selection = {}): MenuRow[] {
	const rows = catalogue.map((row): MenuRow => {
		const whyNot = unreachableText(record, row) ?? tooOldText(record, row) ?? row.whyNot(record);
		const group = isAbout(row.id, selection) ? 'Selected row' : groupOf(row.id);
		const {id, letter, title, class: rowClass} = row;
		return {id, letter, title, class: rowClass, group, whyNot, isFolded: whyNot !== undefined};
	});
	const texts = shownCommands.map(({id, letter, title, whyNot: reasonOf}): MenuRow => {
		const whyNot = reasonOf(record);
		const isFolded = whyNot !== undefined;
		return {id, letter, title, class: 'local', group: 'To copy', isText: true, whyNot, isFolded};
	});
	return [...rows, ...texts].sort((a, b) => rank(a) - rank(b));
}

/** The reason why no action can be chosen, if all have the same one; undefined otherwise. */
export function sharedReason(rows: readonly MenuRow[]): string | undefined {
	const [reason, ...others] = new Set(rows.flatMap(({isText, whyNot}) => (isText === true ? [] : [whyNot])));
	return others.length === 0 ? reason : undefined;
}

/**
The menu rows that are shown. With a search: the rows whose id or title contains every word of the search. With an
opened group: all rows of the group, including rows that can't be chosen. Otherwise: the rows that can be chosen.
*/
export function shownRows({
	rows,
	search,
	group,
}: {
	readonly rows: readonly MenuRow[];
	readonly search?: string | undefined;
	readonly group?: MenuGroup | undefined;
}): MenuRow[] {
	if (search === undefined && group !== undefined) {
		return rows.filter(row => row.group === group);
	}

	if (search === undefined) {
		return rows.filter(({isFolded}) => !isFolded);
	}

	const words = search.toLowerCase().split(' ').filter(Boolean);
	return rows.filter(({id, title}) => {
		const text = `${id} ${title}`.toLowerCase();
		return words.every(word => text.includes(word));
	});
}
