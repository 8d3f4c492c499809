import {choiceFor} from '../../actions/catalogue/choice.js';
import type {KeysRead} from '../../keys/read-keys.js';
import type {Notice, ViewState} from '../../state/view-state.js';
import {DialogKeys} from '../boxes/dialog-key.js';
import {standingFixes} from '../chrome/temporary-note.js';
import {focusedNode} from '../screen-input.js';
import {actionSubject} from './action-subject.js';
import type {ControllerOptions} from './controller-options.js';

/** A second key to quit counts so long after the first, milliseconds. */
const quitAgainMs = 1500;

export type ActionControlOptions = Pick<
	ControllerOptions,
	'actions' | 'shownState' | 'liveState' | 'now' | 'effects'
> & {
	readonly view: () => ViewState;
	readonly notify: (text: string, tone?: Notice['tone']) => void;
};

/** What keys have to do with the guarded actions: who gets them while a box is open, and what opens one. */
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

	/** While a box is open every key is for it. */
	get isOpen(): boolean {
		return this.#options.actions.isOpen;
	}

	press(read: KeysRead): void {
		this.#keys.press(read);
	}

	/** Pasted text is no key. */
	paste(): void {
		this.#options.actions.press({kind: 'bunch'});
	}

	/** The menu for what is selected. */
	openMenu(rowKey: string | undefined): void {
		if (this.#isMasked('no actions with --mask: their boxes name what they act on')) {
			return;
		}

		const {node, selection} = actionSubject(this.#options.liveState(), this.#options.view(), rowKey);
		if (node !== undefined) {
			this.#options.actions.open(node, selection);
		}
	}

	/** The box of the command that undoes what the screen reminds of first. Where no action sends it, it is copied. */
	takeBack(): void {
		if (this.#isMasked('not with --mask: its box names what it acts on')) {
			return;
		}

		const {liveState, view, now, actions, notify, effects} = this.#options;
		const state = liveState();
		const fixes = standingFixes(state, focusedNode(state, view()), now());
		const fix = fixes.find(({revert}) => revert !== undefined);
		const record = fix && state.nodes.get(fix.target);
		if (fix?.revert === undefined || record === undefined) {
			notify('there is no temporary change to take back');
			return;
		}

		const choice = choiceFor(fix.revert);
		if (choice !== undefined) {
			actions.choose(record, choice);
		} else if (effects.copy(fix.revert)) {
			notify(`copied: ${fix.revert}`);
		}
	}

	/** While an action is on its way the first time only warns: what was sent stays sent, but its end would go unseen. */
	quit(leavesFrame: boolean): void {
		const {actions, effects, now, notify} = this.#options;
		if (actions.running !== undefined && now() - this.#quitAskedAtMs > quitAgainMs) {
			this.#quitAskedAtMs = now();
			notify('an action is still running: the same key again leaves it unseen', 'warning');
			return;
		}

		effects.quit(leavesFrame);
	}

	#isMasked(notice: string): boolean {
		const isMasked = this.#options.shownState().isMasked === true;
		if (isMasked) {
			this.#options.notify(notice);
		}

		return isMasked;
	}
}
