import {scale} from '../domain/scale.js';
import {topologyOf} from '../topology/topology.js';
import type {MonitorState} from './monitor-state.js';
import {rankedFindings} from './verdict.js';

/** What every screen makes of a state, and is made once of it: of a thousand nodes some milliseconds each. */
const pieces: ReadonlyArray<(state: MonitorState) => unknown> = [({nodes}) => topologyOf(nodes), rankedFindings];

/**
Shows a state of many nodes only when what the screen needs of it is made, a piece at a time: a key that comes meanwhile
is answered between two of them instead of after all. A state that comes while one is in the making takes its place, and
is shown at once: where there is no time for turns, there would be none for it either.
*/
export class Piecewise {
	readonly #show: (state: MonitorState) => void;
	#inTheMaking: MonitorState | undefined;

	constructor(show: (state: MonitorState) => void) {
		this.#show = show;
	}

	show(state: MonitorState, isAtOnce: boolean): void {
		if (isAtOnce || state.nodes.size <= scale.quickPublishUpTo || this.#inTheMaking !== undefined) {
			this.#inTheMaking = undefined;
			this.#show(state);
		} else {
			this.#inTheMaking = state;
			this.#next(state, 0);
		}
	}

	#next(state: MonitorState, index: number): void {
		setImmediate(() => {
			if (this.#inTheMaking !== state) {
				return;
			}

			const piece = pieces[index];
			if (piece === undefined) {
				this.#inTheMaking = undefined;
				this.#show(state);
				return;
			}

			piece(state);
			this.#next(state, index + 1);
		});
	}
}
