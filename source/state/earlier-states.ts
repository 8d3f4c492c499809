import type {NodeAddress} from '../domain/node.js';
import type {MonitorState} from './monitor-state.js';

/** States from before this run's history begins, made from the data of another program, such as Prometheus. */
export type EarlierStates = {
	/** The state at a moment. Undefined when this run's history has the moment, or when no other program is asked. */
	readonly at: (live: MonitorState, atMs: number) => MonitorState | undefined;
	/**
	The moment to show after a step back or forward from `fromMs`. Undefined when this run's history has both `fromMs` and
	that moment.
	*/
	readonly momentFrom: (node: NodeAddress, fromMs: number, by: 1 | -1, unit: 'sample' | 'minute') => number | undefined;
	/**
	Calls `listener` when more data of an earlier moment has arrived. Returns the function that unsubscribes `listener`.
	*/
	readonly subscribe: (listener: () => void) => () => void;
};
