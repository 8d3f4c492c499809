import type {NodeAddress} from '../domain/node.js';
import type {MonitorState} from './monitor-state.js';

/** States that are older than this run's history, made of what another program stored. */
export type EarlierStates = {
	/** The state at a moment. Undefined when this run's history has the moment, or when no other program is asked. */
	readonly at: (live: MonitorState, atMs: number) => MonitorState | undefined;
	/**
	The moment to show after a step back or forward from `fromMs`, when `fromMs` or that moment is older than this run's
	history. Undefined when this run's history has both.
	*/
	readonly momentFrom: (node: NodeAddress, fromMs: number, by: 1 | -1, unit: 'sample' | 'minute') => number | undefined;
	/** Calls `listener` when more is known of an earlier moment. Returns the function that unsubscribes it. */
	readonly subscribe: (listener: () => void) => () => void;
};
