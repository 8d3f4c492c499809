import type {ActionClass, ActionId} from '../domain/action.js';
import type {NodeRecord} from '../state/monitor-state.js';
import type {ActionRow} from './action-row.js';
import {bgsave} from './bgsave.js';
import {shutdownSave} from './shutdown-save.js';

/** Every action, in the menu's order. A new action is one row here, and a member of `ActionId`. */
export const catalogue: readonly ActionRow[] = [bgsave, shutdownSave];

/** What one action is in the menu for one node. */
export type MenuRow = {
	readonly id: ActionId;
	readonly letter: string;
	readonly title: string;
	readonly class: ActionClass;
	/** Why it is greyed; undefined when it can be chosen. */
	readonly whyNot: string | undefined;
};

export function actionRow(id: ActionId): ActionRow {
	const row = catalogue.find(candidate => candidate.id === id);
	if (row === undefined) {
		throw new RangeError(`no action is called ${id}`);
	}

	return row;
}

/** Why nothing can be done to the node, whatever the action. */
function unreachableText({reach, failure, sample, role}: NodeRecord): string | undefined {
	if (sample === undefined || reach !== 'up') {
		return reach === 'loading' ? 'it is loading its data set' : (failure?.text ?? `it is not answering (${reach})`);
	}

	if (role === 'sentinel') {
		return 'a Sentinel has no data';
	}

	// Without it nobody can tell whether the command would reach the process that the box was about.
	return sample.runId === undefined
		? 'the server hides its run_id, so it could be another one when it counts'
		: undefined;
}

/** The menu for one node: every action, with the reason where it can't be chosen. */
export function menuRows(record: NodeRecord): MenuRow[] {
	const why = unreachableText(record);
	return catalogue.map(row => ({
		id: row.id,
		letter: row.letter,
		title: row.title,
		class: row.class,
		whyNot: why ?? row.whyNot(record),
	}));
}
