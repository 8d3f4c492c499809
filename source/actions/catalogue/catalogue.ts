import {serverProduct} from '../../derive/deployment.js';
import type {ActionClass, ActionId} from '../../domain/action.js';
import {failureText} from '../../domain/sample.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {Version} from '../../wire/read-commands.js';
import type {ActionRow, Selection} from './action-row.js';
import {bgsave} from './bgsave.js';
import {clientActions} from './client-actions.js';
import {clusterActions} from './cluster-actions.js';
import {configActions} from './config-actions.js';
import {upkeepActions} from './maintenance-actions.js';
import {moreSaves} from './persistence-actions.js';
import {replicationActions} from './replication-actions.js';
import {sentinelActions} from './sentinel-actions.js';
import {shownCommands} from './shown-commands.js';
import {shutdownSave} from './shutdown-save.js';
import {moreShutdowns} from './shutdown-variants.js';

/** Every action, in the menu's order. A new action is one row here, and a member of `ActionId`. */
export const catalogue: readonly ActionRow[] = [
	bgsave,
	shutdownSave,
	...moreSaves,
	...clientActions,
	...configActions,
	...upkeepActions,
	...replicationActions,
	...clusterActions,
	...moreShutdowns,
	...sentinelActions,
];

/** What one action is in the menu for one node. */
export type MenuRow = {
	readonly id: ActionId;
	readonly letter: string;
	readonly title: string;
	readonly class: ActionClass;
	/** Why it is greyed; undefined when it can be chosen. */
	readonly whyNot: string | undefined;
	/** It is only shown, to be copied; nothing comes of it here. */
	readonly isText?: boolean;
};

export function actionRow(id: ActionId): ActionRow {
	const row = catalogue.find(candidate => candidate.id === id);
	if (row === undefined) {
		throw new RangeError(`no action is called ${id}`);
	}

	return row;
}

/** Of `CONFIG SET save: when it takes snapshots` what comes before the colon: where something else has to stand beside it. */
export const shortTitle = (title: string): string => title.split(':')[0] ?? title;

/** Why nothing can be done to the node, whatever the action. */
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

	// Without it nobody can tell whether the command would reach the process that the box was about.
	return sample.runId === undefined
		? 'the server hides its run_id, so it could be another one when it counts'
		: undefined;
}

/** Major and minor of `7.0.15`. */
function versionOf(text: string | undefined): Version | undefined {
	const [, major, minor] = /^(\d+)\.(\d+)/.exec(text ?? '') ?? [];
	return major === undefined ? undefined : [Number(major), Number(minor)];
}

/** Why this version doesn't know the command. */
function tooOldText({sample}: NodeRecord, {since}: ActionRow): string | undefined {
	const server = sample === undefined ? undefined : serverProduct(sample.info);
	const first = server && since?.[server.product];
	if (server === undefined || first === undefined) {
		return undefined;
	}

	const name = server.product === 'redis' ? 'Redis' : 'Valkey';
	const version = versionOf(server.version);
	if (first === 'never') {
		return `${name} has no such command`;
	}

	const isOld = version !== undefined && (version[0] < first[0] || (version[0] === first[0] && version[1] < first[1]));
	return isOld ? `needs ${name} ${first.join('.')}` : undefined;
}

/** What is selected on the screen comes first, then the rest; what can't be done goes last. */
const rank = (row: MenuRow, {clientId, slot, nodeId, action}: Selection): number => {
	const isAbout =
		row.id === action ||
		(clientId !== undefined && row.id.startsWith('client-')) ||
		((slot !== undefined || nodeId !== undefined) && row.id.startsWith('cluster-'));
	return (row.whyNot === undefined ? 0 : 2) + (isAbout ? 0 : 1);
};

/** The menu for one node: every action, with the reason where it can't be chosen. */
export function menuRows(record: NodeRecord, selection: Selection = {}): MenuRow[] {
	const rows = catalogue.map(
		(row): MenuRow => ({
			id: row.id,
			letter: row.letter,
			title: row.title,
			class: row.class,
			whyNot: unreachableText(record, row) ?? tooOldText(record, row) ?? row.whyNot(record),
		}),
	);
	const texts = shownCommands.map(
		({id, letter, title, whyNot}): MenuRow => ({
			...{id, letter, title, class: 'local', isText: true},
			whyNot: whyNot(record),
		}),
	);
	return [...rows, ...texts].sort((a, b) => rank(a, selection) - rank(b, selection));
}

/** The rows of a menu that its search leaves. */
export function shownRows({
	rows,
	search = '',
}: {
	readonly rows: readonly MenuRow[];
	readonly search?: string | undefined;
}): MenuRow[] {
	const words = search.toLowerCase().split(' ').filter(Boolean);
	return rows.filter(({id, title}) => {
		const text = `${id} ${title}`.toLowerCase();
		return words.every(word => text.includes(word));
	});
}
