import type {NodeAddress} from '../domain/node.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {line} from '../text/line.js';
import {wrapWords} from '../text/wrap-words.js';
import type {Selection} from './catalogue/action-row.js';
import type {Choice} from './catalogue/choice.js';
import {ActionController} from './dialog/action-controller.js';
import type {ControllerOptions} from './dialog/controller-options.js';
import {type DialogContent, dialogSize, widestText} from './dialog/dialog-content.js';
import type {DialogKey} from './dialog/dialog-state.js';
import {restartDialog} from './restart/restart-box.js';
import {RestartController} from './restart/restart-controller.js';

export type ActionsControllerOptions = ControllerOptions & {
	/** Where a restart is kept. */
	readonly folder: string;
	readonly osUser: string;
	/** Of this session. */
	readonly pid: number;
};

/** In the menu of the actions: not one of them, but several in a row. */
const restartLetter = 'R';

/** All that a screen has of the actions: the single ones, and the restart, which lies beneath their boxes. */
export class ActionsController {
	readonly #actions: ActionController;
	readonly #restarts: RestartController;
	readonly #records = new Map<NodeAddress, NodeRecord>();
	readonly #listeners = new Set<() => void>();
	#screen: {readonly columns: number; readonly rows: number};

	constructor(private readonly options: ActionsControllerOptions) {
		const {columns, rows} = options;
		this.#screen = {columns, rows};
		this.#actions = new ActionController({
			...options,
			recordOf: (address, nodeId) => this.#recordOf(address, nodeId),
			onProgress: (progress, isFinal) => this.#restarts.runs.takeProgress(progress, isFinal),
		});
		this.#restarts = new RestartController({
			...options,
			openAction: (record, choice) => this.#actions.choose(record, choice),
			notify: () => this.#notify(),
		});
		this.#actions.subscribe(() => this.#notify());
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

	/** What the screen must say of restarts that aren't over; empty while their box is open. */
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

	/** What can't be read whole must not be gone on with: then its box says so instead. */
	#restartDialog(): DialogContent | undefined {
		const dialog = this.#wholeRestartDialog();
		const {columns, rows} = this.#screen;
		if (dialog === undefined || this.#fits(dialog)) {
			return dialog;
		}

		const size = dialogSize(dialog);
		const why = `Its box needs ${size.columns}x${size.rows} cells, this terminal has ${columns}x${rows}.`;
		const lines = wrapWords(why, widestText(columns)).map(row => line(row));
		return {...dialog, facts: [], lines, prompt: undefined, typed: undefined, hint: 'Esc closes'};
	}

	#wholeRestartDialog(): DialogContent | undefined {
		const {box, run, notice, handover} = this.#restarts;
		const {columns, rows} = this.#screen;
		const nowMs = this.options.gate.clock.now();
		return restartDialog({box, run, notice, handover, width: widestText(columns), rows, nowMs});
	}

	#fits(dialog: DialogContent): boolean {
		const size = dialogSize(dialog);
		return size.columns <= this.#screen.columns && size.rows <= this.#screen.rows;
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	open(record: NodeRecord, selection?: Selection): void {
		this.#actions.open(record, selection);
	}

	/** The box of an action that was decided on already. */
	choose(record: NodeRecord, choice: Choice): void {
		this.#actions.choose(record, choice);
	}

	/** A cluster names nodes as they reach each other, which may not be how they are reached from here. */
	#recordOf(address: NodeAddress, nodeId: string | undefined): NodeRecord | undefined {
		const isIt = ({clusterNodes}: NodeRecord) =>
			clusterNodes?.value.some(({id, flags}) => id === nodeId && flags.has('myself')) === true;
		return (nodeId === undefined ? undefined : [...this.#records.values()].find(isIt)) ?? this.#records.get(address);
	}

	press(key: DialogKey): void {
		const record = this.#actions.menuFor === undefined ? undefined : this.#records.get(this.#actions.menuFor);
		if (record !== undefined && key.kind === 'character' && key.text === restartLetter) {
			this.#actions.press({kind: 'named', name: 'escape'});
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

	resize(columns: number, rows: number): void {
		this.#screen = {columns, rows};
		this.#actions.resize(columns, rows);
	}

	see(record: NodeRecord): void {
		this.#records.set(record.address, record);
		this.#actions.see(record);
		this.#restarts.see(record);
	}

	async close(): Promise<void> {
		await this.#actions.close();
		await this.#restarts.close();
	}

	#notify(): void {
		for (const listener of [...this.#listeners]) {
			listener();
		}
	}
}
