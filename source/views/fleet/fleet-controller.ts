import type {KeyName} from '../../keys/bindings.js';
import type {Intent} from '../../keys/intent.js';
import {alwaysQuits, type Keyboard} from '../../keys/keyboard.js';
import type {KeysRead} from '../../keys/read-keys.js';
import type {FleetInstance} from '../../prometheus/fleet/fleet-instance.js';
import type {FleetState} from '../../prometheus/fleet/fleet-source.js';
import type {ExternalStore} from '../../state/external-store.js';
import type {Notice} from '../../state/view-state.js';
import {typing} from '../control/filter-typing.js';
import {moveSteps, neighbour} from '../control/list-steps.js';
import {fleetRows, groupings} from './fleet-rows.js';
import {listHeight, selectedIndex} from './fleet-screen.js';
import {type FleetView, fleetSorts} from './fleet-view.js';

/** Time that a notice stays on the last line of the screen, in milliseconds. */
const noticeMs = 8000;

export type FleetControllerOptions = {
	readonly view: ExternalStore<FleetView>;
	readonly state: () => FleetState;
	readonly keyboard: Keyboard;
	readonly now: () => number;
	readonly rows: () => number;
	readonly effects: {
		readonly quit: () => void;
		readonly refresh: () => void;
		readonly suspend: () => void;
		readonly repaint: () => void;
		/** Opens the live monitor on a server. */
		readonly open: (instance: FleetInstance) => void;
	};
};

/**
The effects of keyboard keys on the screen of the fleet. No key waits for a query to Prometheus, and no key can change a
server.
*/
export class FleetController {
	readonly #options: FleetControllerOptions;

	constructor(options: FleetControllerOptions) {
		this.#options = options;
	}

	press({keys, isBunch}: KeysRead): void {
		for (const key of keys) {
			// Enter among other keys may come from a paste, and a paste must not open a server. While a filter is typed,
			// Enter only ends the typing, and is therefore accepted.
			if (!isBunch || key !== 'enter' || this.#view.isTyping) {
				this.#pressOne(key);
			}
		}
	}

	/** Takes pasted text into a filter that is being typed. Pasted text never acts as keys. */
	paste(text: string): void {
		if (this.#view.isTyping) {
			this.#change({filter: this.#view.filter + text, selectedKey: undefined});
		} else {
			this.notify('pasted text is ignored: it could be taken for keys', 'warning');
		}
	}

	notify(text: string, tone: Notice['tone'] = 'plain'): void {
		this.#change({notice: {text, tone, untilMs: this.#options.now() + noticeMs}});
	}

	get #view(): FleetView {
		return this.#options.view.get();
	}

	#change(change: Partial<FleetView>): void {
		this.#options.view.set({...this.#view, ...change});
	}

	#pressOne(key: KeyName): void {
		const {effects, keyboard} = this.#options;
		if (key === alwaysQuits) {
			effects.quit();
		} else if (this.#view.isTyping) {
			this.#type(key);
		} else {
			const intent = keyboard.bindingOf(key)?.intent(key);
			if (intent !== undefined) {
				this.#obey(intent);
			}
		}
	}

	#type(key: KeyName): void {
		const typed = typing(this.#view.filter, key);
		switch (typed?.kind) {
			case 'typed': {
				this.#change({filter: typed.text, selectedKey: undefined});
				break;
			}

			case 'kept': {
				this.#change({isTyping: false});
				break;
			}

			case 'cleared': {
				this.#change({isTyping: false, filter: '', selectedKey: undefined});
				break;
			}

			case undefined: {
				break;
			}
		}
	}

	#obey(intent: Intent): void {
		const {effects} = this.#options;
		switch (intent.kind) {
			case 'quit': {
				if (this.#view.hasHelp) {
					this.#change({hasHelp: false});
				} else {
					effects.quit();
				}

				break;
			}

			case 'back': {
				this.#change(this.#view.hasHelp ? {hasHelp: false} : {filter: '', selectedKey: this.#view.selectedKey});
				break;
			}

			case 'open-help': {
				this.#change({hasHelp: !this.#view.hasHelp});
				break;
			}

			case 'move': {
				this.#move(intent.to);
				break;
			}

			case 'go-live': {
				this.#move('last');
				break;
			}

			case 'open-details': {
				this.#open();
				break;
			}

			case 'start-filter': {
				this.#change({isTyping: true});
				break;
			}

			case 'next-sort': {
				this.#change({sort: neighbour(fleetSorts, this.#view.sort, 1) ?? 'worst', isInverted: false});
				break;
			}

			case 'invert-sort': {
				this.#change({isInverted: !this.#view.isInverted});
				break;
			}

			case 'next-grouping': {
				const all = groupings(this.#options.state().instances);
				const index = all.indexOf(this.#view.groupBy);
				this.#change({groupBy: all[(index + 1) % all.length], folded: new Set()});
				break;
			}

			case 'poll-now': {
				effects.refresh();
				break;
			}

			case 'repaint': {
				effects.repaint();
				break;
			}

			case 'suspend': {
				effects.suspend();
				break;
			}

			default: {
				this.notify('this key has no effect on the list of the fleet; Enter opens the monitor on a server');
			}
		}
	}

	#move(to: Extract<Intent, {kind: 'move'}>['to']): void {
		const rows = fleetRows(this.#options.state().instances, this.#view);
		const steps = moveSteps(to, Math.max(1, listHeight(this.#options.rows()) - 1), rows.length);
		const index = selectedIndex(rows, this.#view) + steps;
		const row = rows[Math.min(Math.max(0, index), rows.length - 1)];
		if (row !== undefined) {
			this.#change({selectedKey: row.key});
		}
	}

	#open(): void {
		const rows = fleetRows(this.#options.state().instances, this.#view);
		const row = rows[selectedIndex(rows, this.#view)];
		if (row?.kind === 'instance') {
			this.#change({selectedKey: row.key});
			this.#options.effects.open(row.instance);
		} else if (row?.kind === 'group') {
			const folded = new Set(this.#view.folded);
			if (!folded.delete(row.key)) {
				folded.add(row.key);
			}

			this.#change({selectedKey: row.key, folded});
		}
	}
}
