import type {NodeAddress} from '../domain/node.js';
import type {SilencerSource} from '../domain/silence.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {line} from '../text/line.js';
import {wrapWords} from '../text/wrap-words.js';
import type {Selection} from './catalogue/action-row.js';
import type {Choice} from './catalogue/choice.js';
import {ActionController, type ActionControllerOptions} from './dialog/action-controller.js';
import {type DialogContent, dialogSize, widestText} from './dialog/dialog-content.js';
import {typedTogether} from './dialog/dialog-fields.js';
import type {DialogKey} from './dialog/dialog-state.js';
import {Silences} from './execute/silences.js';
import {restartDialog} from './restart/restart-box.js';
import {RestartController} from './restart/restart-controller.js';

export type ActionsControllerOptions = Omit<
	ActionControllerOptions,
	'recordOf' | 'onProgress' | 'onChange' | 'silences'
> & {
	/** Sets silences in Alertmanager; undefined without `--alertmanager`. */
	readonly silencer?: SilencerSource | undefined;
	/** The state folder, in which redis-top keeps the progress of unfinished restarts. */
	readonly folder: string;
	readonly osUser: string;
	/** The process id of this redis-top. The file of a restart names it as the owner of the restart. */
	readonly pid: number;
};

/**
The key that opens a restart of the server in the menu. A restart is a series of actions, not one action of the
catalogue.
*/
const restartLetter = 'R';

/**
Runs the guarded actions of a screen: the dialog of a single action and the dialog of a restart. For both dialogs, the
class holds the listeners to changes and the newest node records.
*/
export class ActionsController {
	readonly #actions: ActionController;
	readonly #restarts: RestartController;
	readonly #silences: Silences;
	readonly #records = new Map<NodeAddress, NodeRecord>();
	readonly #listeners = new Set<() => void>();
	#screen: {readonly columns: number; readonly rows: number};

	constructor(private readonly options: ActionsControllerOptions) {
		const {columns, rows, silencer, gate, announce} = options;
		this.#silences = new Silences({silencer, gate, announce});
		this.#screen = {columns, rows};
		const onChange = () => {
			for (const listener of [...this.#listeners]) {
				listener();
			}
		};
		this.#actions = new ActionController({
			...options,
			silences: this.#silences,
			recordOf: (address, nodeId) => this.#recordOf(address, nodeId),
			onProgress: (progress, isFinal) => this.#restarts.runs.takeProgress(progress, isFinal),
			onChange,
		});
		this.#restarts = new RestartController({
			...options,
			silences: this.#silences,
			records: this.#records,
			openAction: (record, choice) => this.#actions.choose(record, choice),
			onChange,
		});
		void this.#restarts.runs.follow();
	}

	get isOpen(): boolean {
		return this.#actions.isOpen || this.#restarts.isOpen;
	}

	get running(): ActionController['running'] {
		return this.#actions.running;
	}

	get lock(): ActionController['lock'] {
		return this.#actions.lock;
	}

	/** One line of text for each server restart that is not over; empty while the dialog of a restart is open. */
	get notes(): readonly string[] {
		return this.#restarts.isOpen ? [] : this.#restarts.notes;
	}

	dialog(): DialogContent | undefined {
		if (!this.#actions.isOpen) {
			return this.#restartDialog();
		}

		const dialog = this.#actions.dialog();
		return dialog !== undefined && this.#actions.menuFor !== undefined
			? {...dialog, hint: `${restartLetter} restarts it step by step; ${dialog.hint}`}
			: dialog;
	}

	/**
	The content of a restart's dialog. A dialog that does not fit the screen shows only the size that it needs, and cannot
	be confirmed.
	*/
	#restartDialog(): DialogContent | undefined {
		const dialog = this.#wholeRestartDialog();
		const {columns, rows} = this.#screen;
		if (dialog === undefined || this.#fits(dialog)) {
			return dialog;
		}

		const size = dialogSize(dialog);
		const why = `This dialog needs ${size.columns}x${size.rows} cells, the terminal has ${columns}x${rows}.`;
		const lines = wrapWords(why, widestText(columns)).map(row => line(row));
		return {...dialog, facts: [], lines, prompt: undefined, typed: undefined, hint: 'Esc closes'};
	}

	#wholeRestartDialog(): DialogContent | undefined {
		const {box, run, notice, handover} = this.#restarts;
		const {columns, rows} = this.#screen;
		const nowMs = this.options.gate.clock.now();
		return restartDialog({
			box,
			run,
			notice,
			handover,
			width: widestText(columns),
			rows,
			nowMs,
			alertmanager: this.#silences.place,
		});
	}

	#fits(dialog: DialogContent): boolean {
		const size = dialogSize(dialog);
		return size.columns <= this.#screen.columns && size.rows <= this.#screen.rows;
	}

	/**
	Calls the listener after every change of what `dialog()`, `lock` or `notes` return. Returns a function that
	unsubscribes.
	*/
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	open(record: NodeRecord, selection?: Selection): void {
		this.#actions.open(record, selection);
	}

	/** Opens the dialog of one action without the menu. */
	choose(record: NodeRecord, choice: Choice): void {
		this.#actions.choose(record, choice);
	}

	/**
	The newest record of a node, found by its address or by its cluster node id. A cluster may know the node by another
	address than redis-top does.
	*/
	#recordOf(address: NodeAddress, nodeId: string | undefined): NodeRecord | undefined {
		const isIt = ({clusterNodes}: NodeRecord) =>
			clusterNodes?.value.some(({id, flags}) => id === nodeId && flags.has('myself')) === true;
		return (nodeId === undefined ? undefined : [...this.#records.values()].find(isIt)) ?? this.#records.get(address);
	}

	press(key: DialogKey): void {
		if (key.kind === 'bunch' && this.#actions.isMenu) {
			this.#pressInMenu(key.text ?? '');
			return;
		}

		const record = this.#actions.menuFor === undefined ? undefined : this.#records.get(this.#actions.menuFor);
		if (record !== undefined && key.kind === 'character' && key.text === restartLetter) {
			// `q` closes the whole menu. Escape would only close an opened group of the menu.
			this.#actions.press({kind: 'character', text: 'q'});
			this.#restarts.open(record);
		} else if (this.#actions.isOpen) {
			this.#actions.press(key);
		} else {
			const dialog = this.#wholeRestartDialog();
			if (key.kind === 'named' || dialog === undefined || this.#fits(dialog)) {
				this.#restarts.press(key);
			}
		}
	}

	/**
	Handles keys that came in one read while the menu is open. Fast typing is taken key by key, until a key opens another
	dialog. More keys than `typedTogether` may be a paste, which the menu ignores. A search takes any text.
	*/
	#pressInMenu(text: string): void {
		const isSearch = this.#actions.menuFor === undefined;
		const keys = isSearch ? text : (text.split('/', 1)[0] ?? '');
		if (text === '' || (!isSearch && [...keys].length > typedTogether)) {
			this.#actions.press({kind: 'bunch'});
			return;
		}

		for (const character of text) {
			if (!this.#actions.isMenu) {
				return;
			}

			this.press({kind: 'character', text: character});
		}
	}

	resize(columns: number, rows: number): void {
		this.#screen = {columns, rows};
		this.#actions.resize(columns, rows);
	}

	see(record: NodeRecord): void {
		this.#records.set(record.address, record);
		this.#actions.see(record);
		this.#restarts.see(record);
		this.#silences.see(record);
	}

	async close(): Promise<void> {
		await this.#actions.close();
		await this.#restarts.close();
		await this.#silences.close();
	}
}
