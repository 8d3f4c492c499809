import {choiceFor} from '../../actions/catalogue/choice.js';
import type {ActionName} from '../../domain/action.js';
import type {KeysRead} from '../../keys/read-keys.js';
import type {Notice, ViewState} from '../../state/view-state.js';
import {DialogKeys} from '../boxes/dialog-key.js';
import {standingFixes} from '../chrome/temporary-note.js';
import {focusedNode} from '../screen-input.js';
import {actionSubject, rowAction} from './action-subject.js';
import type {ControllerOptions} from './controller-options.js';

/** Time within which a second press of the quit key quits although an action is running, in milliseconds. */
const quitAgainMs = 1500;

const noMaskedActions = 'no actions with --mask: a dialog names the server that it acts on';

export type ActionControlOptions = Pick<
	ControllerOptions,
	'actions' | 'shownState' | 'liveState' | 'now' | 'effects'
> & {
	readonly view: () => ViewState;
	readonly notify: (text: string, tone?: Notice['tone']) => void;
};

/** Opens the dialogs of guarded actions, and passes all keyboard keys to the dialog that is open. */
export class ActionControl {
	readonly #options: ActionControlOptions;
	readonly #keys: DialogKeys;
	#quitAskedAtMs = Number.NEGATIVE_INFINITY;

	constructor(options: ActionControlOptions) {
		this.#options = options;
		this.#keys = new DialogKeys(key => {
			if (options.actions.isOpen) {
				options.actions.press(key);
			}
		});
	}

	/** True while a dialog is open. The dialog then receives every key. */
	get isOpen(): boolean {
		return this.#options.actions.isOpen;
	}

	press(read: KeysRead): void {
		this.#keys.press(read);
	}

	/** Tells the open dialog that a text was pasted. The dialog ignores the text and shows a notice. */
	paste(): void {
		this.#options.actions.press({kind: 'bunch'});
	}

	/** Opens the menu of actions for the selected row. */
	openMenu(rowKey: string | undefined): void {
		if (this.#isRefused(noMaskedActions)) {
			return;
		}

		const {node, selection} = actionSubject(this.#options.liveState(), this.#options.view(), rowKey);
		if (node !== undefined) {
			this.#options.actions.open(node, selection);
		}
	}

	/** Opens the dialog of the action that belongs to the row: closing a client, or the remedy of a finding. */
	openRowAction(rowKey: string | undefined): void {
		if (this.#isRefused(noMaskedActions)) {
			return;
		}

		const {actions, liveState, notify, view} = this.#options;
		const found = rowAction(liveState(), view(), rowKey);
		if (found === undefined) {
			notify(
				view().panel === 'overview'
					? 'line 2 names nothing that an action would repair'
					: 'this row has no action of its own',
			);
		} else {
			actions.choose(found.node, found.choice);
		}
	}

	/** Opens the dialog of one action on the node in focus, as if the action had been chosen in the menu. */
	openAction(action: ActionName): void {
		if (this.#isRefused(noMaskedActions)) {
			return;
		}

		const {liveState, view, actions} = this.#options;
		const node = focusedNode(liveState(), view());
		if (node !== undefined) {
			actions.choose(node, {action});
		}
	}

	/**
	Opens the dialog that undoes the first temporary change (`standingFixes`) with a known undo command. If redis-top has
	no action that sends this command, the command is copied to the clipboard instead.
	*/
	takeBack(): void {
		if (this.#isRefused('not with --mask: the dialog names the server that it acts on')) {
			return;
		}

		const {liveState, view, now, actions, notify, effects} = this.#options;
		const state = liveState();
		const fixes = standingFixes(state, focusedNode(state, view()), now());
		const fix = fixes.find(({revert}) => revert !== undefined);
		const record = fix && state.nodes.get(fix.target);
		if (fix?.revert === undefined || record === undefined) {
			notify('there is no temporary change to undo');
			return;
		}

		const choice = choiceFor(fix.revert);
		if (choice !== undefined) {
			actions.choose(record, choice);
		} else if (effects.copy(fix.revert)) {
			notify(`copied: ${fix.revert}`);
		}
	}

	/**
	Quits. While an action runs, the first press only warns: quitting does not stop the action, but hides its result.
	*/
	quit(leavesFrame: boolean): void {
		const {actions, effects, now, notify} = this.#options;
		if (actions.running !== undefined && now() - this.#quitAskedAtMs > quitAgainMs) {
			this.#quitAskedAtMs = now();
			notify('an action is still running: the same key again quits without its result', 'warning');
			return;
		}

		effects.quit(leavesFrame);
	}

	#isRefused(maskedNotice: string): boolean {
		const {view, shownState} = this.#options;
		if (view().replay !== undefined) {
			this.#options.notify('a replay sends nothing: actions are on the live screen');
			return true;
		}

		const isMasked = shownState().isMasked === true;
		if (isMasked) {
			this.#options.notify(maskedNotice);
		}

		return isMasked;
	}
}
