import {type BaselineSet, baselineOf, sinceBaseline} from './baseline.js';
import type {EarlierStates} from './earlier-states.js';
import type {History} from './history.js';
import type {MonitorState, NodeRecord} from './monitor-state.js';
import type {MonitorStore} from './monitor-store.js';

/** A copy of the record, with series that no longer grow. */
const frozen = (record: NodeRecord): NodeRecord => ({
	...record,
	series: new Map([...record.series].map(([id, series]) => [id, series.copy()])),
	ping: {...record.ping, series: record.ping.series.copy()},
});

/**
The state that the screen shows: live, paused, or at a past moment. While a baseline is set, the state has the changes
since the baseline. Polling goes on in any case.
*/
export class ShownState {
	readonly #store: Pick<MonitorStore, 'get' | 'subscribe'>;
	readonly #history: History;
	readonly #listeners = new Set<() => void>();
	#still: MonitorState | undefined;
	/** The past moment that is shown, in milliseconds since the epoch; undefined when no past moment is shown. */
	#momentMs: number | undefined;
	#earlier: EarlierStates | undefined;
	#baseline: BaselineSet | undefined;
	/** The last result and the state that it was made from. React needs the same object until something changes. */
	#memo: {readonly from: MonitorState; readonly state: MonitorState} | undefined;

	constructor(store: Pick<MonitorStore, 'get' | 'subscribe'>, history: History) {
		this.#store = store;
		this.#history = history;
		store.subscribe(() => {
			if (this.#still === undefined) {
				this.#tell();
			}
		});
	}

	readonly get = (): MonitorState => {
		const from = this.#still ?? this.#store.get();
		const baseline = this.#baseline;
		if (baseline === undefined) {
			return from;
		}

		if (this.#memo?.from !== from) {
			const nodes = [...from.nodes].map(([address, record]) => [address, sinceBaseline(record, baseline)] as const);
			this.#memo = {from, state: {...from, nodes: new Map(nodes)}};
		}

		return this.#memo.state;
	};

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	};

	/**
	Adds a source of states from before this run's history. The moments before the history can be shown from now on.
	*/
	setEarlier(earlier: EarlierStates): void {
		this.#earlier = earlier;
		earlier.subscribe(() => {
			if (this.#momentMs === undefined) {
				this.#tell();
			} else {
				this.showMoment(this.#momentMs);
			}
		});
	}

	/** Pauses the screen at the present live state. */
	hold(): void {
		this.#momentMs = undefined;
		const state = this.#store.get();
		this.#show({...state, nodes: new Map([...state.nodes].map(([address, record]) => [address, frozen(record)]))});
	}

	/** Shows a past moment, in milliseconds since the epoch. */
	showMoment(atMs: number): void {
		this.#momentMs = atMs;
		const live = this.#store.get();
		this.#show(this.#earlier?.at(live, atMs) ?? this.#history.at(live, atMs));
	}

	/** Returns to the live state. */
	release(): void {
		this.#momentMs = undefined;
		this.#show(undefined);
	}

	/** Sets the baseline to the present live state, or to the past moment that is shown; undefined removes it. */
	setBaseline(atMs: number | undefined): void {
		const state = this.#momentMs === undefined ? undefined : this.#still;
		this.#baseline = atMs === undefined ? undefined : baselineOf(state ?? this.#store.get(), atMs);
		this.#memo = undefined;
		this.#tell();
	}

	#show(state: MonitorState | undefined): void {
		this.#still = state;
		this.#tell();
	}

	#tell(): void {
		for (const listener of this.#listeners) {
			listener();
		}
	}
}
